#include <array>
#include <iostream>
#include <memory>

#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/commands/recording.h"
#include "counterfoil/standard_output.h"

namespace counterfoil {
namespace {

using State = schema::ProposalRow::State;

/// What the three commands have in common: a year is looked at, and what follows is shown, written
/// down as commands, or recorded.
struct YearOptions {
  std::string name;  // of the command
  std::int32_t year = 0;
  std::string pool;
  std::string out;
  bool record = false;

  bool is_look() const { return out.empty() && !record; }
};

/// How many proposals there are in each state; of several legs, the first counts.
class Tally {
 public:
  void count(State state) { ++counts_[static_cast<std::size_t>(state)]; }
  void add_row(schema::CeilingRow::Reader row) {
    ++rows_;
    count(row.getState());
  }
  void add_row(schema::ProposalRow::Reader row) {
    ++rows_;
    if (row.getLeg() == 0) count(row.getState());
  }
  std::uint64_t rows() const { return rows_; }
  std::uint64_t of(State state) const { return counts_[static_cast<std::size_t>(state)]; }

 private:
  std::uint64_t rows_ = 0;
  std::array<std::uint64_t, 7> counts_{};
};

/// Walks all pages of one of the reads: rows are shown on a mere look, commands are queued.
template <typename Row, typename MakeRequest, typename Look>
Result<void> each_page(LedgerAccess& access, const YearOptions& options, MakeRequest make,
                       Output& output, Tally& tally, CommandQueue& queue, Look look) {
  std::string after;
  do {
    auto request = make();
    request.setFiscalYear(options.year);
    request.setAfter(text_of(after));
    CF_LET(auto page, access.call(kj::mv(request)));
    look(page);
    for (const typename Row::Reader row : page.getRows()) {
      tally.add_row(row);
      if (options.is_look()) output.row(row);
    }
    for (const auto command : page.getCommands()) CF_TRY(queue.add(command));
    if (options.is_look()) CF_TRY(flush_output());
    after = view(page.getNext());
  } while (!after.empty());
  return {};
}

/// What there is to do next, for a person.
void print_next_steps(const YearOptions& options, const Tally& tally) {
  const auto say = [&](State state, std::string_view what) {
    if (tally.of(state) != 0) fmt::print(stderr, "{} {}\n", tally.of(state), what);
  };
  if (!options.record)
    say(State::DUE, "due: --record proposes them, --out FILE writes that for `counterfoil submit`");
  say(State::OPEN,
      "open: each waits for an approvalRecorded, by another principal than proposed it");
  if (options.name != "carry-out" || !options.record)
    say(State::APPROVED,
        fmt::format("approved: `counterfoil carry-out --year {} --record` carries them out",
                    options.year));
  say(State::MOVED,
      "moved: what they were computed from has changed (moved by); record an approvalRecorded of "
      "each with the verdict rejected, then compute anew");
}

/// Writes or records what was queued.
Result<ExitStatus> finish(LedgerAccess& access, const YearOptions& options,
                          const CommandQueue& queue, Answers& answers) {
  if (!options.out.empty()) {
    CF_TRY(queue.write(options.out));
    fmt::print(stderr, "commands written: {}; `counterfoil submit {}` records them\n", queue.size(),
               options.out);
    return ExitStatus::done;
  }
  if (!options.record) return ExitStatus::done;
  CF_TRY(queue.record(access, answers));
  answers.sum_up();
  return answers.worst();
}

Result<void> check_mode(const GlobalOptions& global, const YearOptions& options) {
  if (options.record) return want_daemon(global, fmt::format("{} --record", options.name));
  return {};
}

/// Fails where the ledger has no line of the year, with the years that there are.
Result<void> check_year(LedgerAccess& access, std::int32_t year) {
  LineFilter filter;
  filter.fiscal_year = year;
  return filter.check_known(access);
}

bool is_for_person(const GlobalOptions& global) {
  return global.format == Format::table || global.format == Format::markdown;
}

Result<ExitStatus> apply_results(const GlobalOptions& global, const YearOptions& options) {
  CF_TRY(check_mode(global, options));
  CF_LET(const auto access, LedgerAccess::open(global));
  Output output(output_options(global, *access), capnp::Schema::from<schema::CeilingRow>(),
                std::cout);
  Tally tally;
  CommandQueue queue;
  CF_TRY(each_page<schema::CeilingRow>(
      *access, options, [&] { return access->reader().ceilingsRequest(); }, output, tally, queue,
      [](const auto&) {}));
  if (tally.rows() == 0) {
    // A year whose lines are not open yet is decided on by what the year before has.
    const auto known = check_year(*access, options.year);
    if (!known && !check_year(*access, options.year - 1)) return tl::make_unexpected(known.error());
    fmt::print(stderr,
               "no medium or poor grade decides on the budgets of {} under the rule set {}: "
               "`counterfoil grades` lists those that there are\n",
               options.year, view(access->info().getRuleSetVersion()));
  }
  if (options.is_look()) output.finish();
  Answers answers;
  CF_LET(const ExitStatus status, finish(*access, options, queue, answers));
  if (is_for_person(global)) print_next_steps(options, tally);
  return status;
}

/// All pages of a year's close; `close` is set to the command that closes it, where it is open.
Result<void> read_closing(LedgerAccess& access, const YearOptions& options, Output& output,
                          Tally& tally, CommandQueue& queue, CommandQueue& close) {
  Result<void> added;
  CF_TRY(each_page<schema::ProposalRow>(
      access, options,
      [&] {
        auto request = access.reader().closingRequest();
        request.setPool(options.pool.empty() ? fmt::format("unspent-{}", options.year)
                                             : options.pool);
        return request;
      },
      output, tally, queue,
      [&](const auto& page) {
        if (close.size() == 0 && page.getClose().getFacts().size() != 0)
          added = close.add(page.getClose());
      }));
  return added;
}

Result<ExitStatus> close_period(const GlobalOptions& global, const YearOptions& options) {
  CF_TRY(check_mode(global, options));
  CF_LET(const auto access, LedgerAccess::open(global));
  CF_TRY(check_year(*access, options.year));
  Output output(output_options(global, *access), capnp::Schema::from<schema::ProposalRow>(),
                std::cout);
  Tally tally;
  CommandQueue queue;
  CommandQueue close;
  CF_TRY(read_closing(*access, options, output, tally, queue, close));
  if (options.is_look()) output.finish();
  const bool open = close.size() != 0;
  if (open && !options.out.empty())
    return fail(ErrorCode::refused,
                "fiscal year {} is not closed, and its proposals cite the close: record it with "
                "`counterfoil close-period --year {} --record`, or as a periodClosed, first",
                options.year, options.year);
  Answers answers;
  if (open && options.record) {
    CF_TRY(close.record(*access, answers));
    if (answers.worst() != ExitStatus::done) {
      answers.sum_up();
      return answers.worst();
    }
    tally = {};
    CF_TRY(read_closing(*access, options, output, tally, queue, close));
  }
  CF_LET(const ExitStatus status, finish(*access, options, queue, answers));
  if (is_for_person(global)) {
    if (open && !options.record)
      fmt::print(stderr, "fiscal year {} is not closed yet: --record closes it first\n",
                 options.year);
    print_next_steps(options, tally);
  }
  return status;
}

Result<ExitStatus> carry_out(const GlobalOptions& global, const YearOptions& options) {
  CF_TRY(check_mode(global, options));
  CF_LET(const auto access, LedgerAccess::open(global));
  Output output(output_options(global, *access), capnp::Schema::from<schema::ProposalRow>(),
                std::cout);
  Tally tally;
  CommandQueue queue;
  CF_TRY(each_page<schema::ProposalRow>(
      *access, options, [&] { return access->reader().proposalsRequest(); }, output, tally, queue,
      [](const auto&) {}));
  if (tally.rows() == 0) {
    CF_TRY(check_year(*access, options.year));
    fmt::print(stderr,
               "nothing is proposed on the lines of {}: apply-results and close-period propose, "
               "or an adjustmentProposed\n",
               options.year);
  }
  if (options.is_look()) output.finish();
  Answers answers;
  CF_LET(const ExitStatus status, finish(*access, options, queue, answers));
  if (is_for_person(global)) print_next_steps(options, tally);
  return status;
}

using Run = Result<ExitStatus> (*)(const GlobalOptions&, const YearOptions&);

CLI::App* add_year_command(CLI::App& app, GlobalOptions& global, Action& action,
                           const std::shared_ptr<YearOptions>& options, const char* name,
                           const char* description, const char* footer, Run run) {
  options->name = name;
  auto* command = app.add_subcommand(name, description);
  command->add_option("--year", options->year, "The fiscal year")->required()->check(at_least(1));
  auto* record = command->add_flag("--record", options->record,
                                   "Record what is shown; without it nothing is recorded");
  command
      ->add_option("--out", options->out,
                   "Instead, write the commands to this file, for `counterfoil submit`")
      ->excludes(record);
  command->footer(footer);
  command->callback([&global, &action, options, run] {
    action = [&global, options, run] { return run(global, *options); };
  });
  return command;
}

}  // namespace

void add_proposals(CLI::App& app, GlobalOptions& global, Action& action) {
  add_year_command(
      app, global, action, std::make_shared<YearOptions>(), "apply-results",
      "What medium and poor grades leave of a year's bases, and the reductions that follow",
      "Ceilings and reductions are those of rule R4 of the rule set in force today. --record\n"
      "proposes each reduction that nobody proposed yet; when it is approved, carry-out records\n"
      "it. What has been recorded is never recorded again.\n"
      "Examples:\n"
      "  counterfoil apply-results --year 2025\n"
      "  counterfoil apply-results --year 2025 --record\n"
      "  counterfoil apply-results --year 2025 --out cuts.jsonl && counterfoil submit cuts.jsonl",
      apply_results);
  auto closing = std::make_shared<YearOptions>();
  auto* close = add_year_command(
      app, global, action, closing, "close-period",
      "What becomes of a year's unspent money, by vintage: carried over, or clawed back",
      "What may be carried over is up to rule R7 of the rule set in force today. --record closes\n"
      "the year and proposes each carry-over and clawback that nobody proposed yet; when it is\n"
      "approved, carry-out records it. What has been recorded is never recorded again.\n"
      "Examples:\n"
      "  counterfoil close-period --year 2024\n"
      "  counterfoil close-period --year 2024 --pool livelihood-2025 --record",
      close_period);
  close->add_option("--pool", closing->pool,
                    "Pool that clawed back money goes to (default: unspent-YEAR)");
  add_year_command(
      app, global, action, std::make_shared<YearOptions>(), "carry-out",
      "The proposals of adjustments on a year's lines; records those that are approved",
      "A proposal is approved by an approvalRecorded that names its sequence. --record records "
      "the\n"
      "adjustment of each approved one, citing it, its approval and its evidence; never twice.\n"
      "Examples:\n"
      "  counterfoil carry-out --year 2025\n"
      "  counterfoil carry-out --year 2025 --record",
      carry_out);
}

}  // namespace counterfoil
