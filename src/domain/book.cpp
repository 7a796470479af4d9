#include "domain/book.h"

#include "codec/text.h"

namespace counterfoil {

Result<Page> Book::page(std::string_view key) {
  const auto found = changes_.find(key);
  if (found != changes_.end()) return found->second;
  return below_.page(key);
}

Result<schema::Record::Reader> Book::record(Sequence sequence) {
  if (records_.empty() || sequence.value < first_) return below_.record(sequence);
  const std::uint64_t at = sequence.value - first_;
  if (at >= records_.size())
    return fail(ErrorCode::not_found, "there is no record {} yet", sequence.value);
  return buffer_.load(bytes_of(records_[at]));
}

Result<const RuleSet*> Book::rule_set(Sequence published) {
  if (records_.empty() || published.value < first_) return below_.rule_set(published);
  const auto found = rule_sets_.find(published);
  if (found != rule_sets_.end()) return &found->second;
  CF_LET(const auto publication, record(published));
  CF_LET(RuleSet rules,
         read_rule_set(view(publication.getFact().getRuleSetPublished().getDocument())));
  return &rule_sets_.emplace(published, std::move(rules)).first->second;
}

Result<Page*> Book::edit(std::string_view key) {
  const auto found = changes_.find(key);
  if (found != changes_.end()) return &found->second;
  CF_LET(Page page, below_.page(key));
  return &changes_.emplace(key, std::move(page)).first->second;
}

void Book::add_record(Words record) {
  if (records_.empty()) {
    const auto reader = buffer_.load(bytes_of(record));
    COUNTERFOIL_ASSERT(reader.has_value());
    first_ = reader->getSequence();
  }
  records_.push_back(std::move(record));
}

void Book::absorb(Book& above) {
  while (!above.changes_.empty()) {
    auto node = above.changes_.extract(above.changes_.begin());
    changes_.insert_or_assign(std::move(node.key()), std::move(node.mapped()));
  }
  for (Words& record : above.records_) add_record(std::move(record));
  above.records_.clear();
}

}  // namespace counterfoil
