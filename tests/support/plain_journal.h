#pragma once

#include <map>
#include <string>

#include "storage/journal.h"
#include "storage/rocks.h"
#include "support/ledger_kit.h"

namespace counterfoil {

/// A journal that grows by many small records without a decider: each proposes one of a few
/// projects, in a command of its own.
class PlainJournal {
 public:
  /// Makes the ledger.
  PlainJournal(const std::string& path, std::string_view suite = default_suite);

  Journal& journal() { return *journal_; }
  /// Appends so many records as one group.
  Result<void> append(unsigned records);
  /// Appends in groups until it has that many.
  void grow_to(std::uint64_t size, unsigned group = 100);
  /// Appends the record that hands over from the test key to the other one, signed by both.
  void rotate(const SigningKey& to);
  /// Appends the registration of unit U in department D, filed under the subjects, which may be
  /// others.
  void append_unit(const std::vector<std::string>& subjects);
  /// Makes the next record of the subject name that one as the one before it.
  void forget_to(const std::string& subject, std::uint64_t sequence) {
    chains_[subject].second = sequence;
  }
  /// Closes the journal, and opens it again.
  void reopen();
  void close() { journal_.reset(); }

  /// Keeps a checkpoint of its whole tree, signed by the test key.
  std::string sign();

 private:
  Words next(std::uint64_t sequence);
  /// What every record has; its subjects must be sorted.
  void fill(schema::Record::Builder record, std::uint64_t sequence,
            const std::vector<std::string>& subjects);
  std::string path_;
  std::string suite_;
  std::optional<Journal> journal_;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> chains_;  // count, newest
};

/// Everything in a family.
using Entries = std::map<std::string, std::string>;
Entries entries_of(const Rocks& rocks, std::string_view family);

}  // namespace counterfoil
