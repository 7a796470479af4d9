#include "service/sealed.h"

#include <algorithm>

#include "codec/line.h"
#include "projections/budgets.h"
#include "projections/scratch.h"
#include "proof/path_builder.h"
#include "proof/sealed_subjects.h"
#include "service/seal.h"

namespace counterfoil {
namespace {

Result<HeldRecord> find_seal(const Journal& journal, Sequence wanted) {
  if (wanted.value != 0) return seal_at(journal, wanted);
  CF_LET(auto newest, newest_seal(journal));
  if (newest) return std::move(*newest);
  return fail(ErrorCode::not_found,
              "the ledger was never sealed, so there is nothing to prove it from: run `counterfoil "
              "seal`");
}

/// Calls visit(entry) for each entry of a view, in the order of their keys.
template <typename Visit>
Result<void> each_entry(Rocks::Cursor& cursor, const GoOn& go_on, Visit&& visit) {
  std::string entry;
  std::uint64_t visited = 0;
  for (cursor.seek({}); cursor.valid() && cursor.key() != position_entry; cursor.next()) {
    entry.clear();
    put_sealed(entry, cursor.key(), cursor.value());
    visit(cursor.key(), entry);
    if (++visited % steps_between_asking == 0) CF_TRY(check(go_on));
  }
  return cursor.status();
}

/// What the entries under a cursor are as a whole, and where the key's is among them.
struct Survey {
  SealedRoot root;
  std::optional<std::uint64_t> index;
};

Result<Survey> survey(Rocks::Cursor& cursor, std::string_view wanted, Hasher& hasher,
                      const GoOn& go_on) {
  Survey found;
  TreeEdge edge;
  CF_TRY(each_entry(cursor, go_on, [&](std::string_view key, std::string_view entry) {
    if (key == wanted) found.index = edge.size();
    edge.append(hasher.leaf(entry), hasher);
  }));
  found.root = {edge.root(hasher), edge.size()};
  return found;
}

Result<SealedEntry> read_entry(Rocks::Cursor& cursor, std::uint64_t index, std::uint64_t size,
                               Hasher& hasher, const GoOn& go_on) {
  PathBuilder path(index, size);
  SealedEntry found{index, {}, {}};
  std::uint64_t place = 0;
  CF_TRY(each_entry(cursor, go_on, [&](std::string_view, std::string_view entry) {
    if (place++ == index) found.bytes = entry;
    path.add(hasher.leaf(entry), hasher);
  }));
  found.path = path.path(hasher);
  return found;
}

Result<SealedAnswer> read_budget(const SealedSource& source, const SealedQuestion& question,
                                 const HeldRecord& record, Hasher& hasher, const GoOn& go_on) {
  CF_LET(const LineId line, parse_line(question.id));
  const auto seal = record.fact().getLedgerSealed();
  CF_LET(const SealedRoot sealed, projection_of_seal(seal, budgets_projection, budgets_version));
  CF_LET(const Projection* const budgets, source.projector.find(budgets_projection));
  const std::string key = Budgets::key(line);
  const auto answer = [&](Rocks::Cursor& cursor, const Survey& found) -> Result<SealedAnswer> {
    if (!found.index)
      return fail(ErrorCode::not_found,
                  "seal {} has no budget line {}: among the {} records that it covers, none opened "
                  "it, or its opening was reversed. Where it has no event at all, `prove --absent` "
                  "proves that",
                  record.sequence().value, question.id, seal.getSize());
    CF_LET(SealedEntry entry, read_entry(cursor, *found.index, sealed.entries, hasher, go_on));
    SealedAnswer answered{record.sequence(), {}};
    answered.entries.push_back(std::move(entry));
    return answered;
  };
  // What was recorded since may have changed no line.
  const Views& views = source.projector.views();
  auto now = views.rocks().walk(*views.view(*budgets).family, Rocks::Walk::whole);
  CF_LET(const Survey of_now, survey(now, key, hasher, go_on));
  if (of_now.root == sealed) return answer(now, of_now);

  CF_LET(Scratch scratch, Scratch::make(source.folder.scratch(), source.journal, {budgets}));
  CF_TRY(scratch.fold_to(seal.getSize(), [&](std::uint64_t) { return go_on(); }));
  if (const auto& error = scratch.error(*budgets)) return tl::make_unexpected(*error);
  auto then = scratch.walk(*budgets);
  CF_LET(const Survey of_then, survey(then, key, hasher, go_on));
  if (of_then.root == sealed) return answer(then, of_then);
  return fail(ErrorCode::corrupt,
              "the first {} records do not give the budgets that seal {} says: run `counterfoil "
              "verify`",
              seal.getSize(), record.sequence().value);
}

/// The subject's place among those that were sealed, and how many there are.
struct Place {
  std::uint64_t before = 0;  // entries in front of it
  bool is_there = false;
};

Result<SealedAnswer> read_subject(const SealedSource& source, const SealedQuestion& question,
                                  const HeldRecord& record, Hasher& hasher, const GoOn& go_on) {
  CF_TRY(check_subject(question.id));
  const auto seal = record.fact().getLedgerSealed();
  CF_LET(const SealedRoot sealed, subjects_of_seal(seal));
  const Journal& journal = source.journal;
  Place place;
  SubjectsSum sum;
  std::uint64_t visited = 0;
  const auto look = [&](std::string_view subject, std::uint64_t count,
                        Sequence last) -> Result<void> {
    if (is_sealed_before(subject, question.id)) ++place.before;
    if (subject == question.id) place.is_there = true;
    if (++visited % steps_between_asking == 0) CF_TRY(check(go_on));
    return sum.add(subject, count, last.value, hasher);
  };
  CF_TRY(journal.visit_subjects(seal.getSize(), look));
  if (sum.root(hasher) != sealed)
    return fail(ErrorCode::corrupt,
                "the first {} records do not give the histories that seal {} says: run "
                "`counterfoil verify`",
                seal.getSize(), record.sequence().value);
  std::vector<PathBuilder> paths;
  if (!place.is_there && place.before != 0) paths.emplace_back(place.before - 1, sealed.entries);
  if (place.before < sealed.entries) paths.emplace_back(place.before, sealed.entries);
  SealedAnswer answer{record.sequence(), {}};
  std::uint64_t index = 0;
  CF_TRY(journal.visit_subjects(
      seal.getSize(),
      [&](std::string_view subject, std::uint64_t count, Sequence last) -> Result<void> {
        const std::string entry = encode_sealed({std::string(subject), count, last.value});
        const Hash leaf = hasher.leaf(entry);
        for (PathBuilder& path : paths) {
          if (path.index() == index) answer.entries.push_back({index, entry, {}});
          path.add(leaf, hasher);
        }
        return ++index % steps_between_asking == 0 ? check(go_on) : Result<void>();
      }));
  for (std::size_t i = 0; i < paths.size(); ++i) answer.entries[i].path = paths[i].path(hasher);
  return answer;
}

}  // namespace

Result<SealedAnswer> read_sealed(const SealedSource& source, const SealedQuestion& question,
                                 const GoOn& go_on) {
  CF_LET(const HeldRecord record, find_seal(source.journal, question.seal));
  CF_LET(Hasher hasher, Hasher::of_suite(source.facts.suite));
  return question.about == SealedQuestion::About::budget
             ? read_budget(source, question, record, hasher, go_on)
             : read_subject(source, question, record, hasher, go_on);
}

}  // namespace counterfoil
