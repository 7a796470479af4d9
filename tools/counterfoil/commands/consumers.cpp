#include <iostream>
#include <memory>

#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/commands/feed_options.h"

namespace counterfoil {
namespace {

struct ConsumerOptions {
  std::string name;
  std::optional<Position> position;
  std::uint32_t partitions = 1;
  std::optional<std::uint32_t> partition;
  FeedFilter filter;
  bool take_over = false;
  std::vector<std::uint64_t> events;
};

Result<ExitStatus> list(const GlobalOptions& global, const ConsumerOptions&) {
  CF_LET(const auto access, LedgerAccess::open(global));
  CF_LET(auto response, access->call(access->feed().consumersRequest()));
  Output output(output_options(global, *access), capnp::Schema::from<schema::ConsumerRow>(),
                std::cout);
  for (const auto row : response.getRows()) output.row(row);
  CF_TRY(output.finish());
  return ExitStatus::done;
}

Result<ExitStatus> create(const GlobalOptions& global, const ConsumerOptions& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  auto request = access->feed().createConsumerRequest();
  request.setName(text_of(options.name));
  const Position from = options.position.value_or(Position{});
  request.setFrom(from.next.value);
  request.setEpoch(from.epoch.value);
  request.setPartitions(options.partitions);
  options.filter.fill(request.initFilter());
  CF_TRY(access->call(kj::mv(request)));
  return ExitStatus::done;
}

Result<ExitStatus> drop(const GlobalOptions& global, const ConsumerOptions& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  auto request = access->feed().dropConsumerRequest();
  request.setName(text_of(options.name));
  CF_TRY(access->call(kj::mv(request)));
  return ExitStatus::done;
}

Result<ExitStatus> move(const GlobalOptions& global, const ConsumerOptions& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  auto request = access->feed().moveConsumerRequest();
  request.setName(text_of(options.name));
  request.setPartition(options.partition.value_or(0));
  request.setAllPartitions(!options.partition);
  request.setTo(options.position->next.value);
  request.setEpoch(options.position->epoch.value);
  request.setTakeOver(options.take_over);
  CF_TRY(access->call(kj::mv(request)));
  return ExitStatus::done;
}

Result<ExitStatus> parked(const GlobalOptions& global, const ConsumerOptions& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  Output output(output_options(global, *access), capnp::Schema::from<schema::ParkedRow>(),
                std::cout);
  std::optional<std::uint64_t> after;
  for (bool more = true; more;) {
    auto request = access->feed().parkedRequest();
    request.setName(text_of(options.name));
    request.setAfter(after.value_or(0));
    request.setHasAfter(after.has_value());
    CF_LET(auto page, access->call(kj::mv(request)));
    for (const auto row : page.getRows()) {
      output.row(row);
      after = row.getSequence();
    }
    more = page.getMore();
  }
  CF_TRY(output.finish());
  return ExitStatus::done;
}

template <typename Request>
void choose(Request& request, const ConsumerOptions& options) {
  request.setName(text_of(options.name));
  auto events = request.initSequences(static_cast<unsigned>(options.events.size()));
  for (unsigned i = 0; i < options.events.size(); ++i) events.set(i, options.events[i]);
}

Result<ExitStatus> retry(const GlobalOptions& global, const ConsumerOptions& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  auto request = access->feed().retryRequest();
  choose(request, options);
  CF_LET(auto response, access->call(kj::mv(request)));
  fmt::print(stderr, "{} to be delivered again\n", response.getCount());
  return ExitStatus::done;
}

Result<ExitStatus> unpark(const GlobalOptions& global, const ConsumerOptions& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  auto request = access->feed().unparkRequest();
  choose(request, options);
  CF_LET(auto response, access->call(kj::mv(request)));
  fmt::print(stderr, "{} forgotten\n", response.getCount());
  return ExitStatus::done;
}

}  // namespace

void add_consumers(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "consumers", "Named consumers of the feed: where each stands, how far behind, who reads it");
  command->require_subcommand(0, 1);
  command->footer(
      "Examples:\n"
      "  counterfoil consumers\n"
      "  counterfoil consumers create finance --from 0 --unit 101 --partitions 4\n"
      "  counterfoil consumers move finance --to 1200\n"
      "  counterfoil consumers parked finance\n"
      "  counterfoil consumers retry finance 1234");
  auto options = std::make_shared<ConsumerOptions>();
  const auto carry_out = [&global, &action, options](auto what) {
    action = [&global, options, what] { return what(global, *options); };
  };
  command->callback([command, carry_out] {
    if (command->get_subcommands().empty()) carry_out(list);
  });
  command->add_subcommand("list", "What `consumers` alone shows")->callback([carry_out] {
    carry_out(list);
  });
  const auto add = [&](const char* what, const char* help, auto run) {
    auto* one = command->add_subcommand(what, help);
    one->add_option("name", options->name, "The consumer")->required();
    one->callback([carry_out, run] { carry_out(run); });
    return one;
  };
  auto* creating =
      add("create", "Make one; its name, filter and partitions stay as they are", create);
  add_position(*creating, "--from", options->position, "Where it begins to read (default: 0)");
  creating->add_option("--partitions", options->partitions, "Parts that are read side by side")
      ->check(at_least(1))
      ->capture_default_str();
  options->filter.add_to(*creating);
  add("drop", "Forget one, with its positions and what it parked", drop);
  auto* moving =
      add("move", "Let one read again from a position, or leave out what is before it", move);
  add_position(*moving, "--to", options->position, "The position")->required();
  moving
      ->add_option("--partition", options->partition, "Only this partition, from 0 (default: all)")
      ->check(at_least(0));
  moving->add_flag("--take-over", options->take_over, "End whoever reads it");
  add("parked", "The events that it set aside", parked);
  const auto add_events = [&](CLI::App* one) {
    one->add_option("event", options->events, "Sequences (default: all that are parked)")
        ->check(at_least(0));
  };
  add_events(add("retry", "Have parked events delivered again, now or to the next reader", retry));
  add_events(add("unpark", "Forget parked events: somebody dealt with them elsewhere", unpark));
}

}  // namespace counterfoil
