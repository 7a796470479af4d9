#include "proof/sealed_entry.h"

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "codec/canonical.h"
#include "codec/describe.h"
#include "codec/line.h"
#include "codec/text.h"
#include "core/bytes.h"
#include "core/ids.h"
#include "core/limits.h"
#include "core/text.h"

namespace counterfoil {
namespace {

Result<Hash> hash_of(capnp::Data::Reader bytes, std::string_view what) {
  Hash hash{};
  if (bytes.size() != hash.size())
    return fail(ErrorCode::corrupt, "the seal's root of {} has {} bytes, not {}", what,
                bytes.size(), hash.size());
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

Result<void> check_row(schema::BudgetRow::Reader row, std::string_view bytes,
                       std::string_view line) {
  const auto words = capnp::canonicalize(row);
  if (bytes_of(words) != bytes)
    return fail(ErrorCode::corrupt, "the row of {} is not in canonical form", line);
  const std::string of =
      format_line({row.getFiscalYear(), view(row.getProject()), view(row.getFund()),
                   view(row.getMeasure()), view(row.getItem())});
  if (of == line) return {};
  return fail(ErrorCode::corrupt, "the entry of {} holds the row of {}", line, quote(of));
}

}  // namespace

std::string encode_sealed(const SealedSubject& subject) {
  COUNTERFOIL_ASSERT(subject.subject.size() <= limits::subject_bytes);
  std::string entry;
  put_big_endian(entry, static_cast<std::uint8_t>(subject.subject.size()));
  entry.append(subject.subject);
  put_big_endian(entry, subject.count);
  put_big_endian(entry, subject.last);
  return entry;
}

Result<SealedSubject> decode_sealed_subject(std::string_view entry) {
  constexpr std::size_t numbers = 2 * sizeof(std::uint64_t);
  const std::size_t length = entry.empty() ? 0 : static_cast<unsigned char>(entry.front());
  if (entry.size() != 1 + length + numbers)
    return fail(ErrorCode::corrupt, "{} bytes are no sealed subject", entry.size());
  SealedSubject subject{std::string(entry.substr(1, length)), 0, 0};
  CF_TRY(check_subject(subject.subject));
  subject.count = get_big_endian<std::uint64_t>(entry.substr(1 + length));
  subject.last = get_big_endian<std::uint64_t>(entry.substr(1 + length + sizeof(std::uint64_t)));
  return subject;
}

bool is_sealed_before(std::string_view subject, std::string_view other) {
  return subject.size() != other.size() ? subject.size() < other.size() : subject < other;
}

void put_sealed(std::string& entry, std::string_view key, std::string_view value) {
  put_big_endian(entry, static_cast<std::uint32_t>(key.size()));
  entry.append(key).append(value);
}

Result<SealedRoot> subjects_of_seal(schema::LedgerSealed::Reader seal) {
  CF_LET(const Hash root, hash_of(seal.getSubjectsRoot(), "subjects"));
  return SealedRoot{root, seal.getSubjects()};
}

Result<SealedRoot> projection_of_seal(schema::LedgerSealed::Reader seal, std::string_view name,
                                      std::uint32_t version) {
  for (const auto projection : seal.getProjections()) {
    if (view(projection.getName()) != name) continue;
    if (projection.getVersion() != version)
      return fail(ErrorCode::unsupported,
                  "the seal is of {} in version {}, and this program reads version {}", name,
                  projection.getVersion(), version);
    CF_LET(const Hash root, hash_of(projection.getRoot(), name));
    return SealedRoot{root, projection.getEntries()};
  }
  return fail(
      ErrorCode::unsupported,
      "the seal says nothing of {}, which was halted or not built yet when it was sealed: "
      "ask another seal, or seal again when `counterfoil projections` shows that it follows",
      name);
}

Result<void> read_budget_entry(std::string_view entry, std::string_view line,
                               const std::function<void(schema::BudgetRow::Reader)>& visit) {
  CF_LET(const LineId id, parse_line(line));
  std::string head;
  put_sealed(head, line_key(id), {});
  if (!entry.starts_with(head))
    return fail(ErrorCode::corrupt, "the entry is not that of {}", line);
  const std::string_view bytes = entry.substr(head.size());
  if (bytes.empty() || bytes.size() % sizeof(capnp::word) != 0)
    return fail(ErrorCode::corrupt, "the row of {} cannot be read", line);
  std::vector<capnp::word> words(bytes.size() / sizeof(capnp::word));
  std::memcpy(words.data(), bytes.data(), bytes.size());
  const kj::ArrayPtr<const capnp::word> segment(words.data(), words.size());
  try {
    capnp::SegmentArrayMessageReader message(kj::arrayPtr(&segment, 1));
    const auto row = message.getRoot<schema::BudgetRow>();
    CF_TRY(check_row(row, bytes, line));
    visit(row);
  } catch (const kj::Exception& error) {
    return fail(ErrorCode::corrupt, "the row of {} cannot be read: {}", line, describe(error));
  }
  return {};
}

}  // namespace counterfoil
