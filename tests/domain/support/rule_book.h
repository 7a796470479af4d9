#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "domain/support/ledger.h"

namespace counterfoil::test {

/// A sentence about the ledger that `then` checks.
using Expectation = std::function<void(MemoryLedger&)>;

/// What came of a command. Each of these checks with Catch, and then another `when` may follow.
class Outcome {
 public:
  Outcome(std::shared_ptr<MemoryLedger> ledger, const CommandOf& command, int line);

  /// It was recorded, and these hold.
  Outcome& then(const std::vector<Expectation>& expectations);
  /// It was refused with that code, in a sentence with all of these parts, and left no trace.
  Outcome& fails(ErrorCode code, std::initializer_list<std::string_view> parts);
  template <typename... Parts>
  Outcome& refused(Parts... parts) {
    return fails(ErrorCode::refused, {parts...});
  }
  template <typename... Parts>
  Outcome& invalid(Parts... parts) {
    return fails(ErrorCode::invalid, {parts...});
  }
  template <typename... Parts>
  Outcome& beyond_limit(Parts... parts) {
    return fails(ErrorCode::limit, {parts...});
  }
  template <typename... Parts>
  Outcome& conflicts(Parts... parts) {
    return fails(ErrorCode::conflict, {parts...});
  }

  Outcome when(const CommandOf& command, int line = __builtin_LINE()) const;

 private:
  std::shared_ptr<MemoryLedger> ledger_;
  int line_;
  std::string pages_before_;
  std::size_t records_before_;
  Result<std::vector<Breach>> result_;
};

class Given {
 public:
  Given(std::initializer_list<CommandOf> history, int line);
  Outcome when(const CommandOf& command, int line = __builtin_LINE()) const;

 private:
  std::shared_ptr<MemoryLedger> ledger_;
};

/// A ledger where all of this was recorded.
inline Given given(std::initializer_list<CommandOf> history, int line = __builtin_LINE()) {
  return Given(history, line);
}

/// Records 0 and 1: the ledger opened under a rule set with that mode of R19.
CommandOf ledger_under(std::string_view r19);

/// A small city, records 0 to 9: the ledger, its rules (R19 enforced), the units U and V, the
/// projects P of U and Q of V, the lines A, B and C of general funds, of which A has 1000
/// appropriated. The next record is 10.
CommandOf city(std::string_view r19 = "enforce");
inline constexpr std::uint64_t next = 10;
inline const std::string A = "line/2024/P/general/net/-";
inline const std::string B = "line/2024/Q/general/net/-";
inline const std::string C = "line/2024/Q/general/conditional/-";
inline constexpr std::uint64_t unit_U = 2, unit_V = 3, project_P = 4, project_Q = 5, line_A = 6,
                               line_B = 7, line_C = 8, appropriation_A = 9;

Expectation current(std::string line, std::int64_t amount);
Expectation committed(std::string line, std::int64_t amount);
Expectation spent(std::string line, std::int64_t amount);
Expectation pool(std::string pool, std::string source_tag, std::int64_t in, std::int64_t out);
/// The newest record's fact, as JSON.
Expectation recorded(std::string_view fact);
/// A part of the newest record, by its JSON pointer, serialised.
Expectation record_has(std::string pointer, std::string json);
/// The newest record's breaches: "R19 observe: …" with that part of the finding.
Expectation breach(std::string rule, schema::Breach::Mode mode, std::string part);
Expectation no_breach();

}  // namespace counterfoil::test
