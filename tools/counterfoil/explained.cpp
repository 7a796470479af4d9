#include "counterfoil/explained.h"

#include <charconv>

#include "codec/text.h"
#include "domain/citations.h"

namespace counterfoil {
namespace {

tl::unexpected<Error> lacking(schema::FigureRow::Reader figure) {
  return fail(ErrorCode::corrupt, "the ledger's answer lacks events of {}",
              view(figure.getSubject()));
}

}  // namespace

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

Result<void> Explained::add(Response page) {
  figures_.clear();
  if (!begun_) {
    pages_.clear();
    records_.clear();
  }
  pages_.push_back(kj::mv(page));
  const auto response = schema::Reader::ExplainResults::Reader(pages_.back());
  RecordBuffer buffer;
  for (const auto bytes : response.getEvidence()) {
    CF_LET(const auto record, buffer.load(view(bytes)));
    if (!has_record(record.getSequence()))
      records_.emplace(record.getSequence(), HeldRecord(record));
  }
  const auto figures = response.getFigures();
  const auto contributions = response.getContributions();
  unsigned next = 0;
  for (unsigned i = 0; i < figures.size(); ++i) {
    const bool is_last = i + 1 == figures.size();
    std::uint32_t before = i == 0 ? response.getEventsBefore() : 0;
    const std::uint32_t after = is_last ? response.getEventsAfter() : 0;
    Figure figure{figures[i], {}};
    if (begun_) {
      figure = std::move(*begun_);
      begun_.reset();
    }
    const std::uint32_t events = figure.row.getEvents();
    if (view(figure.row.getSubject()) != view(figures[i].getSubject()) ||
        view(figure.row.getSourceTag()) != view(figures[i].getSourceTag()) ||
        figure.contributions.size() != before || after > events)
      return lacking(figures[i]);
    for (; before < events - after; ++before, ++next) {
      if (next == contributions.size()) return lacking(figures[i]);
      figure.contributions.push_back(contributions[next]);
    }
    if (after != 0) {
      begun_ = std::move(figure);
      break;
    }
    CF_TRY(check_whole(figure));
    figures_.push_back(std::move(figure));
  }
  return {};
}

Result<void> Explained::check_whole(const Figure& figure) {
  Money sum;
  for (const auto one : figure.contributions) {
    const auto total = counterfoil::add(sum, Money{one.getAmount()});
    if (!total) return lacking(figure.row);
    sum = *total;
  }
  return sum.minor == figure.row.getSum() ? Result<void>() : lacking(figure.row);
}

std::set<std::uint64_t> Explained::evidence_of(std::size_t index) const {
  std::set<std::uint64_t> found;
  std::vector<std::uint64_t> open;
  for (const auto one : figures_[index].contributions)
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
