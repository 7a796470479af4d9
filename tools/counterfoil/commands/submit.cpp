#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <system_error>

#include "codec/json.h"
#include "codec/text.h"
#include "core/limits.h"
#include "core/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/commands/recording.h"

namespace counterfoil {
namespace {

struct Line {
  std::uint64_t number;
  std::string text;
};

Result<void> read_command(const std::string& line, schema::Command::Builder command) {
  if (!is_text(line))
    return fail(ErrorCode::invalid,
                "the line is not UTF-8, or holds a NUL byte; save the file as UTF-8");
  CF_LET(const auto json, parse_json(line));
  return command_from_json(json, command);
}

/// Sends what is well-formed of the lines in one request, and prints every line's answer in order.
Result<void> send(LedgerAccess& access, const std::string& file, const std::vector<Line>& lines,
                  Answers& answers) {
  capnp::MallocMessageBuilder message;
  auto scratch = message.initRoot<capnp::AnyPointer>().initAs<capnp::List<schema::Command>>(
      static_cast<unsigned>(lines.size()));
  std::vector<Result<void>> read;
  unsigned good = 0;
  for (unsigned i = 0; i < lines.size(); ++i) {
    read.push_back(read_command(lines[i].text, scratch[i]));
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
    const std::string what = fmt::format("{}:{}", file, lines[i].number);
    if (read[i])
      answers.take(what, response.getAnswers()[next++]);
    else
      answers.failed(what, read[i].error());
  }
  return {};
}

/// Whether reading ended otherwise than at the end. std::cin alone does not say so.
bool is_unreadable(const std::istream& in) {
  return in.bad() || (&in == &std::cin && std::ferror(stdin) != 0);
}

/// Reads one line, at most as long as the limit; the rest of a longer one is skipped. A line that
/// could not be read to its end is none.
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
  return !is_unreadable(in);
}

Result<ExitStatus> submit(const GlobalOptions& global, const std::string& file) {
  CF_TRY(want_daemon(global, "submit"));
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
  Answers answers;
  std::vector<Line> lines;
  std::size_t bytes = 0;
  std::string text;
  bool too_long = false;
  std::optional<Error> unread;
  for (std::uint64_t number = 1;; ++number) {
    errno = 0;
    const bool more = read_line(in, text, too_long);
    const int error = errno;
    const bool blank = text.find_first_not_of(" \t\r") == std::string::npos;
    const bool full =
        lines.size() == lines_in_request || bytes + text.size() > limits::request_bytes / 4;
    if ((!more || full || too_long) && !lines.empty()) {
      CF_TRY(send(*access, file, lines, answers));
      lines.clear();
      bytes = 0;
    }
    if (!more && is_unreadable(in))
      unread = Error{ErrorCode::io,
                     fmt::format("cannot read {} beyond line {}: {}; what came before is answered",
                                 file, number - 1, std::generic_category().message(error))};
    if (!more) break;
    if (too_long) {
      answers.failed(fmt::format("{}:{}", file, number),
                     {ErrorCode::limit, fmt::format("the line is longer than {} bytes; send fewer "
                                                    "facts in a command",
                                                    limits::json_line_bytes)});
    } else if (!blank) {
      bytes += text.size();
      lines.push_back({number, text});
    }
  }
  answers.sum_up();
  if (unread) return tl::make_unexpected(std::move(*unread));
  return answers.worst();
}

}  // namespace

void add_submit(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_prose.insert("submit");
  auto* command = app.add_subcommand("submit", "Record commands from JSON lines");
  auto file = std::make_shared<std::string>();
  command
      ->add_option("file", *file, "A file of JSON lines, one command a line; - for standard input")
      ->required();
  command->footer(
      "A command is recorded whole or not at all; sent again, it gets the same answer.\n"
      "Where lines fail in several ways, the status is the highest of them.\n"
      "Example:\n"
      "  echo '{\"commandId\": \"unit-1\", \"facts\": [{\"unitRegistered\":\n"
      "      {\"unit\": \"U001\", \"name\": \"Education\"}}]}' | tr -d '\\n' | counterfoil submit "
      "-");
  command->callback(
      [&global, &action, file] { action = [&global, file] { return submit(global, *file); }; });
}

}  // namespace counterfoil
