#include <cerrno>
#include <fstream>
#include <iostream>
#include <memory>
#include <system_error>

#include "codec/json.h"
#include "codec/text.h"
#include "core/limits.h"
#include "counterfoil/commands/command.h"

namespace counterfoil {
namespace {

struct Counts {
  std::uint64_t accepted = 0;
  std::uint64_t again = 0;
  std::uint64_t failed = 0;
  bool only_refusals = true;  // every failure was the ledger's no, not a malformed line
};

struct Line {
  std::uint64_t number;
  std::string text;
};

void print_failure(Counts& counts, std::string_view file, std::uint64_t line, std::string_view code,
                   std::string_view message) {
  ++counts.failed;
  if (code != name_of(ErrorCode::refused) && code != name_of(ErrorCode::conflict))
    counts.only_refusals = false;
  fmt::print(stderr, "{}:{}: {}: {}\n", file, line, code, message);
}

void print_answer(Counts& counts, const std::string& file, std::uint64_t line,
                  schema::Answer::Reader answer) {
  if (answer.isFailed()) {
    print_failure(counts, file, line, view(answer.getFailed().getCode()),
                  view(answer.getFailed().getMessage()));
    return;
  }
  const auto accepted = answer.getAccepted();
  ++(accepted.getAgain() ? counts.again : counts.accepted);
  std::cout << fmt::format("{}:{}: {} {} event{} from {}\n", file, line,
                           accepted.getAgain() ? "recorded earlier:" : "recorded",
                           accepted.getCount(), accepted.getCount() == 1 ? "" : "s",
                           accepted.getFirst());
  for (const auto breach : accepted.getBreaches())
    std::cout << fmt::format("{}:{}: {} is broken, and that is recorded: {}\n", file, line,
                             view(breach.getRule()), view(breach.getFinding()));
}

/// Sends what is well-formed of the lines in one request, and prints every line's answer in order.
Result<void> send(LedgerAccess& access, const std::string& file, const std::vector<Line>& lines,
                  Counts& counts) {
  capnp::MallocMessageBuilder message;
  auto scratch = message.initRoot<capnp::AnyPointer>().initAs<capnp::List<schema::Command>>(
      static_cast<unsigned>(lines.size()));
  std::vector<Result<void>> read;
  unsigned good = 0;
  for (unsigned i = 0; i < lines.size(); ++i) {
    auto json = parse_json(lines[i].text);
    read.push_back(json ? command_from_json(*json, scratch[i])
                        : Result<void>(tl::make_unexpected(json.error())));
    if (read.back()) ++good;
  }
  auto request = access.recorder().recordRequest();
  auto commands = request.initCommands(good);
  unsigned next = 0;
  for (unsigned i = 0; i < lines.size(); ++i)
    if (read[i]) commands.setWithCaveats(next++, scratch[i].asReader());
  CF_LET(auto response, access.call(kj::mv(request)));
  next = 0;
  for (unsigned i = 0; i < lines.size(); ++i) {
    if (read[i])
      print_answer(counts, file, lines[i].number, response.getAnswers()[next++]);
    else
      print_failure(counts, file, lines[i].number, name_of(read[i].error().code),
                    read[i].error().message);
  }
  return {};
}

/// Reads one line, at most as long as the limit; the rest of a longer one is skipped.
bool read_line(std::istream& in, std::string& text, bool& too_long) {
  text.clear();
  too_long = false;
  int c = in.get();
  if (c == std::istream::traits_type::eof()) return false;
  for (; c != '\n' && c != std::istream::traits_type::eof(); c = in.get()) {
    if (text.size() < limits::json_line_bytes)
      text += static_cast<char>(c);
    else
      too_long = true;
  }
  return true;
}

Result<ExitStatus> submit(const GlobalOptions& global, const std::string& file) {
  if (!global.ledger.empty())
    return fail(ErrorCode::invalid,
                "submit goes through a daemon: leave out --ledger, start counterfoild, and name it "
                "with --connect");
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened)
      return fail(ErrorCode::io, "cannot open {}: {}", file,
                  std::generic_category().message(errno));
  }
  std::istream& in = file == "-" ? std::cin : opened;
  CF_LET(const auto access, LedgerAccess::open(global));

  constexpr std::size_t lines_in_request = 256;
  Counts counts;
  std::vector<Line> lines;
  std::size_t bytes = 0;
  std::string text;
  bool too_long = false;
  for (std::uint64_t number = 1;; ++number) {
    const bool more = read_line(in, text, too_long);
    const bool blank = text.find_first_not_of(" \t\r") == std::string::npos;
    const bool full =
        lines.size() == lines_in_request || bytes + text.size() > limits::request_bytes / 4;
    if ((!more || full || too_long) && !lines.empty()) {
      CF_TRY(send(*access, file, lines, counts));
      lines.clear();
      bytes = 0;
    }
    if (!more) break;
    if (too_long) {
      print_failure(counts, file, number, name_of(ErrorCode::limit),
                    fmt::format("the line is longer than {} bytes", limits::json_line_bytes));
    } else if (!blank) {
      bytes += text.size();
      lines.push_back({number, text});
    }
  }
  fmt::print(stderr, "{} recorded, {} recorded earlier, {} not recorded\n", counts.accepted,
             counts.again, counts.failed);
  if (counts.failed == 0) return ExitStatus::done;
  return counts.only_refusals ? ExitStatus::answer_is_no : ExitStatus::wrong_usage;
}

}  // namespace

void add_submit(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand("submit", "Record commands from JSON lines");
  auto file = std::make_shared<std::string>();
  command
      ->add_option("file", *file, "A file of JSON lines, one command a line; - for standard input")
      ->required();
  command->footer(
      "A command is recorded whole or not at all; sent again, it gets the same answer.\n"
      "Example:\n"
      "  echo '{\"commandId\": \"unit-1\", \"facts\": [{\"unitRegistered\":\n"
      "      {\"unit\": \"U001\", \"name\": \"Education\"}}]}' | tr -d '\\n' | counterfoil submit "
      "-");
  command->callback(
      [&global, &action, file] { action = [&global, file] { return submit(global, *file); }; });
}

}  // namespace counterfoil
