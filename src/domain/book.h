#pragma once

#include <schema/event.capnp.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "codec/canonical.h"
#include "domain/page.h"
#include "domain/rule_set.h"

namespace counterfoil {

/// Where the state that decisions are made on comes from: one page, one record at a time, so that
/// neither start-up nor memory grows with the number of events.
class BookSource {
 public:
  virtual ~BookSource() = default;
  /// An empty page where nothing is known of the key.
  virtual Result<Page> page(std::string_view key) = 0;
  /// Valid until the next call. `not_found` where there is none yet.
  virtual Result<schema::Record::Reader> record(Sequence sequence) = 0;
  /// The rule set that this record published. Valid as long as the source.
  virtual Result<const RuleSet*> rule_set(Sequence published) = 0;
};

/// Pages as they are after some records more than the source below it knows: it holds what changed
/// and asks below for the rest. Dropping it undoes the changes; that is how a refused command
/// leaves no trace.
class Book final : public BookSource {
 public:
  explicit Book(BookSource& below) : below_(below) {}
  Book(const Book&) = delete;
  Book& operator=(const Book&) = delete;
  /// For a book that stands on this one.
  BookSource& source() { return *this; }

  Result<Page> page(std::string_view key) override;
  Result<schema::Record::Reader> record(Sequence sequence) override;
  Result<const RuleSet*> rule_set(Sequence published) override;

  /// The state kept under the key; State{} where there is none. A page of another kind is a bug.
  template <typename State>
  Result<State> state(std::string_view key) {
    CF_LET(const Page found, page(key));
    if (std::holds_alternative<std::monostate>(found.state)) return State{};
    COUNTERFOIL_ASSERT(std::holds_alternative<State>(found.state));
    return std::get<State>(found.state);
  }

  /// The page, to be changed, with its state of that kind. Valid until the next call of edit.
  Result<Page*> edit(std::string_view key);
  template <typename State>
  Result<State*> edit_state(std::string_view key) {
    CF_LET(Page* const found, edit(key));
    if (std::holds_alternative<std::monostate>(found->state)) found->state = State{};
    COUNTERFOIL_ASSERT(std::holds_alternative<State>(found->state));
    return &std::get<State>(found->state);
  }

  /// Makes a record known that the source below does not have yet.
  void add_record(Words record);
  /// Takes over the changes and records of a book that stands on this one.
  void absorb(Book& above);

  std::vector<Words>& records() { return records_; }
  const std::map<std::string, Page, std::less<>>& changes() const { return changes_; }

 private:
  BookSource& below_;
  std::map<std::string, Page, std::less<>> changes_;
  std::vector<Words> records_;             // consecutive
  std::uint64_t first_ = 0;                // sequence of the first of them
  std::map<Sequence, RuleSet> rule_sets_;  // that these records published, parsed when asked for
  RecordBuffer buffer_;
};

}  // namespace counterfoil
