#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/canonical.h"
#include "core/ids.h"
#include "core/time.h"
#include "proof/tree.h"
#include "storage/folder.h"

namespace counterfoil {

class JournalTree;
class ShownFile;

/// What is remembered for ever of a command that was accepted.
struct Acceptance {
  Sequence first;
  std::uint32_t count = 0;
  std::string digest;
};

/// Pages of the book by key, encoded; schema/FORMAT.md, "book".
using PageBytes = std::map<std::string, std::string, std::less<>>;

/// The record of everything, append-only: nothing here deletes or overwrites a record. One writer
/// appends; any thread reads. A reader sees a record only after it is durable and counted as shown.
class Journal {
 public:
  /// A new, empty journal in a folder that LedgerFolder::create made.
  static Result<Journal> create(const LedgerFolder& folder, std::string_view suite, Epoch epoch);
  /// Opens what is there, under the suite that record 0 names. Refuses a journal that holds less
  /// than was ever shown, whose newest records are not the ones that were shown, or whose tiles are
  /// not those of its records as far as that shows at their right edge.
  static Result<Journal> open(const LedgerFolder& folder);
  /// As open, also where tiles are wrong or an earlier reindex was cut off, which open refuses.
  static Result<Journal> open_to_reindex(const LedgerFolder& folder);

  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;
  ~Journal();

  /// Records in it. The next one's sequence.
  std::uint64_t size() const;
  Epoch epoch() const;
  Hash root() const;
  /// The name of the suite that it is hashed under.
  const std::string& suite() const;
  /// The tree of its records as it stands; storage/journal_tree.h.
  JournalTree tree() const;
  /// The failure after which nothing is appended any more, if there was one.
  Result<void> check_recording() const;
  /// When the newest record was recorded; the earliest moment where there is none.
  Instant last_recorded_at() const;

  /// Appends the records, whose sequences go on from size(), with their index entries and the
  /// book's changed pages: all of them, synced, or none. After an error nothing more is accepted
  /// until the ledger is opened again, because the disk may hold the group or not. On one thread.
  Result<void> append(const std::vector<Words>& records, const PageBytes& pages) {
    return append(records, pages, {});
  }
  /// Makes the signed note of the checkpoint of that size and root.
  using SignTree = std::function<Result<std::string>(std::uint64_t size, const Hash& root)>;
  /// The same with the checkpoint of the size behind the records, if there is somebody to sign it:
  /// both are durable, or neither.
  Result<void> append(const std::vector<Words>& records, const PageBytes& pages,
                      const SignTree& sign);

  /// The stored bytes of a record. `not_found` names the size where there is none yet.
  Result<void> read(Sequence sequence, std::string& bytes) const;

  /// Walks records in order from a sequence. Ends at the size that the journal had at the start.
  class Scan {
   public:
    Scan(Scan&&) noexcept;
    ~Scan();
    /// The next record's bytes, valid until the next call; nothing at the end.
    Result<std::optional<std::string_view>> next();

   private:
    friend class Journal;
    struct Impl;
    explicit Scan(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
  };
  /// `part` where the caller stops after some records: it reads ahead less.
  enum class Extent { rest, part };
  Scan scan(Sequence from, Extent extent = Extent::rest) const;

  /// The sequences of a subject's records from that ordinal on, at most `limit` of them.
  Result<std::vector<Sequence>> history(std::string_view subject, Ordinal from,
                                        std::size_t limit) const;
  /// How many records a subject's history has.
  Result<std::uint64_t> count(std::string_view subject) const;
  /// Visits every subject that has a record before `size`, in the order of the index, with how many
  /// it has and the newest of them, until the visitor fails. `size` is at most size().
  using VisitSubject =
      std::function<Result<void>(std::string_view subject, std::uint64_t count, Sequence last)>;
  Result<void> visit_subjects(std::uint64_t size, const VisitSubject& visit) const;
  Result<std::optional<Acceptance>> acceptance(std::string_view principal,
                                               std::string_view command_id) const;
  Result<std::optional<std::string>> page(std::string_view key) const;

  /// The book's pages at one moment, however much is appended meanwhile. Belongs to one thread.
  class BookWalk {
   public:
    BookWalk(BookWalk&&) noexcept;
    ~BookWalk();
    Result<std::optional<std::string>> page(std::string_view key);
    /// The first key behind this one that starts with the prefix.
    Result<std::optional<std::string>> next_key(std::string_view prefix, std::string_view behind);

   private:
    friend class Journal;
    struct Impl;
    explicit BookWalk(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
  };
  /// Waits until every record that the pages are made of is shown: for what one append takes.
  Result<BookWalk> walk_book() const;

  /// Keeps the signed note of the checkpoint of that size, durable when it returns. Of a size that
  /// has one, only the signatures may differ: they are replaced. `refused` where the size is 0 or
  /// more than was shown, or where the text differs from the one that is kept; `invalid` where the
  /// note is none of that size. On any thread.
  Result<void> put_checkpoint(std::uint64_t size, std::string_view note);
  /// The note of that size, if there is one.
  Result<std::optional<std::string>> checkpoint(std::uint64_t size) const;
  Result<std::optional<std::string>> newest_checkpoint() const;
  /// Visits every checkpoint by increasing size, until the visitor fails.
  Result<void> visit_checkpoints(
      const std::function<Result<void>(std::uint64_t size, std::string_view note)>& visit) const;

  /// Folds records into the book while `reindex` walks them. The pages that changed are asked for
  /// and written from time to time; until `written`, the journal does not have them.
  class Refold {
   public:
    virtual ~Refold() = default;
    virtual Result<void> fold(schema::Record::Reader record) = 0;
    virtual PageBytes take_pages() = 0;
    virtual void written() = 0;
  };
  /// Writes the subject index, the command index, the book and the tiles again from the records.
  /// Cut off, it must be run again before the journal opens. `corrupt` where the records are not
  /// those of the tree: nothing was changed then.
  Result<void> reindex(Refold& refold);

  std::uint64_t disk_bytes() const;
  /// As Rocks::property.
  std::uint64_t property(const std::string& name) const;

 private:
  friend struct JournalParts;  // of the sources that share journal_impl.h
  static Result<Journal> recover(const LedgerFolder& folder, ShownFile shown);

  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterfoil
