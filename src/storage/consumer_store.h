#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ids.h"
#include "core/time.h"
#include "storage/folder.h"
#include "storage/rocks.h"

namespace counterfoil {

/// What never changes of a named consumer, but for its epoch.
struct StoredConsumer {
  Instant created_at;
  Epoch epoch;     // of the ledger when it was created or moved last
  Sequence start;  // that it was created to read from
  std::uint32_t partitions = 1;
  std::string owner;               // the principal that created it
  std::vector<std::string> facts;  // the filter: service/event_filter.h
  std::vector<std::string> subjects;
  std::vector<std::string> units;
  std::vector<std::int32_t> fiscal_years;
  friend bool operator==(const StoredConsumer&, const StoredConsumer&) = default;
};

/// How far one partition of a consumer was read.
struct StoredCursor {
  Sequence next;                 // every record before it was acknowledged, or is parked
  std::uint64_t generation = 0;  // readers that it has had: an older one may not move it
  friend bool operator==(const StoredCursor&, const StoredCursor&) = default;
};

/// An event that a consumer set aside.
struct StoredParked {
  Instant since;  // when it was first parked
  std::uint32_t partition = 0;
  std::uint32_t tries = 0;  // deliveries that failed
  bool due = false;         // it is to be delivered again
  std::string reason;       // of the last failure
  friend bool operator==(const StoredParked&, const StoredParked&) = default;
};

/// The durable state of named consumers: a small database in the ledger's folder, neither journal
/// nor view. Keys and values: schema/FORMAT.md, "Consumers". Any thread may call; one at a time
/// writes.
class ConsumerStore {
 public:
  struct Contents {
    std::map<std::string, StoredConsumer> consumers;
    std::map<std::pair<std::string, std::uint32_t>, StoredCursor> cursors;  // name, partition
    std::map<std::pair<std::string, std::uint64_t>, StoredParked> parked;   // name, sequence
  };

  /// Changes that are written at once or not at all; of several of one key the last counts.
  class Changes {
   public:
    void put(const std::string& name, const StoredConsumer& consumer);
    void put(const std::string& name, std::uint32_t partition, const StoredCursor& cursor);
    void put(const std::string& name, Sequence parked, const StoredParked& entry);
    void erase(const std::string& name);
    void erase(const std::string& name, std::uint32_t partition);
    void erase(const std::string& name, Sequence parked);
    bool empty() const { return entries_.empty(); }

   private:
    friend class ConsumerStore;
    struct Entry {
      std::string_view family;
      std::string key;
      std::optional<std::string> value;  // nothing: erased
    };
    std::vector<Entry> entries_;
  };

  static Result<bool> exists(const LedgerFolder& folder);
  /// Makes it where there is none.
  static Result<ConsumerStore> open(const LedgerFolder& folder);

  Result<Contents> load() const;
  /// Durable when it returns.
  Result<void> write(const Changes& changes);

 private:
  explicit ConsumerStore(Rocks rocks) : rocks_(std::move(rocks)) {}
  Rocks rocks_;
};

}  // namespace counterfoil
