#include "service/journal_book.h"

#include <optional>

#include "codec/text.h"
#include "domain/evolve.h"

namespace counterfoil {

Result<Page> JournalBook::page(std::string_view key) {
  const auto found = pages_.find(key);
  if (found != pages_.end()) return found->second;
  CF_LET(const auto stored, walk_ != nullptr ? walk_->page(key) : journal_.page(key));
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
         read_rule_set(view(record_read.getFact().getRuleSetPublished().getDocument())));
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
  if (bytes_ > cache_bytes_) forget();
  if (pages_.insert_or_assign(std::string(key), page).second) bytes_ += key.size() + overhead;
}

namespace {

/// Pages that changed since the last write are held here, where nothing forgets them: the journal
/// does not have them yet.
class BookRefold final : public Journal::Refold {
 public:
  BookRefold(const Journal& journal, std::size_t cache_bytes)
      : source_(journal, cache_bytes), book_(std::in_place, source_) {}

  Result<void> fold(schema::Record::Reader record) override {
    CF_TRY(check_foldable(record));
    return evolve(*book_, record);
  }
  PageBytes take_pages() override { return encode_pages(book_->changes()); }
  void written() override {
    source_.keep(book_->changes());
    book_.emplace(source_);
  }

 private:
  JournalBook source_;
  std::optional<Book> book_;
};

}  // namespace

Result<void> reindex(Journal& journal, std::size_t cache_bytes) {
  BookRefold refold(journal, cache_bytes);
  return journal.reindex(refold);
}

PageBytes encode_pages(const std::map<std::string, Page, std::less<>>& pages) {
  PageBytes encoded;
  for (const auto& [key, page] : pages) encoded.emplace_hint(encoded.end(), key, encode_page(page));
  return encoded;
}

}  // namespace counterfoil
