#pragma once

#include <array>
#include <cstdint>
#include <iosfwd>
#include <string>

#include "domain/support/ledger.h"

namespace counterfoil::test {

/// One fact to be, as numbers that mean something only together with a ledger: so a list of them
/// can be generated first, and shrunk. Ids come from a handful, so that facts meet.
struct Draw {
  std::uint8_t tag;    // of the fact in the schema's union
  std::uint8_t ids;    // which unit, project, line
  std::uint8_t other;  // which second one, which kind, which way of being wrong
  std::uint8_t amount;
  std::uint16_t event;  // which earlier record
  bool plausible;       // whether to aim at being accepted
};
std::ostream& operator<<(std::ostream& out, const Draw& draw);

/// What a draw's numbers mean for the ledger as it is.
class Picks {
 public:
  Picks(const Draw& draw, MemoryLedger& ledger) : draw_(draw), ledger_(ledger) {}

  const Draw& draw() const { return draw_; }
  MemoryLedger& ledger() const { return ledger_; }

  std::string unit() const;
  std::string project() const;
  std::string other_project() const;
  std::string line() const;
  std::string other_line() const;
  std::string about() const;
  std::int32_t year() const;
  std::int64_t amount() const;
  /// -amount(); the smallest amount has no opposite and stays.
  std::int64_t opposite() const;
  /// 0 to `size` - 1.
  unsigned one_of(unsigned size) const { return draw_.other % size; }

  /// A record; of that kind, where the draw aims at being accepted and there is one.
  std::uint64_t earlier(schema::Fact::Which kind) const;
  /// The newest record of that kind; with `factor`, that assesses it. 0 where there is none.
  std::uint64_t newest(schema::Fact::Which kind,
                       schema::FactorKind factor = schema::FactorKind::UNSPECIFIED) const;
  /// The line of an earlier commitment or payment.
  std::string line_of(std::uint64_t event) const;

 private:
  const Draw& draw_;
  MemoryLedger& ledger_;
};

}  // namespace counterfoil::test
