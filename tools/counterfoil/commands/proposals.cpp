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

/// One look at the year: what there is, and what would be recorded next.
struct Look {
  Tally tally;
  CommandQueue queue;
};

/// Walks all pages of one of the reads; `visit` is given each page. Rows go to `output`, if any.
template <typename Row, typename MakeRequest, typename Visit>
Result<Look> look_at(LedgerAccess& access, std::int32_t year, Output* output, MakeRequest make,
                     Visit visit) {
  Look look;
  std::string after;
  do {
    auto request = make();
    request.setFiscalYear(year);
    request.setAfter(text_of(after));
    CF_LET(auto page, access.call(kj::mv(request)));
    visit(page);
    for (const typename Row::Reader row : page.getRows()) {
      look.tally.add_row(row);
      if (output != nullptr) output->row(row);
    }
    for (const auto command : page.getCommands()) look.queue.add(command);
    if (output != nullptr) CF_TRY(flush_output());
    after = view(page.getNext());
  } while (!after.empty());
  return look;
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

/// Looks again, without printing rows.
using LookAgain = std::function<Result<Look>()>;

/// Records what was found until there is no more: what was carried out may complete the answer to a
/// grade, which the next look names.
Result<void> record(LedgerAccess& access, Look& look, Answers& answers, const LookAgain& again) {
  constexpr int rounds_max = 3;
  for (int round = 0; round < rounds_max; ++round) {
    if (look.queue.size() == 0 || answers.worst() != ExitStatus::done) return {};
    CF_TRY(look.queue.record(access, answers));
    CF_LET(look, again());
  }
  return {};
}

/// Writes or records what was found, if that is wished, and says what to do next.
Result<ExitStatus> finish(const GlobalOptions& global, const YearOptions& options,
                          LedgerAccess& access, Look look, Answers answers,
                          const LookAgain& again) {
  if (!options.out.empty()) {
    CF_TRY(look.queue.write(options.out));
    fmt::print(stderr, "commands written: {}; `counterfoil submit {}` records them\n",
               look.queue.size(), options.out);
  }
  if (options.record) {
    CF_TRY(record(access, look, answers, again));
    answers.sum_up();
  }
  if (global.format == Format::table || global.format == Format::markdown)
    print_next_steps(options, look.tally);
  return answers.worst();
}

Result<ExitStatus> apply_results(const GlobalOptions& global, const YearOptions& options) {
  CF_TRY(check_mode(global, options));
  CF_LET(const auto access, LedgerAccess::open(global));
  const auto look_with = [&](Output* output) {
    return look_at<schema::CeilingRow>(
        *access, options.year, output, [&] { return access->reader().ceilingsRequest(); },
        [](const auto&) {});
  };
  Output output(output_options(global, *access), capnp::Schema::from<schema::CeilingRow>(),
                std::cout);
  CF_LET(Look look, look_with(options.is_look() ? &output : nullptr));
  if (look.tally.rows() == 0) {
    // A year whose lines are not open yet is decided on by what the year before has.
    const auto known = check_year(*access, options.year);
    if (!known && !check_year(*access, options.year - 1)) return tl::make_unexpected(known.error());
    fmt::print(stderr,
               "no medium or poor grade decides on the budgets of {} under the rule set {}: "
               "`counterfoil grades` lists those that there are\n",
               options.year, view(access->info().getRuleSetVersion()));
  }
  if (options.is_look()) CF_TRY(output.finish());
  return finish(global, options, *access, std::move(look), {}, [&] { return look_with(nullptr); });
}

Result<ExitStatus> close_period(const GlobalOptions& global, const YearOptions& options) {
  CF_TRY(check_mode(global, options));
  CF_LET(const auto access, LedgerAccess::open(global));
  CF_TRY(check_year(*access, options.year));
  CommandQueue close;  // the command that closes the year, where it is open
  const auto look_with = [&](Output* output) {
    close = {};
    return look_at<schema::ProposalRow>(
        *access, options.year, output,
        [&] {
          auto request = access->reader().closingRequest();
          request.setPool(options.pool.empty() ? fmt::format("unspent-{}", options.year)
                                               : options.pool);
          return request;
        },
        [&](const auto& page) {
          if (close.size() == 0 && page.getClose().getFacts().size() != 0)
            close.add(page.getClose());
        });
  };
  Output output(output_options(global, *access), capnp::Schema::from<schema::ProposalRow>(),
                std::cout);
  CF_LET(Look look, look_with(options.is_look() ? &output : nullptr));
  if (options.is_look()) CF_TRY(output.finish());
  Answers answers;
  if (close.size() != 0) {
    if (!options.out.empty())
      return fail(ErrorCode::refused,
                  "fiscal year {} is not closed, and its proposals cite the close: record it with "
                  "`counterfoil close-period --year {} --record`, or as a periodClosed, first",
                  options.year, options.year);
    if (options.record) {
      CF_TRY(close.record(*access, answers));
      CF_LET(look, look_with(nullptr));
    } else {
      fmt::print(stderr, "fiscal year {} is not closed yet: --record closes it first\n",
                 options.year);
    }
  }
  return finish(global, options, *access, std::move(look), answers,
                [&] { return look_with(nullptr); });
}

Result<ExitStatus> carry_out(const GlobalOptions& global, const YearOptions& options) {
  CF_TRY(check_mode(global, options));
  CF_LET(const auto access, LedgerAccess::open(global));
  const auto look_with = [&](Output* output) {
    return look_at<schema::ProposalRow>(
        *access, options.year, output, [&] { return access->reader().proposalsRequest(); },
        [](const auto&) {});
  };
  Output output(output_options(global, *access), capnp::Schema::from<schema::ProposalRow>(),
                std::cout);
  CF_LET(Look look, look_with(options.is_look() ? &output : nullptr));
  if (look.tally.rows() == 0) {
    CF_TRY(check_year(*access, options.year));
    fmt::print(stderr,
               "nothing is proposed on the lines of {}: apply-results and close-period propose, "
               "or an adjustmentProposed\n",
               options.year);
  }
  if (options.is_look()) CF_TRY(output.finish());
  return finish(global, options, *access, std::move(look), {}, [&] { return look_with(nullptr); });
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
      "What may be carried over is up to rule R7 of the rule set in force today. What outstanding\n"
      "commitments bind stays where it is. --record closes the year and proposes each carry-over\n"
      "and clawback that nobody proposed yet; when it is approved, carry-out records it. What has\n"
      "been recorded is never recorded again.\n"
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
      "adjustment of each approved one, citing it, its approval and its evidence, and then what\n"
      "answers a grade (resultApplied); never twice.\n"
      "Examples:\n"
      "  counterfoil carry-out --year 2025\n"
      "  counterfoil carry-out --year 2025 --record",
      carry_out);
}

}  // namespace counterfoil
