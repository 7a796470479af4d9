#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/limits.h"
#include "domain/book.h"
#include "storage/journal.h"

namespace counterfoil {

/// The book as the journal has it, with the pages used lately kept in memory up to a bound. For the
/// thread of the one writer; over a walk, as it was at that moment, for the walk's own thread.
class JournalBook final : public BookSource {
 public:
  explicit JournalBook(const Journal& journal, std::size_t cache_bytes = limits::book_cache_bytes)
      : journal_(journal), cache_bytes_(cache_bytes) {}
  /// The walk lives as long as this.
  JournalBook(const Journal& journal, Journal::BookWalk& walk)
      : journal_(journal), walk_(&walk), cache_bytes_(limits::moment_cache_bytes) {}

  Result<Page> page(std::string_view key) override;
  Result<schema::Record::Reader> record(Sequence sequence) override;
  Result<const RuleSet*> rule_set(Sequence published) override;

  /// Takes over pages that were appended with their records.
  void keep(const std::map<std::string, Page, std::less<>>& pages);
  /// Forgets everything: what is in memory may not be what the disk holds.
  void forget();

 private:
  void remember(std::string_view key, const Page& page);

  const Journal& journal_;
  Journal::BookWalk* walk_ = nullptr;  // none: the newest pages
  std::size_t cache_bytes_;
  std::map<std::string, Page, std::less<>> pages_;
  std::size_t bytes_ = 0;
  std::map<Sequence, RuleSet> rule_sets_;
  std::string bytes_of_record_;
  RecordBuffer buffer_;
};

/// Pages encoded for the journal.
PageBytes encode_pages(const std::map<std::string, Page, std::less<>>& pages);

/// Writes the journal's indexes and its book again from its records, with at most about so many
/// bytes of written pages in memory.
Result<void> reindex(Journal& journal, std::size_t cache_bytes);

}  // namespace counterfoil
