#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/zone.h"
#include "domain/decide.h"
#include "service/journal_book.h"
#include "service/meters.h"
#include "service/prepare.h"

namespace counterfoil {

/// What a client is told of a command that was recorded.
struct Accepted {
  Sequence first;
  std::uint32_t count = 0;
  bool again = false;  // recorded by an earlier sending; nothing new was
  std::vector<Breach> breaches;
};
using Answer = Result<Accepted>;

/// The moment now. Passed in, so that what is decided depends on nothing hidden.
using Clock = std::function<Instant()>;

/// Puts commands in their one order: decides each on the state that the ones before it left, and
/// appends groups of them in one synced write. Used by one thread.
class Sequencer {
 public:
  /// The journal outlives it. `zone` says on which day a moment falls where the ledger is kept.
  Sequencer(Journal& journal, const Zone& zone, Clock clock);
  ~Sequencer();

  /// Decides the command. `answer` is set when the outcome is certain: at once where nothing is to
  /// be recorded, else by the flush that makes it durable (which a full group does by itself).
  void add(const Principal& principal, const PreparedCommand& command,
           std::optional<Answer>& answer) {
    add(principal, command, answer, Author::client);
  }
  /// The same of what the ledger says itself.
  void add_own(const Principal& principal, const PreparedCommand& command,
               std::optional<Answer>& answer) {
    add(principal, command, answer, Author::ledger);
  }
  /// Makes everything decided so far durable and answers it.
  void flush() { flush({}); }
  /// Records what the ledger says of its own log (a new key, a new epoch), with the checkpoint that
  /// this gives. Nothing may wait for a flush.
  Answer record_own(const Principal& principal, const PreparedCommand& command,
                    const Journal::SignTree& sign);
  WriterMeters& meters() { return meters_; }

 private:
  struct Group;
  struct Waiting {
    std::optional<Answer>* answer;
    Accepted accepted;
  };

  void add(const Principal& principal, const PreparedCommand& command,
           std::optional<Answer>& answer, Author author);
  void flush(const Journal::SignTree& sign);
  Result<Accepted> answer_again(const Acceptance& acceptance);
  Result<std::optional<Acceptance>> earlier(const Principal& principal, std::string_view id);
  Result<Stamp> stamp(const Principal& principal, schema::Command::Reader command,
                      std::string digest);
  Result<std::optional<Accepted>> decide_one(const Principal& principal,
                                             const PreparedCommand& command, Author author);

  Journal& journal_;
  Zone zone_;
  Clock clock_;
  JournalBook journal_book_;
  WriterMeters meters_;
  std::unique_ptr<Group> group_;
};

}  // namespace counterfoil
