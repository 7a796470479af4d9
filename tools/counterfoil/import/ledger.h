#pragma once

#include <schema/command.capnp.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/result.h"

namespace counterfoil::intake {

/// A rule that the ledger found broken and recorded without enforcing it.
struct Finding {
  std::string rule;  // "R19"
  std::string text;  // what is said of it, with the numbers on both sides
};

struct Accepted {
  Sequence first;           // of the command's facts
  std::uint32_t count = 0;  // of them
  bool again = false;       // recorded earlier; nothing new was
  std::vector<Finding> findings;
};

/// What the ledger says to one command.
using Answer = Result<Accepted>;

/// The ledger as an import sees it. An error of a method means that the ledger could not be asked;
/// what it refused is in the answers.
class Ledger {
 public:
  virtual ~Ledger() = default;

  /// Records them in order and answers each for itself. Never more than
  /// `limits::commands_in_request`, nor more than `limits::request_bytes` in all.
  virtual Result<std::vector<Answer>> record(std::span<const schema::Command::Reader> commands) = 0;

  /// Of each command its first sequence, nothing where this principal never recorded it. Never more
  /// than `limits::commands_in_request` ids.
  virtual Result<std::vector<std::optional<Sequence>>> first_of(
      std::span<const std::string> command_ids) = 0;
};

}  // namespace counterfoil::intake
