#include "projections/fold.h"

#include <exception>

#include "codec/canonical.h"
#include "codec/describe.h"

namespace counterfoil {
namespace {

constexpr std::uint64_t records_between_looks = 256;  // a what-if judges each

}  // namespace

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

Result<void> fold_journal(const Journal& journal, std::uint64_t begin, std::uint64_t end,
                          const JournalFold& steps) {
  RecordBuffer buffer;
  auto scan = journal.scan(Sequence{begin});
  std::uint64_t position = begin;
  while (position < end) {
    if (position % records_between_looks == 0) CF_TRY(steps.check_wanted(position));
    CF_LET(const auto next, scan.next());
    if (!next) return fail(ErrorCode::not_found, "there is no record {}", position);
    CF_LET(const auto record, buffer.load(*next));
    CF_TRY(check_foldable(record));
    CF_LET(const std::size_t bytes, steps.fold(record));
    ++position;
    if (bytes >= bytes_in_write) CF_TRY(steps.write(position));
  }
  return steps.write(position);
}

}  // namespace counterfoil
