#include "counterfoil/explained.h"

#include <charconv>

#include "codec/text.h"
#include "domain/citations.h"

namespace counterfoil {

std::vector<std::uint64_t> sequences_in(std::string_view text) {
  std::vector<std::uint64_t> sequences;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    std::uint64_t sequence = 0;
    const auto [rest, error] = std::from_chars(at, end, sequence);
    if (error != std::errc{}) break;
    sequences.push_back(sequence);
    at = rest < end ? rest + 1 : end;  // over the space
  }
  return sequences;
}

Result<Explained> Explained::of(const Response& response) {
  Explained page;
  RecordBuffer buffer;
  for (const auto bytes : response.getEvidence()) {
    CF_LET(const auto record, buffer.load(view(bytes)));
    page.records_.emplace(record.getSequence(), HeldRecord(record));
  }
  auto next = response.getContributions().begin();
  const auto end = response.getContributions().end();
  for (const auto figure : response.getFigures()) {
    page.figures_.push_back(figure);
    auto& own = page.contributions_.emplace_back();
    for (std::uint32_t i = 0; i < figure.getEvents(); ++i, ++next) {
      if (next == end)
        return fail(ErrorCode::corrupt, "the ledger's answer lacks events of {}",
                    view(figure.getSubject()));
      own.push_back(*next);
    }
  }
  return page;
}

std::set<std::uint64_t> Explained::evidence_of(std::size_t figure) const {
  std::set<std::uint64_t> found;
  std::vector<std::uint64_t> open;
  for (const auto one : contributions_[figure])
    for (const std::uint64_t cited : sequences_in(view(one.getEvidence()))) open.push_back(cited);
  while (!open.empty()) {
    const std::uint64_t sequence = open.back();
    open.pop_back();
    if (!has_record(sequence) || !found.insert(sequence).second) continue;
    for (const std::uint64_t cited : named_by(*record(sequence))) open.push_back(cited);
  }
  return found;
}

}  // namespace counterfoil
