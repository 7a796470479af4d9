#include "service/evidence.h"

#include "codec/canonical.h"
#include "core/limits.h"
#include "domain/citations.h"

namespace counterfoil {

Result<bool> Evidence::add(schema::Record::Reader record) {
  const auto named = named_by(record);
  std::vector<std::uint64_t> open(named.begin(), named.end());
  std::map<std::uint64_t, std::string> added;
  std::size_t bytes = bytes_;
  RecordBuffer buffer;
  while (!open.empty()) {
    const std::uint64_t sequence = open.back();
    open.pop_back();
    if (found_.contains(sequence) || added.contains(sequence)) continue;
    std::string& one = added[sequence];
    CF_TRY(journal_.read(Sequence{sequence}, one));
    bytes += one.size();
    if (found_.size() + added.size() > limits::records_in_page || bytes > limits::evidence_bytes) {
      if (!found_.empty()) return false;
      return fail(ErrorCode::limit,
                  "what record {} rests on, directly and by others, is more than one answer holds "
                  "({} events, {} bytes): follow its evidence with `history` of what it is about",
                  record.getSequence(), limits::records_in_page, limits::evidence_bytes);
    }
    CF_LET(const auto cited, buffer.load(one));
    for (const std::uint64_t further : named_by(cited)) open.push_back(further);
  }
  found_.merge(added);
  bytes_ = bytes;
  return true;
}

std::vector<std::string> Evidence::take() {
  std::vector<std::string> records;
  records.reserve(found_.size());
  for (auto& [sequence, bytes] : found_) records.push_back(std::move(bytes));
  return records;
}

}  // namespace counterfoil
