#include "service/journal_book.h"

#include "codec/text.h"
#include "core/limits.h"

namespace counterfoil {

Result<Page> JournalBook::page(std::string_view key) {
  const auto found = pages_.find(key);
  if (found != pages_.end()) return found->second;
  CF_LET(const auto stored, journal_.page(key));
  if (!stored) return Page{};
  CF_LET(const Page page, decode_page(*stored));
  remember(key, page);
  return page;
}

Result<schema::Record::Reader> JournalBook::record(Sequence sequence) {
  CF_TRY(journal_.read(sequence, bytes_of_record_));
  return buffer_.load(bytes_of_record_);
}

Result<const RuleSet*> JournalBook::rule_set(Sequence published) {
  const auto found = rule_sets_.find(published);
  if (found != rule_sets_.end()) return &found->second;
  CF_LET(const auto record_read, record(published));
  CF_LET(RuleSet rules,
         parse_rule_set(view(record_read.getFact().getRuleSetPublished().getDocument())));
  return &rule_sets_.emplace(published, std::move(rules)).first->second;
}

void JournalBook::keep(const std::map<std::string, Page, std::less<>>& pages) {
  for (const auto& [key, page] : pages) remember(key, page);
}

void JournalBook::forget() {
  pages_.clear();
  bytes_ = 0;
}

/// Past the bound all is forgotten at once: simple, and the database's own cache is behind it.
void JournalBook::remember(std::string_view key, const Page& page) {
  constexpr std::size_t overhead = sizeof(Page) + 96;  // of a map's node, roughly
  if (bytes_ > limits::book_cache_bytes) forget();
  if (pages_.insert_or_assign(std::string(key), page).second) bytes_ += key.size() + overhead;
}

PageBytes encode_pages(const std::map<std::string, Page, std::less<>>& pages) {
  PageBytes encoded;
  for (const auto& [key, page] : pages) encoded.emplace_hint(encoded.end(), key, encode_page(page));
  return encoded;
}

}  // namespace counterfoil
