#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "domain/book.h"
#include "domain/decide.h"
#include "domain/support/facts.h"

namespace counterfoil::test {

using Pages = std::map<std::string, Page, std::less<>>;

/// A ledger in memory: the real deciding and folding over a map of pages and a list of records.
class MemoryLedger final : public BookSource {
 public:
  Result<Page> page(std::string_view key) override;
  Result<schema::Record::Reader> record(Sequence sequence) override;
  Result<const RuleSet*> rule_set(Sequence published) override;

  /// Decides the command and keeps what it records.
  Result<std::vector<Breach>> submit(const CommandOf& command);
  /// What would come of it.
  Result<std::vector<Breach>> judge(const CommandOf& command);

  const Pages& pages() const { return pages_; }
  const std::vector<Words>& records() const { return records_; }
  template <typename State>
  State state(std::string_view key) {
    const Page found = page(key).value();
    return std::holds_alternative<State>(found.state) ? std::get<State>(found.state) : State{};
  }

 private:
  Result<std::vector<Breach>> decide_in(Book& book, const CommandOf& command_of);

  Pages pages_;
  std::vector<Words> records_;
  std::map<Sequence, RuleSet> rule_sets_;
  std::unique_ptr<RecordBuffer> buffer_;
};

/// The day on which a memory ledger decides a command that names none.
inline constexpr std::string_view today = "2024-03-01";

/// What must hold of every ledger after every command, whoever wrote its records; an empty text, or
/// what is wrong: each record is canonical and within its limits, has the subjects that follow from
/// its fact, and continues their histories; folding all of them from nothing gives `pages`.
std::string what_is_wrong(const std::vector<Words>& records, const Pages& pages);

}  // namespace counterfoil::test
