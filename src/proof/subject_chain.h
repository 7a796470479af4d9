#pragma once

#include <schema/event.capnp.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/result.h"
#include "proof/sealed_entry.h"

namespace counterfoil {

/// Checks that records are filed under the subjects of their facts, and continue the chains of
/// these: each ordinal is one more than that of the record before it there, which it names.
class SubjectChains {
 public:
  /// Records in order of their sequences, from the first on: every subject begins at ordinal 0.
  Result<void> follow(schema::Record::Reader record);
  /// The same for one subject alone; `corrupt` where the record is not about it.
  Result<void> follow(schema::Record::Reader record, std::string_view subject);

  /// Compares the record's subjects with its fact, and follows none of them.
  Result<void> compare(schema::Record::Reader record);

  /// Records so far whose subjects could not be compared, for this build does not know their facts.
  std::uint64_t unknown_facts() const { return unknown_facts_; }
  /// Records of a subject so far.
  std::uint64_t count(std::string_view subject) const;
  std::size_t subjects() const { return chains_.size(); }

  struct Chain {
    std::uint64_t count = 0;
    std::uint64_t last = 0;  // sequence of the newest record
  };
  /// In the order in which seals have them.
  struct Before {
    using is_transparent = void;
    bool operator()(std::string_view subject, std::string_view other) const {
      return is_sealed_before(subject, other);
    }
  };
  using Chains = std::map<std::string, Chain, Before>;
  const Chains& chains() const { return chains_; }

 private:
  Result<void> continue_chain(std::uint64_t sequence, schema::SubjectEntry::Reader entry);
  Chains chains_;
  std::uint64_t unknown_facts_ = 0;
};

}  // namespace counterfoil
