#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "service/event_filter.h"
#include "service/partition.h"
#include "service/prepare.h"
#include "storage/consumer_store.h"

namespace counterfoil {

/// A position as clients give it: of which life of the ledger, and the sequence that comes next.
struct Position {
  Epoch epoch;
  Sequence next;
};

/// Accepts a position that a feed of the journal can go on from: 0 of any epoch, else one of the
/// journal's own that is not behind its end.
Result<void> check_position(const Journal& journal, const Position& position);

/// "1234" or "e2:1234". Inverse of format_position.
Result<Position> parse_position(std::string_view text);

/// The rules of named consumers: who reads what, from where, and what moves a cursor. Nothing here
/// waits for a disk: what was changed is taken with take_changes and written by whoever owns this,
/// who answers only then. For one thread.
class Consumers {
 public:
  /// The journal outlives it.
  Consumers(const Journal& journal, ConsumerStore::Contents contents);

  struct Plan {
    std::string name;
    EventFilter filter;
    Position from;
    std::uint32_t partitions = 1;
  };
  Result<void> create(const Principal& who, const Plan& plan, Instant now);
  Result<void> drop(const Principal& who, const std::string& name);

  enum class IfRead { refuse, take_over };
  /// Moves one partition, or all. One of another epoch can only be moved whole.
  Result<void> move(const Principal& who, const std::string& name,
                    std::optional<std::uint32_t> partition, const Position& to, IfRead if_read);

  /// What a reader is told while it reads.
  struct Reader {
    std::function<void(const Error& why)> end;  // it may leave in the call
    std::function<void()> due;                  // there is something to deliver again
  };
  /// What a reader shows to acknowledge. It is worth nothing when another one has taken over.
  struct Token {
    std::string name;
    std::uint32_t partition = 0;
    std::uint64_t generation = 0;
  };
  struct Reading {
    Token token;
    EventFilter filter;
    Partition partition;
    Sequence from;
  };
  /// `busy` where somebody reads the partition and is not to be ended.
  Result<Reading> begin(const Principal& who, const std::string& name, std::uint32_t partition,
                        IfRead if_read, Instant now, Reader reader);
  void leave(const Token& token);

  /// `sent`: the position behind what this reader was sent. Gives where the cursor is.
  Result<Sequence> acknowledge(const Token& token, Sequence position, Sequence sent);
  Result<void> park(const Token& token, Sequence event, std::string reason, Sequence sent,
                    Instant now);
  Result<void> unpark(const Token& token, Sequence event);
  bool is_parked(const std::string& name, Sequence event) const {
    return state_.parked.contains({name, event.value});
  }
  /// What is to be delivered to it again, by sequence.
  std::vector<std::pair<Sequence, StoredParked>> due(const Token& token) const;

  /// Of these, all where none is named; how many there were. `not_found` names one that is not
  /// parked.
  Result<std::uint32_t> retry(const Principal& who, const std::string& name,
                              const std::vector<std::uint64_t>& events);
  Result<std::uint32_t> unpark(const Principal& who, const std::string& name,
                               const std::vector<std::uint64_t>& events);

  struct PartitionState {
    std::string name;
    const StoredConsumer* consumer = nullptr;
    std::uint32_t partition = 0;
    Sequence next;
    std::uint32_t parked = 0;
    std::optional<Instant> read_since;
  };
  std::vector<PartitionState> list() const;
  /// From that sequence on, at most so many.
  Result<std::vector<std::pair<Sequence, StoredParked>>> parked(const std::string& name,
                                                                Sequence from,
                                                                std::size_t limit) const;

  /// What is to be written before anybody is answered.
  ConsumerStore::Changes take_changes() { return std::exchange(changes_, {}); }
  bool changed() const { return !changes_.empty(); }

 private:
  struct Active {
    std::uint64_t generation = 0;
    Instant since;
    Reader reader;
  };
  using Key = std::pair<std::string, std::uint32_t>;
  using Parked = std::map<std::pair<std::string, std::uint64_t>, StoredParked>;

  Result<const StoredConsumer*> find(const std::string& name) const;
  Result<const StoredConsumer*> find_own(const Principal& who, const std::string& name) const;
  Result<void> check_active(const Token& token) const;
  Result<std::vector<std::uint64_t>> named_or_all(const std::string& name,
                                                  const std::vector<std::uint64_t>& events) const;
  std::uint32_t count_parked(const std::string& name) const;
  Result<void> check_unread(const Key& key, IfRead if_read) const;
  void end_reader(const Key& key, const Error& why);
  void forget_parked(const std::string& name, Sequence event);

  const Journal& journal_;
  ConsumerStore::Contents state_;
  std::map<Key, Active> active_;
  ConsumerStore::Changes changes_;
};

}  // namespace counterfoil
