#include <limits>
#include <memory>

#include "codec/canonical.h"
#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/commands/event_printer.h"
#include "counterfoil/commands/feed_options.h"
#include "counterfoil/commands/tail_sink.h"
#include "net/failure.h"

namespace counterfoil {
namespace {

struct TailOptions {
  std::optional<Position> from;
  std::optional<std::uint64_t> limit;
  bool no_follow = false;
  FeedFilter filter;
  std::optional<Partition> partition;
  std::string consumer;
  bool take_over = false;
};

Result<void> check_together(const GlobalOptions& global, const TailOptions& options) {
  if (global.format == Format::xlsx && !options.no_follow && !options.limit)
    return fail(ErrorCode::invalid,
                "a workbook is written when it is whole: give --no-follow or --limit");
  if (options.consumer.empty()) {
    if (options.take_over)
      return fail(ErrorCode::invalid, "--take-over is for a --consumer that another one reads");
    return {};
  }
  if (options.from)
    return fail(ErrorCode::invalid,
                "a consumer goes on from where it acknowledged to: `counterfoil consumers move {}` "
                "moves it, --from does not",
                options.consumer);
  if (!options.filter.empty())
    return fail(ErrorCode::invalid,
                "a consumer has the filter that it was created with: leave the others out");
  return {};
}

/// Prints what comes, until there is enough or the connection ends.
Result<void> follow(LedgerAccess& access, const TailOptions& options, TailSink::Wanted wanted,
                    EventPrinter& printer) {
  auto done = kj::newPromiseAndFulfiller<void>();
  auto request = access.feed().subscribeRequest();
  request.setFrom(wanted.next);
  request.setEpoch(wanted.epoch.value);
  options.filter.fill(request.initFilter());
  wanted.every_record = options.filter.empty() && !options.partition;
  if (options.partition) {
    request.initPartition().setIndex(options.partition->index);
    request.getPartition().setCount(options.partition->count);
  }
  request.setSink(kj::heap<TailSink>(printer, wanted, kj::mv(done.fulfiller)));
  const auto subscription = access.call(kj::mv(request));
  // Of a connection that ends, the sink knows better where to go on, also before this call's
  // answer.
  if (!subscription && subscription.error().code != ErrorCode::io)
    return tl::make_unexpected(subscription.error());
  return access.wait(kj::mv(done.promise));
}

/// How many partitions the consumer has, and where the one that is to be read stands.
struct Standing {
  std::uint32_t partitions = 0;
  std::uint64_t position = 0;
};

Result<Standing> find_consumer(LedgerAccess& access, const TailOptions& options) {
  CF_LET(auto response, access.call(access.feed().consumersRequest()));
  const std::uint32_t index = options.partition ? options.partition->index : 0;
  Standing found;
  for (const auto row : response.getRows()) {
    if (view(row.getConsumer()) != options.consumer) continue;
    found.partitions = row.getPartitions();
    if (row.getPartition() != index) continue;
    CF_LET(const Position position, parse_position(view(row.getPosition())));
    found.position = position.next.value;
  }
  if (found.partitions == 0) return found;  // the server says what is wrong
  if (options.partition && options.partition->count != found.partitions)
    return fail(ErrorCode::invalid, "the consumer {} has {} partitions: read {}/{}",
                options.consumer, found.partitions, index, found.partitions);
  if (!options.partition && found.partitions != 1)
    return fail(ErrorCode::invalid,
                "the consumer {} has {} partitions: say which with --partition K/{}, one process "
                "for each",
                options.consumer, found.partitions, found.partitions);
  return found;
}

/// The same for a consumer: what was printed and written is acknowledged.
Result<void> consume(LedgerAccess& access, const TailOptions& options, TailSink::Wanted wanted,
                     EventPrinter& printer) {
  CF_LET(const Standing standing, find_consumer(access, options));
  wanted.next = standing.position;
  wanted.consumer = options.consumer;
  if (standing.partitions != 0 && wanted.next >= wanted.end) return {};
  auto done = kj::newPromiseAndFulfiller<void>();
  auto request = access.feed().consumeRequest();
  request.setName(text_of(options.consumer));
  request.setPartition(options.partition ? options.partition->index : 0);
  request.setTakeOver(options.take_over);
  const auto acknowledge = std::make_shared<kj::Maybe<schema::Consumption::Client>>();
  KJ_DEFER(*acknowledge = nullptr);
  request.setSink(kj::heap<TailSink>(printer, wanted, kj::mv(done.fulfiller), acknowledge));
  auto sent = request.send();
  *acknowledge = schema::Consumption::Client(sent.getConsumption());
  const auto consumption = access.wait(kj::mv(sent));
  if (!consumption) return tl::make_unexpected(consumption.error());
  return access.wait(kj::mv(done.promise));
}

Result<ExitStatus> tail(const GlobalOptions& global, const TailOptions& options) {
  CF_TRY(check_together(global, options));
  CF_LET(const auto access, LedgerAccess::open(global));
  constexpr std::uint64_t last = 10;
  const std::uint64_t size = access->info().getSize();
  const Epoch epoch{access->info().getEpoch()};
  const Position from =
      options.from.value_or(Position{epoch, Sequence{size > last ? size - last : 0}});
  if (from.epoch == epoch && from.next.value > size)
    return fail(ErrorCode::not_found,
                "the journal holds {} records: there is none from {} on. Follow what comes next "
                "with --from {}",
                size, format_position(epoch, from.next), format_position(epoch, Sequence{size}));
  TailSink::Wanted wanted;
  wanted.epoch = from.epoch;
  wanted.next = from.next.value;
  if (options.limit) wanted.count = *options.limit;
  if (options.no_follow) wanted.end = size;
  EventPrinter printer(output_options(global, *access));
  if (!options.consumer.empty())
    CF_TRY(consume(*access, options, wanted, printer));
  else if (from.next.value < wanted.end || from.epoch != epoch)
    CF_TRY(follow(*access, options, wanted, printer));
  CF_TRY(printer.finish());
  return ExitStatus::done;
}

}  // namespace

void add_tail(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command =
      app.add_subcommand("tail", "Follow the events as they are recorded, each once, in order");
  auto options = std::make_shared<TailOptions>();
  add_position(*command, "--from", options->from,
               "First position (default: ten records before the end)");
  command->add_option("--limit", options->limit, "End after this many events")->check(at_least(1));
  command->add_flag("--no-follow", options->no_follow, "End with the newest event");
  options->filter.add_to(*command);
  add_partition(*command, options->partition,
                "Only one of N parts, K from 0; a project's events are all in one of them");
  command->add_option("--consumer", options->consumer,
                      "Read on where this consumer stands, and acknowledge what was written");
  command->add_flag("--take-over", options->take_over, "End the reader that the consumer has");
  command->footer(
      "Examples:\n"
      "  counterfoil tail\n"
      "  counterfoil --output json tail --from 0 --no-follow > events.ndjson\n"
      "  counterfoil tail --from 0 --unit 101 --fiscal-year 2024 --fact budgetAdjusted\n"
      "  counterfoil --output json tail --consumer finance --partition 0/4");
  command->callback([&global, &action, options] {
    action = [&global, options] { return tail(global, *options); };
  });
}

}  // namespace counterfoil
