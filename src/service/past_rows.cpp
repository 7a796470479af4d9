#include "service/past_rows.h"

#include <set>

#include "codec/text.h"
#include "projections/fold.h"
#include "projections/rows.h"
#include "proof/suite.h"
#include "service/own_records.h"
#include "service/what_if.h"

namespace counterfoil {
namespace {

/// The name of the rule sets whose place another one takes; empty for all. Those recorded by
/// the moment count, so that every page of one read takes the same.
Result<std::string> replaced_rule_sets(const Journal& journal, const RuleSet& rules,
                                       const std::string& in_place_of, const Moment& moment) {
  if (in_place_of == "all") return std::string();
  std::set<std::string> names;
  const auto note = [&](schema::Record::Reader record) -> Result<bool> {
    if (record.getFact().isRuleSetPublished())
      names.emplace(view(record.getFact().getRuleSetPublished().getName()));
    return true;
  };
  CF_TRY(each_record_about(journal, {"ledger"}, Moment{moment.end}, note));
  const std::string& wanted = in_place_of.empty() ? rules.name : in_place_of;
  if (names.contains(wanted)) return wanted;
  if (in_place_of.empty()) return std::string();
  return fail(ErrorCode::not_found, "no rule set \"{}\" was published; there are {}", in_place_of,
              fmt::join(names, ", "));
}

RowPage of_moment(RowPage page, const Moment& moment) {
  if (!page.next.empty()) page.next = next_page(moment, page.next);
  return page;
}

}  // namespace

Result<std::optional<RowPage>> read_own_rows_as_of(const Projector& projector,
                                                   const Journal& journal, std::string_view view,
                                                   const Filter& filter, const AsOf& as_of,
                                                   Instant now, std::string_view after,
                                                   std::size_t limit, const Asker& asker) {
  CF_LET(const Projection* const projection, projector.find(view));
  CF_LET(const PastPage at, past_page(journal, as_of, now, after));
  CF_LET(PageBuilder page, PageBuilder::of(*projection, filter, limit));
  CF_LET(const auto subjects, subjects_of_rows(journal, *projection, filter, at.moment, asker));
  if (!subjects) return std::nullopt;
  MemoryRows rows;
  const auto fold = [&](schema::Record::Reader record) -> Result<bool> {
    CF_TRY(fold_record(*projection, record.getSequence(), record, rows));
    return true;
  };
  CF_TRY(each_record_about(journal, *subjects, at.moment, fold, asker));
  CF_TRY(rows.each(prefix_of(*projection, filter),
                   [&](std::string_view key, std::string_view value) -> Result<bool> {
                     if (!at.after.empty() && key <= at.after) return true;
                     return page.add(key, value);
                   }));
  return of_moment(page.take(), at.moment);
}

Result<RowPage> read_any_rows_as_of(const Projector& projector, const Journal& journal, Past& past,
                                    std::string_view view, const Filter& filter, const AsOf& as_of,
                                    Instant now, std::string_view after, std::size_t limit,
                                    const Asker& asker) {
  CF_LET(const Projection* const projection, projector.find(view));
  CF_LET(const PastPage at, past_page(journal, as_of, now, after));
  CF_LET(PageBuilder page, PageBuilder::of(*projection, filter, limit));
  CF_LET(const Past::StatePtr state, past.state(*projection, at.moment, asker));
  CF_TRY(page.add_all(past.walk(*state), prefix_of(*projection, filter), at.after));
  return of_moment(page.take(), at.moment);
}

Result<RowPage> read_what_if(const Journal& journal, Past& past, const Zone& zone,
                             const std::string& document, const std::string& in_place_of,
                             const AsOf& as_of, Instant now, std::string_view after,
                             std::size_t limit, const Asker& asker) {
  CF_LET(RuleSet rules, parse_rule_set(document));
  CF_LET(const PastPage at, past_page(journal, as_of, now, after));
  CF_LET(const std::string replaced, replaced_rule_sets(journal, rules, in_place_of, at.moment));
  const WhatIf what_if(journal, zone, std::move(rules), replaced);
  const Hash digest = Hasher::sha256().leaf(document);
  CF_LET(const Past::StatePtr state,
         past.state(what_if, fmt::format("what-if/{}/{}", replaced, bytes_of(digest)), at.moment,
                    asker));
  CF_LET(PageBuilder page, PageBuilder::of(what_if, {}, limit));
  CF_TRY(page.add_all(past.walk(*state), what_if.row_prefix(), at.after));
  return of_moment(page.take(), at.moment);
}

}  // namespace counterfoil
