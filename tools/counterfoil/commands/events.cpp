#include <boost/json/serialize.hpp>
#include <iostream>
#include <limits>
#include <memory>

#include "codec/canonical.h"
#include "codec/json.h"
#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/standard_output.h"
#include "net/failure.h"

namespace counterfoil {
namespace {

std::string join_subjects(schema::Record::Reader record) {
  std::string joined;
  for (const auto subject : record.getSubjects()) {
    if (!joined.empty()) joined += ' ';
    joined += view(subject.getId());
  }
  return joined;
}

void fill(schema::EventRow::Builder row, schema::Record::Reader record) {
  const boost::json::value fact = to_json(record.getFact());
  std::string name = "unknown";
  std::string detail;
  if (fact.is_object() && !fact.get_object().empty()) {
    name = std::string_view(fact.get_object().begin()->key());
    detail = boost::json::serialize(fact.get_object().begin()->value());
  }
  row.setSequence(record.getSequence());
  row.setFact(text_of(name));
  row.setEffectiveOn(record.getEffectiveOn());
  row.setDecidedAt(record.getDecidedAt());
  row.setRecordedAt(record.getRecordedAt());
  row.setActor(record.getActor());
  row.setRole(record.getRole());
  row.setOrganisation(record.getOrganisation());
  if (record.getDocuments().size() != 0) row.setDocument(record.getDocuments()[0].getNumber());
  row.setReason(record.getReason());
  row.setSubjects(text_of(join_subjects(record)));
  row.setDetail(text_of(detail));
}

/// Prints records: JSON is the whole record, a table or CSV a row of what matters first.
class EventPrinter {
 public:
  EventPrinter(const OutputOptions& options) : json_(options.format == Format::json) {
    if (!json_) output_.emplace(options, capnp::Schema::from<schema::EventRow>(), std::cout);
  }
  Result<void> print(std::string_view bytes) {
    CF_LET(const auto record, buffer_.load(bytes));
    if (json_) {
      std::cout << boost::json::serialize(to_json(record)) << '\n';
      return {};
    }
    capnp::MallocMessageBuilder message;
    auto row = message.initRoot<schema::EventRow>();
    fill(row, record);
    output_->row(row.asReader());
    return {};
  }
  void finish() {
    if (output_) output_->finish();
    std::cout.flush();
  }

 private:
  bool json_;
  std::optional<Output> output_;
  RecordBuffer buffer_;
};

Result<ExitStatus> print_history(const GlobalOptions& global, const std::string& subject) {
  CF_LET(const auto access, LedgerAccess::open(global));
  EventPrinter printer(output_options(global, *access));
  std::uint64_t next = 0;
  std::uint64_t count = 0;
  do {
    auto request = access->reader().historyRequest();
    request.setSubject(text_of(subject));
    request.setFrom(next);
    CF_LET(auto page, access->call(kj::mv(request)));
    for (const auto record : page.getRecords()) CF_TRY(printer.print(view(record)));
    CF_TRY(flush_output());
    next += page.getRecords().size();
    count = page.getCount();
    if (page.getRecords().size() == 0) break;
  } while (next < count);
  printer.finish();
  return ExitStatus::done;
}

struct TailOptions {
  std::optional<std::uint64_t> from;
  std::uint64_t limit = 0;
  bool no_follow = false;
};

/// Where the feed's events arrive. `done` resolves when as many as wanted have been printed.
class Sink final : public schema::EventSink::Server {
 public:
  Sink(Format format, std::uint64_t next, std::uint64_t end,
       kj::Own<kj::PromiseFulfiller<void>> done)
      : format_(format), next_(next), end_(end), done_(kj::mv(done)) {}
  /// The connection holds the sink, so a sink that goes while it is waited for was cut off.
  ~Sink() noexcept(false) {
    if (done_->isWaiting())
      done_->reject(KJ_EXCEPTION(DISCONNECTED, "`tail --from` goes on where it broke off", next_));
  }

  kj::Promise<void> events(EventsContext context) override {
    for (const auto record : context.getParams().getRecords()) {
      if (next_ >= end_) break;
      const auto printed = print(view(record));
      or_reject(printed);
      or_throw(printed);
    }
    or_reject(flush_output());
    if (next_ >= end_) done_->fulfill();
    return kj::READY_NOW;
  }

  kj::Promise<void> ended(EndedContext context) override {
    const auto failure = context.getParams().getFailure();
    done_->reject(to_exception(
        error_named(view(failure.getCode()), std::string(view(failure.getMessage())))));
    return kj::READY_NOW;
  }

 private:
  void or_reject(const Result<void>& done) {
    if (!done) done_->reject(to_exception(done.error()));
  }

  Result<void> print(std::string_view bytes) {
    CF_LET(const auto record, buffer_.load(bytes));
    if (record.getSequence() != next_)
      return fail(ErrorCode::corrupt, "the feed sent record {} where {} was due",
                  record.getSequence(), next_);
    ++next_;
    if (format_ == Format::json) {
      std::cout << boost::json::serialize(to_json(record)) << '\n';
      return {};
    }
    capnp::MallocMessageBuilder message;
    auto row = message.initRoot<schema::EventRow>();
    fill(row, record);
    const auto read = row.asReader();
    std::cout << fmt::format("{:>8}  {}  {:<20} {} {}\n", read.getSequence(),
                             format_instant(Instant{read.getRecordedAt()}), view(read.getFact()),
                             view(read.getSubjects()), view(read.getDetail()));
    return {};
  }

  Format format_;
  std::uint64_t next_;
  std::uint64_t end_;
  kj::Own<kj::PromiseFulfiller<void>> done_;
  RecordBuffer buffer_;
};

Result<ExitStatus> tail(const GlobalOptions& global, const TailOptions& options) {
  if (global.format == Format::csv)
    return fail(ErrorCode::invalid, "tail prints a table or JSON lines: choose --output json");
  CF_LET(const auto access, LedgerAccess::open(global));
  constexpr std::uint64_t last = 10;
  const std::uint64_t size = access->info().getSize();
  const std::uint64_t from = options.from.value_or(size > last ? size - last : 0);
  if (from > size)
    return fail(ErrorCode::not_found, "the journal holds {} records: there is none from {} on",
                size, from);
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
  if (options.no_follow) end = std::max(size, from);
  if (options.limit != 0) end = std::min(end, from + options.limit);
  if (from >= end) return ExitStatus::done;

  auto done = kj::newPromiseAndFulfiller<void>();
  auto request = access->feed().subscribeRequest();
  request.setFrom(from);
  request.setSink(kj::heap<Sink>(global.format, from, end, kj::mv(done.fulfiller)));
  CF_LET(auto subscription, access->call(kj::mv(request)));
  CF_TRY(access->wait(kj::mv(done.promise)));
  return ExitStatus::done;
}

}  // namespace

void add_history(CLI::App& app, GlobalOptions& global, Action& action) {
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
      ->check(CLI::NonNegativeNumber);
  command->add_option("--limit", options->limit, "End after this many events");
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
