#pragma once

#include <schema/command.capnp.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"

namespace counterfoil::test {

/// Facts and commands as a test writes them: short, with every part that a valid one needs.
struct FactOf {
  std::function<void(schema::Fact::Builder)> fill;
};

struct CommandOf {
  std::vector<FactOf> facts;
  std::vector<std::function<void(schema::Command::Builder)>> parts;
  std::string actor = "clerk";
  schema::Role role = schema::Role::UNSPECIFIED;  // unspecified: one that records the first fact
  std::string organisation = {};

  CommandOf(FactOf fact) : facts{std::move(fact)} {}  // NOLINT: a fact alone is a command
  explicit CommandOf(std::vector<FactOf> several) : facts(std::move(several)) {}

  CommandOf with(std::function<void(schema::Command::Builder)> part) const;
  CommandOf expecting(std::string subject, std::uint64_t count) const;
  CommandOf citing(std::vector<std::uint64_t> evidence) const;
  CommandOf overriding(std::string authority, std::string document) const;
  CommandOf decided_on(std::string_view date) const;
  CommandOf effective_on(std::string_view date) const;
  CommandOf because(std::string reason) const;
  CommandOf by(std::string principal) const;
  CommandOf as(schema::Role role, std::string organisation = "") const;

  void fill(schema::Command::Builder command) const;
};

/// Several facts in one command.
inline CommandOf together(std::vector<FactOf> facts) {
  return CommandOf(std::move(facts));
}

/// The fact, changed.
FactOf but(FactOf fact, std::function<void(schema::Fact::Builder)> change);

FactOf opened();
FactOf rules(std::string document, std::string_view in_force_from = "2020-01-01");
/// A rule set with that mode of R19, and the shipped groups of measures.
std::string rule_set(std::string_view r19, std::string_view version = "1");

FactOf unit(std::string id, std::string department = "");
FactOf project(std::string id, std::string of_unit);
FactOf project(std::string id, std::string of_unit, std::vector<std::string> predecessors,
               std::uint32_t share_basis_points = 10'000);
FactOf line(std::string id);

FactOf target(std::string about, std::string by_unit, std::int32_t year = 2024);
FactOf approve(std::uint64_t target);

struct Cuts {
  std::int64_t grade = 0;
  std::int64_t across_the_board = 0;
  std::string pool;
  std::int64_t base = 0;  // 0: not declared
};
FactOf appropriate(std::string on_line, std::int64_t amount, Cuts cuts = {});

using Kind = schema::BudgetAdjusted::Kind;
struct LegOf {
  std::string line;
  std::int64_t amount;
  std::string source_tag;
};
FactOf adjust(Kind kind, std::vector<LegOf> legs, std::string pool = "");

FactOf commit(std::string on_line, std::int64_t amount);
FactOf pay(std::string on_line, std::int64_t amount, std::uint64_t commitment = 0);
FactOf refund(std::string on_line, std::int64_t amount, std::uint64_t payment);

FactOf monitor(std::string about, std::int32_t year = 2024);
FactOf grade(std::string about, std::int32_t year = 2024);
FactOf reverse(std::uint64_t event);

}  // namespace counterfoil::test
