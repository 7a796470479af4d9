#include <boost/json/serialize.hpp>
#include <iostream>
#include <limits>
#include <memory>

#include "codec/canonical.h"
#include "codec/json.h"
#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/event_row.h"
#include "counterfoil/standard_output.h"
#include "net/failure.h"

namespace counterfoil {
namespace {

/// Prints records: JSON is the whole record, a table or CSV a row of what matters first.
class EventPrinter {
 public:
  EventPrinter(const OutputOptions& options) : currency_exponent_(options.currency_exponent) {
    if (options.format != Format::json)
      rows_.emplace(options, capnp::Schema::from<schema::EventRow>(), std::cout);
  }
  void print(schema::Record::Reader record) {
    if (!rows_) {
      std::cout << boost::json::serialize(to_json(record)) << '\n';
      return;
    }
    capnp::MallocMessageBuilder message;
    auto row = message.initRoot<schema::EventRow>();
    fill(row, record, currency_exponent_);
    rows_->row(row.asReader());
  }
  /// Shows what was printed so far to who follows it.
  Result<void> show() {
    if (rows_) rows_->show();
    return flush_output();
  }
  Result<void> finish() { return rows_ ? rows_->finish() : Result<void>(); }

 private:
  unsigned currency_exponent_;
  std::optional<Output> rows_;
};

Result<ExitStatus> print_history(const GlobalOptions& global, const std::string& subject) {
  CF_LET(const auto access, LedgerAccess::open(global));
  EventPrinter printer(output_options(global, *access));
  RecordBuffer buffer;
  std::uint64_t next = 0;
  std::uint64_t count = 0;
  do {
    auto request = access->reader().historyRequest();
    request.setSubject(text_of(subject));
    request.setFrom(next);
    fill(request.initAsOf(), access->as_of());
    CF_LET(auto page, access->call(kj::mv(request)));
    for (const auto bytes : page.getRecords()) {
      CF_LET(const auto record, buffer.load(view(bytes)));
      printer.print(record);
    }
    CF_TRY(flush_output());
    next = page.getNext();
    count = page.getCount();
  } while (next < count);
  CF_TRY(printer.finish());
  return ExitStatus::done;
}

struct TailOptions {
  std::optional<std::uint64_t> from;
  std::optional<std::uint64_t> limit;
  bool no_follow = false;
};

/// Where the feed's events arrive. `done` resolves when as many as wanted have been printed.
class Sink final : public schema::EventSink::Server {
 public:
  Sink(EventPrinter& printer, std::uint64_t next, std::uint64_t end,
       kj::Own<kj::PromiseFulfiller<void>> done)
      : printer_(printer), next_(next), end_(end), done_(kj::mv(done)) {}
  /// The connection holds the sink, so a sink that goes while it is waited for was cut off.
  ~Sink() noexcept(false) {
    if (done_->isWaiting()) cut_off({ErrorCode::io, "the connection to the ledger ended"});
  }

  kj::Promise<void> events(EventsContext context) override {
    for (const auto record : context.getParams().getRecords()) {
      if (next_ >= end_) break;
      const auto printed = print(view(record));
      or_reject(printed);
      or_throw(printed);
    }
    or_reject(printer_.show());
    if (next_ >= end_) done_->fulfill();
    return kj::READY_NOW;
  }

  kj::Promise<void> ended(EndedContext context) override {
    const auto failure = context.getParams().getFailure();
    cut_off(error_named(view(failure.getCode()), std::string(view(failure.getMessage()))));
    return kj::READY_NOW;
  }

 private:
  void cut_off(Error error) {
    error.message += fmt::format("; go on with `tail --from {}`", next_);
    done_->reject(to_exception(error));
  }

  void or_reject(const Result<void>& done) {
    if (!done) done_->reject(to_exception(done.error()));
  }

  Result<void> print(std::string_view bytes) {
    CF_LET(const auto record, buffer_.load(bytes));
    if (record.getSequence() != next_)
      return fail(ErrorCode::corrupt, "the feed sent record {} where {} was due",
                  record.getSequence(), next_);
    ++next_;
    printer_.print(record);
    return {};
  }

  EventPrinter& printer_;
  std::uint64_t next_;
  std::uint64_t end_;
  kj::Own<kj::PromiseFulfiller<void>> done_;
  RecordBuffer buffer_;
};

/// Prints the records from `from` on, as they come, up to the one before `end`.
Result<void> follow(LedgerAccess& access, EventPrinter& printer, std::uint64_t from,
                    std::uint64_t end) {
  auto done = kj::newPromiseAndFulfiller<void>();
  auto request = access.feed().subscribeRequest();
  request.setFrom(from);
  request.setSink(kj::heap<Sink>(printer, from, end, kj::mv(done.fulfiller)));
  const auto subscription = access.call(kj::mv(request));
  // Of a connection that ends, the sink knows better where to go on, also before this call's
  // answer.
  if (!subscription && subscription.error().code != ErrorCode::io)
    return tl::make_unexpected(subscription.error());
  return access.wait(kj::mv(done.promise));
}

Result<ExitStatus> tail(const GlobalOptions& global, const TailOptions& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  constexpr std::uint64_t last = 10;
  const std::uint64_t size = access->info().getSize();
  const std::uint64_t from = options.from.value_or(size > last ? size - last : 0);
  if (from > size)
    return fail(ErrorCode::not_found,
                "the journal holds {0} records: there is none from {1} on. Follow what comes next "
                "with --from {0}",
                size, from);
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
  if (options.no_follow) end = std::max(size, from);
  if (global.format == Format::xlsx && !options.no_follow && !options.limit)
    return fail(ErrorCode::invalid,
                "a workbook is written when it is whole: give --no-follow or --limit");
  if (options.limit && *options.limit < end - from) end = from + *options.limit;
  EventPrinter printer(output_options(global, *access));
  if (from < end) CF_TRY(follow(*access, printer, from, end));
  CF_TRY(printer.finish());
  return ExitStatus::done;
}

}  // namespace

void add_history(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_past.insert("history");
  auto* command = app.add_subcommand("history", "Every event of a subject, in order");
  auto subject = std::make_shared<std::string>();
  command
      ->add_option("subject", *subject,
                   "For instance project/ID, unit/ID, line/YEAR/PROJECT/FUND/MEASURE/ITEM, "
                   "request/ID, ledger")
      ->required();
  command->footer(
      "Examples:\n"
      "  counterfoil history project/990100-24T-0001\n"
      "  counterfoil --output json history request/52-25");
  command->callback([&global, &action, subject] {
    action = [&global, subject] { return print_history(global, *subject); };
  });
}

void add_tail(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command =
      app.add_subcommand("tail", "Follow the events as they are recorded, each once, in order");
  auto options = std::make_shared<TailOptions>();
  command->add_option("--from", options->from, "First sequence (default: the last ten events)")
      ->check(at_least(0));
  command->add_option("--limit", options->limit, "End after this many events")->check(at_least(1));
  command->add_flag("--no-follow", options->no_follow, "End with the newest event");
  command->footer(
      "Examples:\n"
      "  counterfoil tail\n"
      "  counterfoil --output json tail --from 0 --no-follow > events.ndjson");
  command->callback([&global, &action, options] {
    action = [&global, options] { return tail(global, *options); };
  });
}

}  // namespace counterfoil
