#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/text.h"

namespace counterfoil {

/// A number that cannot be mistaken for another kind of number.
template <typename Tag, typename Value>
struct Named {
  Value value{};
  constexpr Named() = default;
  constexpr explicit Named(Value v) : value(v) {}
  friend constexpr auto operator<=>(const Named&, const Named&) = default;
  constexpr Named next() const { return Named(value + 1); }
};

/// A record's place in the journal, from 0, without gaps.
using Sequence = Named<struct SequenceTag, std::uint64_t>;
/// A record's place in one subject's history, from 0, without gaps.
using Ordinal = Named<struct OrdinalTag, std::uint64_t>;
/// Which life of the ledger: it grows when a restored backup must not sign under the old name.
using Epoch = Named<struct EpochTag, std::uint32_t>;

/// A position as shown outside: "1234", or "e2:1234" where the epoch is not 0.
std::string format_position(Epoch epoch, Sequence sequence);

/// Whether the text is an id: one to `subject_bytes` characters of [A-Za-z0-9._-].
bool is_id(std::string_view text);

/// Accepts a subject: ids joined by '/', at most `limits::subject_bytes` long; the first is a kind
/// of the table in schema/FORMAT.md. The error says which part is wrong.
Result<void> check_subject(std::string_view text);

/// Accepts a command's id: 1 to `limits::command_id_bytes` printable ASCII characters, no space.
Result<void> check_command_id(std::string_view text);

}  // namespace counterfoil
