#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/ids.h"
#include "core/money.h"
#include "core/time.h"

namespace counterfoil {

/// The kinds of state that decisions are made on. Each is derived from records alone.

struct LedgerState {
  struct InForce {
    Date from;
    Sequence published;   // of the RuleSetPublished
    std::string version;  // "NAME@VERSION"
    friend bool operator==(const InForce&, const InForce&) = default;
  };
  bool opened = false;
  std::vector<InForce> rule_sets;  // in the order of publication
  std::uint8_t fiscal_month = 1;   // first day of the fiscal year
  std::uint8_t fiscal_day = 1;
  bool granted = false;  // a role ever was
  friend bool operator==(const LedgerState&, const LedgerState&) = default;
};

struct UnitState {
  bool registered = false;
  std::string department;  // that supervises it; empty where it is one itself
  std::string merged_into;
  friend bool operator==(const UnitState&, const UnitState&) = default;
};

struct ProjectState {
  bool proposed = false;
  std::string unit;
  friend bool operator==(const ProjectState&, const ProjectState&) = default;
};

/// What a line got in one fiscal year, and what was taken back of it.
struct Vintage {
  std::int32_t fiscal_year = 0;
  Money amount;
  friend bool operator==(const Vintage&, const Vintage&) = default;
};

struct LineState {
  bool opened = false;
  bool appropriated = false;
  Sequence appropriation;  // meaningful where appropriated
  Money original;
  Money current;
  std::vector<Vintage> vintages;  // oldest first; they sum to current
  Money committed;                // outstanding commitments
  Money spent;
  friend bool operator==(const LineState&, const LineState&) = default;
};

/// One pool's balance for one source tag.
struct PoolState {
  Money incoming;
  Money outgoing;
  friend bool operator==(const PoolState&, const PoolState&) = default;
};

/// The approvals in force of one subject's target for one year, oldest first; the last counts.
struct TargetState {
  struct Approval {
    Sequence approval;
    Sequence target;
    friend bool operator==(const Approval&, const Approval&) = default;
  };
  std::vector<Approval> approvals;
  friend bool operator==(const TargetState&, const TargetState&) = default;
};

/// Kept only for an event that later ones settled, approved or reversed.
struct EventState {
  bool reversed = false;
  Sequence reversed_by;
  Money settled;                // of a commitment: paid; of a payment: refunded
  std::uint32_t approvals = 0;  // of a target: in force
  friend bool operator==(const EventState&, const EventState&) = default;
};

/// Facts that stand under one key, oldest first (domain/standing.h).
struct StandingState {
  std::vector<Sequence> sequences;
  friend bool operator==(const StandingState&, const StandingState&) = default;
};

/// Current budgets of a fund's lines in one year, by measure.
struct FundState {
  struct Sum {
    std::string measure;
    Money current;
    friend bool operator==(const Sum&, const Sum&) = default;
  };
  std::vector<Sum> sums;
  friend bool operator==(const FundState&, const FundState&) = default;
};

/// One page of the book. A subject's page also says how long its history is.
struct Page {
  std::uint64_t count = 0;  // records in the subject's history
  Sequence last;            // the newest of them
  std::variant<std::monostate, LedgerState, UnitState, ProjectState, LineState, PoolState,
               TargetState, EventState, StandingState, FundState>
      state;
  friend bool operator==(const Page&, const Page&) = default;
};

/// The rule set in force on a day: the one that starts last, then the newest of those.
std::optional<LedgerState::InForce> in_force(const LedgerState& ledger, Date day);

/// Bytes of schema/FORMAT.md, "book", and back.
std::string encode_page(const Page& page);
Result<Page> decode_page(std::string_view bytes);

/// Keys of pages that are not a subject's own.
std::string event_key(Sequence sequence);
std::string target_key(std::string_view about, std::int32_t fiscal_year);
std::string pool_key(std::string_view pool, std::string_view source_tag);

}  // namespace counterfoil
