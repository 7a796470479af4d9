#include "service/queries.h"

#include "core/bytes.h"
#include "core/limits.h"
#include "service/room.h"
#include "storage/journal_tree.h"

namespace counterfoil {
namespace {

/// Where a page begins, as the one before it said: pages of one read are of one generation of the
/// view, though another is swapped in meanwhile.
struct PageStart {
  View view;
  std::string after;  // the last key of the page before; empty: none
};

constexpr std::size_t page_mark_bytes = 12;  // generation and version, before the key

std::string page_mark(const View& view, std::string_view last) {
  std::string mark;
  put_big_endian(mark, view.generation);
  put_big_endian(mark, view.version);
  return mark.append(last);
}

Result<PageStart> page_start(const Views& views, const Projection& projection,
                             std::string_view after) {
  if (after.empty()) return PageStart{views.view(projection), {}};
  if (after.size() < page_mark_bytes)
    return fail(ErrorCode::invalid, "no page ends so: pass what the page before gave as next");
  const auto begun = views.view(projection, get_big_endian<std::uint64_t>(after));
  const auto version = get_big_endian<std::uint32_t>(after.substr(8));
  PageStart start{begun ? *begun : views.view(projection),
                  std::string(after.substr(page_mark_bytes))};
  if (start.view.version == version) return start;
  return fail(ErrorCode::conflict,
              "version {} of {} replaced version {} a while ago: read it again from its first page",
              start.view.version, projection.name(), version);
}

}  // namespace

Result<RowPage> read_rows(const Projector& projector, std::string_view view, const Filter& filter,
                          std::string_view after, std::size_t limit) {
  CF_LET(const Projection* const projection, projector.find(view));
  CF_LET(PageBuilder page, PageBuilder::of(*projection, filter, limit));
  CF_LET(const auto start, page_start(projector.views(), *projection, after));
  CF_TRY(page.add_all(projector.views().rocks().walk(*start.view.family),
                      prefix_of(*projection, filter), start.after));
  RowPage found = page.take();
  if (!found.next.empty()) found.next = page_mark(start.view, found.next);
  return found;
}

Result<HistoryPage> read_history(const Journal& journal, std::string_view subject,
                                 const Moment& moment, Ordinal from, std::size_t limit) {
  CF_TRY(check_subject(subject));
  if (from.value == 0) CF_TRY(check_subject_there(journal, subject, moment));
  HistoryPage page;
  CF_LET(page.count, journal.count(subject));
  const std::size_t at_most = rows_at_most(limit);
  CF_LET(const auto sequences, journal.history(subject, from, at_most));
  std::string bytes;
  RecordBuffer buffer;
  std::size_t total = 0;
  page.next = from.value;
  for (const Sequence sequence : sequences) {
    if (sequence.value >= moment.end) break;
    ++page.next;
    CF_TRY(journal.read(sequence, bytes));
    if (!moment.is_prefix()) {
      CF_LET(const auto record, buffer.load(bytes));
      if (!moment.counts(record)) continue;
    }
    page.records.push_back(bytes);
    total += bytes.size();
    if (total > limits::request_bytes / 2) return page;  // a page is bounded in bytes, too
  }
  if (sequences.size() < at_most || page.next < from.value + sequences.size())
    page.next = page.count;
  return page;
}

Result<std::vector<std::string>> read_records(const Journal& journal, Sequence from,
                                              std::size_t limit) {
  std::vector<std::string> records;
  auto scan = journal.scan(from, Journal::Extent::part);
  for (Room room(limit); room.is_left(); room.take(records.back().size())) {
    CF_LET(const auto record, scan.next());
    if (!record) break;
    records.emplace_back(*record);
  }
  return records;
}

Result<std::vector<Hash>> read_tree_hashes(const Journal& journal,
                                           const std::vector<Subtree>& subtrees) {
  if (subtrees.size() > limits::rows_in_page)
    return fail(ErrorCode::limit, "{} hashes were asked for at once; the limit is {}",
                subtrees.size(), limits::rows_in_page);
  return journal.tree().read(subtrees);
}

}  // namespace counterfoil
