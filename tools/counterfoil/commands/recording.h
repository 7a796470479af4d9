#pragma once

#include <schema/ledger.capnp.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "counterfoil/access.h"
#include "counterfoil/errors.h"

namespace counterfoil {

/// Fails where the command would record without a daemon. `what` is the command, as it was typed.
Result<void> want_daemon(const GlobalOptions& global, std::string_view what);

/// What a person is told of a rule that was broken by what was recorded nevertheless.
std::string sentence_of(schema::Breach::Reader breach);

/// What became of commands that were sent: it says so one by one, what was recorded on standard
/// output and what was not on standard error. `what` says which command: "FILE:LINE", or its id.
class Answers {
 public:
  void take(std::string_view what, schema::Answer::Reader answer);
  void failed(std::string_view what, const Error& error);
  /// Says how many there were of each.
  void sum_up() const;
  /// The highest status of all failures.
  ExitStatus worst() const { return worst_; }

 private:
  std::uint64_t accepted_ = 0;
  std::uint64_t again_ = 0;
  std::uint64_t failed_ = 0;
  ExitStatus worst_ = ExitStatus::done;
};

/// Commands to be recorded one behind the other. Each was made on the ledger as it was read, and is
/// changed to expect those before it as recorded.
class CommandQueue {
 public:
  void add(schema::Command::Reader command);
  std::size_t size() const { return commands_.size(); }
  /// Records them, and says what became of each.
  Result<void> record(LedgerAccess& access, Answers& answers) const;
  /// Writes them as JSON lines that `submit` takes.
  Result<void> write(const std::string& file) const;

 private:
  std::vector<std::unique_ptr<capnp::MallocMessageBuilder>> commands_;
  std::map<std::string, std::uint64_t, std::less<>> ahead_;  // records of each subject in them
};

}  // namespace counterfoil
