#include "projections/fold.h"

#include <exception>

#include "codec/describe.h"

namespace counterfoil {

Result<void> fold_record(const Projection& projection, std::uint64_t sequence,
                         schema::Record::Reader record, Rows& rows) {
  try {
    auto folded = projection.fold(record, rows);
    if (!folded) return fail_at(fmt::format("record {}", sequence), folded.error());
    return folded;
  } catch (const kj::Exception& error) {
    return fail(ErrorCode::corrupt, "record {} cannot be read: {}", sequence, describe(error));
  } catch (const std::exception& error) {
    return fail(ErrorCode::io, "record {} could not be folded: {}", sequence, error.what());
  }
}

}  // namespace counterfoil
