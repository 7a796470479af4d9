#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "service/seal.h"
#include "service/writer.h"

namespace counterfoil {

/// Seals the ledger: when it is asked to, when a period was closed, and from time to time.
class Sealer {
 public:
  /// What is passed in outlives it; the writer is started before anything is sealed.
  Sealer(const Journal& journal, Projector& projector, Writer& writer, const LedgerFacts& facts,
         Clock clock);
  ~Sealer();
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  struct Sealed {
    Sequence sequence;                  // of the LedgerSealed, which is durable
    bool again = false;                 // nothing but it was recorded since what it covers
    std::vector<std::string> left_out;  // a sentence for each view that it says nothing of
  };
  /// Seals what there is, and waits for it. From any thread but the writer's and the projector's.
  Result<Sealed> seal();
  /// The same where a period was closed behind what the newest seal covers; nothing otherwise.
  Result<std::optional<Sealed>> seal_if_closed();

  struct Schedule {
    std::optional<std::int64_t> every_us;            // none: only when a period was closed
    std::function<void(const std::string&)> notice;  // a sentence for what was sealed, or not
  };
  /// Follows the journal and the clock on a thread of its own, until stop().
  void start(Schedule schedule);
  /// The journal has grown.
  void notify();
  /// What is being computed is given up. The writer is to be stopped before.
  void request_stop();
  /// The same, and waits for the end.
  void stop();

 private:
  Result<std::optional<Sealed>> newest_that_stands() const;
  bool is_stopping() const;
  Result<bool> is_due() const;
  void run();

  const Journal& journal_;
  Projector& projector_;
  Writer& writer_;
  const LedgerFacts& facts_;
  Clock clock_;
  std::mutex sealing_;  // one at a time: it reads all there is

  Schedule schedule_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool stopping_ = false;
  bool grown_ = false;
  std::thread thread_;
};

}  // namespace counterfoil
