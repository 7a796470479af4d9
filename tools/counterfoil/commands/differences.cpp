#include <capnp/message.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <memory>

#include "codec/json.h"
#include "codec/line.h"
#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/standard_output.h"

namespace counterfoil {
namespace {

struct DifferenceOptions {
  std::vector<std::string> from;
  std::vector<std::string> to;
  LineFilter filter;
  std::string figure = "current";
  bool list_events = false;
};

/// Prints lines, or the events behind them; JSON has both.
class Printer {
 public:
  Printer(const OutputOptions& options, bool list_events)
      : is_json_(options.format == Format::json), list_events_(list_events) {
    if (!is_json_)
      rows_.emplace(options,
                    list_events ? capnp::Schema::from<schema::ContributionRow>()
                                : capnp::Schema::from<schema::ChangeRow>(),
                    std::cout);
  }
  void add(schema::Reader::DifferenceResults::Reader page) {
    const auto events = page.getContributions();
    if (rows_ && list_events_) {
      for (const auto event : events) rows_->row(event);
      return;
    }
    const auto changes = page.getChanges();
    unsigned next = 0;
    for (unsigned i = 0; i < changes.size(); ++i) {
      begin(changes[i], i == 0 && page.getEventsBefore() != 0);
      for (; next < events.size() && view(events[next].getSubject()) == line_; ++next)
        if (is_json_) contributions_.push_back(to_json(events[next]));
      if (i + 1 < changes.size() || page.getEventsAfter() == 0) print();
    }
  }
  Result<void> finish() { return rows_ ? rows_->finish() : Result<void>(); }

 private:
  /// A line, or the events of it that are on another page.
  void begin(schema::ChangeRow::Reader change, bool goes_on) {
    if (goes_on) {
      auto row = change_->getRoot<schema::ChangeRow>();
      std::string events(view(row.asReader().getEvents()));
      if (!events.empty() && change.getEvents().size() != 0) events += ' ';
      row.setEvents(text_of(events + std::string(view(change.getEvents()))));
      return;
    }
    change_ = std::make_unique<capnp::MallocMessageBuilder>();
    change_->setRoot(change);
    contributions_.clear();
    line_ = format_line({change.getFiscalYear(), view(change.getProject()), view(change.getFund()),
                         view(change.getMeasure()), view(change.getItem())});
  }

  void print() {
    const auto change = change_->getRoot<schema::ChangeRow>().asReader();
    if (rows_) return rows_->row(change);
    boost::json::object line = to_json(change).as_object();
    line["contributions"] = std::move(contributions_);
    std::cout << boost::json::serialize(line) << '\n';
  }

  bool is_json_;
  bool list_events_;
  std::optional<Output> rows_;
  // The line that is gathered: its events may be on several pages.
  std::unique_ptr<capnp::MallocMessageBuilder> change_;
  std::string line_;
  boost::json::array contributions_;
};

Result<ExitStatus> difference(const GlobalOptions& global, const DifferenceOptions& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  CF_LET(const Zone zone, access->zone());
  CF_LET(const AsOf from, parse_as_of(options.from, zone));
  CF_LET(const AsOf to, parse_as_of(options.to, zone));
  Printer printer(output_options(global, *access), options.list_events);
  bool found = false;
  std::string after;
  do {
    auto request = access->reader().differenceRequest();
    fill(request.initFirst(), from);
    fill(request.initSecond(), to);
    options.filter.fill(request.initFilter());
    request.setFigure(figure_of(options.figure));
    request.setAfter(data_of(after));
    CF_LET(auto page, access->call(kj::mv(request)));
    printer.add(page);
    found = found || page.getChanges().size() != 0;
    CF_TRY(flush_output());
    after = view(page.getNext());
  } while (!after.empty());
  if (!found) CF_TRY(options.filter.check_known(*access));
  CF_TRY(printer.finish());
  return found ? ExitStatus::answer_is_no : ExitStatus::done;
}

}  // namespace

schema::Figure figure_of(const std::string& name) {
  if (name == "spent") return schema::Figure::SPENT;
  if (name == "committed") return schema::Figure::COMMITTED;
  return schema::Figure::CURRENT;
}

void add_figure(CLI::App& command, std::string& name) {
  command.add_option("--of", name, "Which number: current, spent or committed")
      ->check(CLI::IsMember({"current", "spent", "committed"}))
      ->capture_default_str();
}

void add_difference(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "diff", "Budget lines that differ between two moments, and the events responsible");
  auto options = std::make_shared<DifferenceOptions>();
  const auto add_moment = [&](const char* name, std::vector<std::string>& bounds,
                              const char* help) {
    command->add_option(name, bounds, help)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  add_moment(
      "--from", options->from,
      "seq:N, recorded:TIME, decided:TIME or effective:DATE; may be repeated (default: now)");
  add_moment("--to", options->to, "The same for the other moment (default: now)");
  options->filter.add_to(*command);
  add_figure(*command, options->figure);
  command->add_flag("--events", options->list_events,
                    "Instead of the lines, the events that make the differences");
  command->footer(
      "An event counts if it meets every bound of its moment. Events that count at the first "
      "moment\n"
      "only are taken back. Status 1 where anything differs, 0 where nothing does.\n"
      "Examples:\n"
      "  counterfoil diff --from effective:2024-01-01 --to effective:2024-12-31 --unit U001\n"
      "  counterfoil diff --from decided:2021-12-31 --to decided:2022-12-31 --fiscal-year 2021\n"
      "  counterfoil --output csv diff --from seq:1000 --events > changes.csv");
  command->callback([&global, &action, options] {
    action = [&global, options]() -> Result<ExitStatus> {
      if (options->from.empty() && options->to.empty())
        return fail(ErrorCode::invalid,
                    "name at least one moment with --from or --to: both are now");
      return difference(global, *options);
    };
  });
}

}  // namespace counterfoil
