#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "service/sequencer.h"

namespace counterfoil {

/// The one loop that appends. Commands of all connections wait in one queue; whatever waits when a
/// synced write ends shares the next one.
class Writer {
 public:
  /// `grown` is called when the journal has grown, before the answers, on the writer's thread. What
  /// is passed in outlives it.
  Writer(Journal& journal, const Zone& zone, Clock clock, std::function<void()> grown);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void start();
  /// Finishes the group at hand; whatever still waits is answered with `busy` and not recorded.
  void stop();

  /// Answers come in the commands' order, on the writer's thread (on the caller's where the queue
  /// is full or the writer has stopped).
  using Done = std::function<void(std::vector<Answer>)>;
  void submit(Principal principal, std::vector<PreparedCommand> commands, Done done) {
    submit(std::move(principal), std::move(commands), std::move(done), Author::client);
  }
  /// The same of one command that the ledger itself gives, and no client may.
  void submit_own(Principal principal, PreparedCommand command, Done done);

  /// From any thread.
  const WriterMeters& meters() const;
  /// Bytes of commands that wait.
  std::size_t queued_bytes() const;

 private:
  void submit(Principal principal, std::vector<PreparedCommand> commands, Done done, Author author);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterfoil
