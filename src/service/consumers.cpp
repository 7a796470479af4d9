#include "service/consumers.h"

#include <algorithm>
#include <limits>

#include "core/limits.h"
#include "core/text.h"
#include "proof/count_text.h"

namespace counterfoil {
namespace {

std::string in_epoch(const Journal& journal) {
  return fmt::format("the ledger was restored since and is in epoch {}", journal.epoch().value);
}

}  // namespace

Result<void> check_position(const Journal& journal, const Position& position) {
  if (position.next.value == 0) return {};
  if (position.epoch != journal.epoch())
    return fail(
        ErrorCode::refused,
        "the position {} is of epoch {}, and this ledger is in epoch {}: it was restored in "
        "between, and behind the copy it holds other records. Take back what you got behind "
        "the copy's end, and go on from {}, or from 0",
        format_position(position.epoch, position.next), position.epoch.value, journal.epoch().value,
        format_position(journal.epoch(), Sequence{journal.size()}));
  if (position.next.value <= journal.size()) return {};
  return fail(ErrorCode::not_found, "the journal holds {} records: a feed cannot start at {}",
              journal.size(), format_position(position.epoch, position.next));
}

Result<Position> parse_position(std::string_view text) {
  Position position;
  std::string_view rest = text;
  bool sound = true;
  if (rest.starts_with('e')) {
    const std::size_t colon = rest.find(':');
    const auto epoch = parse_count(rest.substr(1, std::max<std::size_t>(colon, 1) - 1));
    sound = colon != std::string_view::npos && epoch &&
            *epoch <= std::numeric_limits<std::uint32_t>::max();
    if (sound) {
      position.epoch = Epoch{static_cast<std::uint32_t>(*epoch)};
      rest.remove_prefix(colon + 1);
    }
  }
  const auto next = parse_count(rest);
  if (!sound || !next)
    return fail(ErrorCode::invalid, "{} is no position: write 1234, or e1:1234 with its epoch",
                quote(text));
  position.next = Sequence{*next};
  return position;
}

Consumers::Consumers(const Journal& journal, ConsumerStore::Contents contents)
    : journal_(journal), state_(std::move(contents)) {}

Result<const StoredConsumer*> Consumers::find(const std::string& name) const {
  const auto found = state_.consumers.find(name);
  if (found != state_.consumers.end()) return &found->second;
  return fail(ErrorCode::not_found,
              "there is no consumer {}: `counterfoil consumers` lists them, `counterfoil consumers "
              "create` makes one",
              quote(name));
}

Result<const StoredConsumer*> Consumers::find_own(const Principal& who,
                                                  const std::string& name) const {
  CF_LET(const StoredConsumer* const consumer, find(name));
  if (who.role == schema::Role::ADMIN || who.id == consumer->owner) return consumer;
  return fail(ErrorCode::denied, "the consumer {} is {}'s: use one of your own", name,
              consumer->owner);
}

Result<void> Consumers::create(const Principal& who, const Plan& plan, Instant now) {
  if (!is_id(plan.name))
    return fail(ErrorCode::invalid,
                "{} cannot name a consumer: use letters, digits, '.', '_' and '-'",
                quote(plan.name));
  if (state_.consumers.contains(plan.name))
    return fail(ErrorCode::refused, "there is a consumer {} already: read it, or take another name",
                plan.name);
  if (state_.consumers.size() >= limits::consumers)
    return fail(ErrorCode::limit, "the ledger has {} consumers, which is the limit: drop one",
                limits::consumers);
  CF_TRY(checked_partition(0, plan.partitions));
  CF_TRY(check_filter(plan.filter));
  CF_TRY(check_position(journal_, plan.from));
  const StoredConsumer consumer{now,
                                journal_.epoch(),
                                plan.from.next,
                                std::max(plan.partitions, 1u),
                                who.id,
                                plan.filter.facts,
                                plan.filter.subjects,
                                plan.filter.units,
                                plan.filter.fiscal_years};
  state_.consumers[plan.name] = consumer;
  changes_.put(plan.name, consumer);
  for (std::uint32_t i = 0; i < consumer.partitions; ++i) {
    const StoredCursor cursor{plan.from.next, 0};
    state_.cursors[{plan.name, i}] = cursor;
    changes_.put(plan.name, i, cursor);
  }
  return {};
}

Result<void> Consumers::drop(const Principal& who, const std::string& name) {
  CF_LET(const StoredConsumer* const consumer, find_own(who, name));
  for (std::uint32_t i = 0; i < consumer->partitions; ++i) {
    end_reader({name, i}, {ErrorCode::not_found, fmt::format("the consumer {} was dropped", name)});
    state_.cursors.erase({name, i});
    changes_.erase(name, i);
  }
  CF_LET(const auto events, named_or_all(name, {}));
  for (const std::uint64_t event : events) forget_parked(name, Sequence{event});
  state_.consumers.erase(name);
  changes_.erase(name);
  return {};
}

Result<void> Consumers::check_unread(const Key& key, IfRead if_read) const {
  const auto active = active_.find(key);
  if (active == active_.end() || if_read == IfRead::take_over) return {};
  return fail(ErrorCode::busy,
              "partition {} of the consumer {} has been read by another since {}: end that one, or "
              "take over from it (--take-over)",
              key.second, key.first, format_instant(active->second.since));
}

Result<void> Consumers::move(const Principal& who, const std::string& name,
                             std::optional<std::uint32_t> partition, const Position& to,
                             IfRead if_read) {
  CF_LET(const StoredConsumer* const consumer, find_own(who, name));
  CF_TRY(check_position(journal_, to));
  if (partition) CF_TRY(checked_partition(*partition, consumer->partitions));
  if (partition && consumer->partitions > 1 && consumer->epoch != journal_.epoch())
    return fail(ErrorCode::refused,
                "the consumer {} stands in epoch {}, and {}: move all its partitions", name,
                consumer->epoch.value, in_epoch(journal_));
  const std::uint32_t first = partition.value_or(0);
  const std::uint32_t end = partition ? first + 1 : consumer->partitions;
  for (std::uint32_t i = first; i < end; ++i) CF_TRY(check_unread({name, i}, if_read));
  for (std::uint32_t i = first; i < end; ++i) {
    end_reader({name, i}, {ErrorCode::conflict,
                           fmt::format("the consumer {} was moved to {}: read it again", name,
                                       format_position(journal_.epoch(), to.next))});
    StoredCursor& cursor = state_.cursors[{name, i}];
    cursor.next = to.next;
    changes_.put(name, i, cursor);
  }
  StoredConsumer& changed = state_.consumers[name];
  if (changed.epoch == journal_.epoch()) return {};
  changed.epoch = journal_.epoch();
  changes_.put(name, changed);
  return {};
}

Result<Consumers::Reading> Consumers::begin(const Principal& who, const std::string& name,
                                            std::uint32_t partition, IfRead if_read, Instant now,
                                            Reader reader) {
  CF_LET(const StoredConsumer* const consumer, find_own(who, name));
  CF_LET(const Partition part, checked_partition(partition, consumer->partitions));
  const Key key{name, partition};
  StoredCursor& cursor = state_.cursors[key];
  if (consumer->epoch != journal_.epoch())
    return fail(
        ErrorCode::refused,
        "the consumer {} stands at {}, and {}, where other records may be behind the copy's "
        "end: take back what it got behind that, and move it (`counterfoil consumers move`)",
        name, format_position(consumer->epoch, cursor.next), in_epoch(journal_));
  CF_TRY(check_unread(key, if_read));
  end_reader(key, {ErrorCode::conflict,
                   fmt::format("another reader took partition {} of the consumer {} over at {}",
                               partition, name, format_instant(now))});
  ++cursor.generation;
  changes_.put(name, partition, cursor);
  active_[key] = {cursor.generation, now, std::move(reader)};
  return Reading{{name, partition, cursor.generation},
                 {consumer->facts, consumer->subjects, consumer->units, consumer->fiscal_years},
                 part,
                 cursor.next};
}

void Consumers::leave(const Token& token) {
  const auto active = active_.find({token.name, token.partition});
  if (active != active_.end() && active->second.generation == token.generation)
    active_.erase(active);
}

/// The reader is out before it is told, so that it may leave in the call.
void Consumers::end_reader(const Key& key, const Error& why) {
  const auto active = active_.find(key);
  if (active == active_.end()) return;
  const Active ended = std::move(active->second);
  active_.erase(active);
  ended.reader.end(why);
}

Result<void> Consumers::check_active(const Token& token) const {
  const auto active = active_.find({token.name, token.partition});
  if (active != active_.end() && active->second.generation == token.generation) return {};
  return fail(ErrorCode::refused,
              "this reader of partition {} of the consumer {} was ended{}: nothing was changed",
              token.partition, token.name,
              active == active_.end() ? std::string()
                                      : fmt::format(", and another one has read since {}",
                                                    format_instant(active->second.since)));
}

Result<Sequence> Consumers::acknowledge(const Token& token, Sequence position, Sequence sent) {
  CF_TRY(check_active(token));
  if (position > sent)
    return fail(
        ErrorCode::refused, "{} cannot be acknowledged: this reader was sent what is before {}",
        format_position(journal_.epoch(), position), format_position(journal_.epoch(), sent));
  StoredCursor& cursor = state_.cursors[{token.name, token.partition}];
  if (position <= cursor.next) return cursor.next;
  cursor.next = position;
  changes_.put(token.name, token.partition, cursor);
  return position;
}

Result<void> Consumers::park(const Token& token, Sequence event, std::string reason, Sequence sent,
                             Instant now) {
  CF_TRY(check_active(token));
  if (reason.size() > limits::text_bytes)
    return fail(ErrorCode::limit, "the reason has {} bytes; the limit is {}", reason.size(),
                limits::text_bytes);
  if (!is_text(reason)) return fail(ErrorCode::invalid, "the reason is not UTF-8");
  const auto found = state_.parked.find({token.name, event.value});
  if (found == state_.parked.end()) {
    if (event >= sent)
      return fail(ErrorCode::refused, "{} cannot be parked: this reader was sent what is before {}",
                  event.value, format_position(journal_.epoch(), sent));
    if (count_parked(token.name) >= limits::parked_events)
      return fail(ErrorCode::limit,
                  "the consumer {} has parked {} events, which is the limit: retry or unpark some",
                  token.name, limits::parked_events);
  }
  StoredParked& entry = state_.parked[{token.name, event.value}];
  if (entry.tries == 0) entry.since = now;
  entry.partition = token.partition;
  ++entry.tries;
  entry.due = false;
  entry.reason = std::move(reason);
  changes_.put(token.name, event, entry);
  return {};
}

void Consumers::forget_parked(const std::string& name, Sequence event) {
  if (state_.parked.erase({name, event.value}) != 0) changes_.erase(name, event);
}

Result<void> Consumers::unpark(const Token& token, Sequence event) {
  CF_TRY(check_active(token));
  forget_parked(token.name, event);
  return {};
}

std::vector<std::pair<Sequence, StoredParked>> Consumers::due(const Token& token) const {
  std::vector<std::pair<Sequence, StoredParked>> found;
  for (auto at = state_.parked.lower_bound({token.name, 0});
       at != state_.parked.end() && at->first.first == token.name; ++at)
    if (at->second.due && at->second.partition == token.partition)
      found.emplace_back(at->first.second, at->second);
  return found;
}

std::uint32_t Consumers::count_parked(const std::string& name) const {
  std::uint32_t count = 0;
  for (auto at = state_.parked.lower_bound({name, 0});
       at != state_.parked.end() && at->first.first == name; ++at)
    ++count;
  return count;
}

Result<std::vector<std::uint64_t>> Consumers::named_or_all(
    const std::string& name, const std::vector<std::uint64_t>& events) const {
  for (const std::uint64_t event : events)
    if (!is_parked(name, Sequence{event}))
      return fail(ErrorCode::not_found,
                  "the consumer {} has not parked {}: `counterfoil consumers parked {}` lists what "
                  "it has",
                  name, event, name);
  if (!events.empty()) return events;
  std::vector<std::uint64_t> all;
  for (auto at = state_.parked.lower_bound({name, 0});
       at != state_.parked.end() && at->first.first == name; ++at)
    all.push_back(at->first.second);
  return all;
}

Result<std::uint32_t> Consumers::retry(const Principal& who, const std::string& name,
                                       const std::vector<std::uint64_t>& events) {
  CF_TRY(find_own(who, name));
  CF_LET(const auto chosen, named_or_all(name, events));
  for (const std::uint64_t event : chosen) {
    StoredParked& entry = state_.parked[{name, event}];
    entry.due = true;
    changes_.put(name, Sequence{event}, entry);
  }
  for (const auto& [key, active] : active_)
    if (key.first == name) active.reader.due();
  return static_cast<std::uint32_t>(chosen.size());
}

Result<std::uint32_t> Consumers::unpark(const Principal& who, const std::string& name,
                                        const std::vector<std::uint64_t>& events) {
  CF_TRY(find_own(who, name));
  CF_LET(const auto chosen, named_or_all(name, events));
  for (const std::uint64_t event : chosen) forget_parked(name, Sequence{event});
  return static_cast<std::uint32_t>(chosen.size());
}

std::vector<Consumers::PartitionState> Consumers::list() const {
  std::map<Key, std::uint32_t> parked;
  for (const auto& [key, entry] : state_.parked) ++parked[{key.first, entry.partition}];
  std::vector<PartitionState> all;
  for (const auto& [key, cursor] : state_.cursors) {
    const auto consumer = state_.consumers.find(key.first);
    if (consumer == state_.consumers.end()) continue;
    PartitionState one{key.first, &consumer->second, key.second, cursor.next, parked[key], {}};
    const auto active = active_.find(key);
    if (active != active_.end()) one.read_since = active->second.since;
    all.push_back(std::move(one));
  }
  return all;
}

Result<std::vector<std::pair<Sequence, StoredParked>>> Consumers::parked(const std::string& name,
                                                                         Sequence from,
                                                                         std::size_t limit) const {
  CF_TRY(find(name));
  std::vector<std::pair<Sequence, StoredParked>> found;
  for (auto at = state_.parked.lower_bound({name, from.value});
       at != state_.parked.end() && at->first.first == name && found.size() < limit; ++at)
    found.emplace_back(Sequence{at->first.second}, at->second);
  return found;
}

}  // namespace counterfoil
