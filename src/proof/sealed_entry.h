#pragma once

#include <schema/event.capnp.h>
#include <schema/views.capnp.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "proof/tree.h"

/// The entries that a LedgerSealed gives the roots of; schema/FORMAT.md, "Seals".
namespace counterfoil {

/// The projection whose entries say what budget lines amount to, and the version that is read here.
inline constexpr std::string_view budgets_projection = "budgets";
inline constexpr std::uint32_t budgets_version = 1;

/// What a subject's history amounts to at a position.
struct SealedSubject {
  std::string subject;
  std::uint64_t count = 0;  // of its records; at least 1
  std::uint64_t last = 0;   // sequence of the newest of them
};
/// u8 length of the subject ‖ subject ‖ count, u64 ‖ last, u64. Entries are sorted by these bytes.
std::string encode_sealed(const SealedSubject& subject);
Result<SealedSubject> decode_sealed_subject(std::string_view entry);
/// Whether entries of the one stand before those of the other: shorter subjects first.
bool is_sealed_before(std::string_view subject, std::string_view other);

/// An entry of a projection: u32 length of the key ‖ key ‖ value. They are sorted by their keys.
void put_sealed(std::string& entry, std::string_view key, std::string_view value);

/// Root and number of the entries behind it.
struct SealedRoot {
  Hash root{};
  std::uint64_t entries = 0;

  friend bool operator==(const SealedRoot&, const SealedRoot&) = default;
};

/// The root that the seal gives of its subjects; `corrupt` where it has none.
Result<SealedRoot> subjects_of_seal(schema::LedgerSealed::Reader seal);
/// The same of a projection; `unsupported` where the seal is of none of that name and version.
Result<SealedRoot> projection_of_seal(schema::LedgerSealed::Reader seal, std::string_view name,
                                      std::uint32_t version);

/// Calls `visit` with the row of that line's entry, which must be one.
Result<void> read_budget_entry(std::string_view entry, std::string_view line,
                               const std::function<void(schema::BudgetRow::Reader)>& visit);

}  // namespace counterfoil
