#pragma once

#include <capnp/dynamic.h>
#include <capnp/serialize.h>
#include <kj/array.h>
#include <schema/command.capnp.h>
#include <schema/event.capnp.h>

#include <optional>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace counterfoil {

/// One message in canonical form: a single segment without a segment table (the form that Cap'n
/// Proto's encoding specification calls canonical), with no empty list, text or struct set.
using Words = kj::Array<capnp::word>;

/// The same words as bytes, as they are stored and hashed.
std::string_view bytes_of(const Words& words);

/// The canonical words of a record or a command. Whatever is set but empty is left out, so that one
/// meaning has one encoding.
Words canonical(schema::Record::Reader record);
Words canonical(schema::Command::Reader command);

/// Copies what is set and not empty.
void copy_present(capnp::DynamicStruct::Reader from, capnp::DynamicStruct::Builder to);

/// Reads canonical bytes in place, one message at a time; a reader lives until the next one.
class RecordBuffer {
 public:
  RecordBuffer() = default;
  /// Cap'n Proto's readers may throw when they are destroyed while unwinding; this one does not.
  ~RecordBuffer() noexcept {}

  /// Copies the bytes into an aligned buffer that is used again. Fails with `corrupt` where they
  /// are no record: not whole words, too long, a pointer out of bounds at the root. `unsupported`
  /// where the record's format is newer than this build.
  Result<schema::Record::Reader> load(std::string_view bytes);
  /// The same of bytes that begin at a whole word in memory and stay there meanwhile.
  Result<schema::Record::Reader> borrow(std::string_view bytes);
  /// Whether what was loaded is in canonical form as far as bytes alone tell, without the schema:
  /// what stands where a text should be, say, may be none. A tenth of check_canonical's time.
  Result<void> check_encoding();

 private:
  std::vector<std::uint64_t> words_;  // aligned; as long as the longest message that was copied
  std::optional<capnp::SegmentArrayMessageReader> message_;
  kj::ArrayPtr<const capnp::word> segment_;
};

/// Accepts a record whose fact this build knows. One that a newer build recorded hashes and proves
/// like any other, but what it means is unknown here: `unsupported`, and nobody may fold on.
Result<void> check_foldable(schema::Record::Reader record);

/// Whether the bytes are exactly what `canonical` makes of the record in them.
Result<void> check_canonical(std::string_view bytes);

/// The record format that this build writes.
inline constexpr std::uint16_t record_format = 1;

}  // namespace counterfoil
