#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <memory>

#include "codec/json.h"
#include "codec/text.h"
#include "core/files.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/explained.h"
#include "counterfoil/explanation_graph.h"
#include "counterfoil/explanation_text.h"
#include "counterfoil/log_reader.h"
#include "counterfoil/named_files.h"
#include "counterfoil/standard_output.h"

namespace counterfoil {
namespace {

struct ExplainOptions {
  std::string subject;
  LineFilter filter;
  std::string figure = "current";
  std::string receipts;  // folder
};

/// Prints the figures of a page as JSON: each with its contributions, and all that they rest on.
void print_json(const Explained& page) {
  for (std::size_t index = 0; index < page.size(); ++index) {
    boost::json::object line = to_json(page.figure(index)).as_object();
    boost::json::array contributions;
    for (const auto one : page.contributions_of(index)) contributions.push_back(to_json(one));
    line["contributions"] = std::move(contributions);
    boost::json::array evidence;
    for (const std::uint64_t sequence : page.evidence_of(index))
      evidence.push_back(to_json(*page.record(sequence)));
    line["restsOn"] = std::move(evidence);
    std::cout << boost::json::serialize(line) << '\n';
  }
}

/// Writes a receipt of each event that adds something.
Result<void> write_receipts(const Explained& page, const std::string& folder, LogReader& log,
                            const SignedCheckpoint& in) {
  for (std::size_t index = 0; index < page.size(); ++index)
    for (const auto one : page.contributions_of(index)) {
      CF_LET(const Receipt receipt, log.receipt(one.getSequence(), in));
      CF_TRY(write_out(fmt::format("{}/{}.tlog-proof", folder, one.getSequence()),
                       format_receipt(receipt)));
    }
  return {};
}

/// The page in the form that was asked for.
class Printer {
 public:
  Printer(const OutputOptions& options, const ExplainOptions& chosen)
      : format_(options.format),
        text_(options, chosen.figure, chosen.receipts, std::cout),
        graph_(options, std::cout) {
    if (format_ == Format::csv || format_ == Format::markdown || format_ == Format::xlsx)
      rows_.emplace(options, capnp::Schema::from<schema::ContributionRow>(), std::cout);
  }
  void add(const Explained& page) {
    for (std::size_t index = 0; index < page.size(); ++index) {
      const auto figure = page.figure(index);
      sums_match_ = sums_match_ && figure.getAmount() == figure.getSum();
      if (rows_)
        for (const auto one : page.contributions_of(index)) rows_->row(one);
    }
    if (format_ == Format::json) print_json(page);
    if (format_ == Format::dot) graph_.add(page);
    if (format_ == Format::table) text_.add(page);
  }
  Result<void> finish() {
    if (format_ == Format::dot) graph_.finish();
    if (format_ == Format::table) text_.finish();
    return rows_ ? rows_->finish() : Result<void>();
  }
  bool sums_match() const { return sums_match_; }

 private:
  Format format_;
  ExplanationText text_;
  ExplanationGraph graph_;
  std::optional<Output> rows_;
  bool sums_match_ = true;
};

Result<ExitStatus> explain(const GlobalOptions& global, const ExplainOptions& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  const OutputOptions output = output_options(global, *access);
  std::optional<LogReader> log;
  std::optional<SignedCheckpoint> in;
  if (!options.receipts.empty()) {
    CF_TRY(make_folders(options.receipts));
    CF_LET(LogReader reader, LogReader::of(*access));
    log.emplace(std::move(reader));
    CF_LET(in, log->checkpoint());
  }
  Printer printer(output, options);
  Explained page;
  std::string after;
  do {
    auto request = access->reader().explainRequest();
    request.setSubject(text_of(options.subject));
    options.filter.fill(request.initFilter());
    request.setFigure(figure_of(options.figure));
    fill(request.initAsOf(), access->as_of());
    request.setAfter(data_of(after));
    CF_LET(auto response, access->call(kj::mv(request)));
    after = view(response.getNext());
    CF_TRY(page.add(kj::mv(response)));
    if (log) CF_TRY(write_receipts(page, options.receipts, *log, *in));
    printer.add(page);
    CF_TRY(flush_output());
  } while (!after.empty());
  CF_TRY(printer.finish());
  if (printer.sums_match()) return ExitStatus::done;
  fmt::print(stderr,
             "counterfoil: events do not sum to the read model's figure: `verify` the ledger, and "
             "compare the view with `projections diff budgets`\n");
  return ExitStatus::answer_is_no;
}

}  // namespace

void add_explain(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_past.insert("explain");
  auto* command = app.add_subcommand(
      "explain",
      "Why a number is what it is: the events that sum to it, their rules, evidence and actors");
  auto options = std::make_shared<ExplainOptions>();
  command
      ->add_option("subject", options->subject,
                   "line/YEAR/PROJECT/FUND/MEASURE/ITEM, project/ID, unit/ID or pool/ID")
      ->required();
  command->add_option("--fiscal-year", options->filter.fiscal_year, "Only lines of this year")
      ->check(at_least(1));
  command->add_option("--fund", options->filter.fund, "Only lines of this fund");
  command->add_option("--measure", options->filter.measure, "Only this measure");
  add_figure(*command, options->figure);
  command->add_option("--proof", options->receipts,
                      "Write a receipt of each event into this folder, for counterfoil-verify");
  command->footer(
      "What an event rests on is followed to what that rests on in turn. The command says whether\n"
      "the events sum to the number; where they do not, it is status 1.\n"
      "Examples:\n"
      "  counterfoil explain line/2024/P001/general/net/-\n"
      "  counterfoil explain project/P001 --fiscal-year 2024 --as-of decided:2024-06-30\n"
      "  counterfoil explain pool/livelihood --proof receipts\n"
      "  counterfoil --output dot explain line/2024/P001/general/net/- | dot -Tsvg > evidence.svg");
  command->callback([&global, &action, options] {
    global.picture = Format::dot;
    action = [&global, options] { return explain(global, *options); };
  });
}

}  // namespace counterfoil
