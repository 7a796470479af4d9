#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace counterfoil {

/// A RocksDB database behind a narrow door: RocksDB's headers stay in rocks.cpp.
/// Column families are called families. All functions may be called from any thread, but for those
/// of a Batch or a Cursor, which belong to one.
class Rocks {
 public:
  /// One column family's handle; shared, so that a dropped family lives until its last reader.
  class Family;
  using FamilyPtr = std::shared_ptr<Family>;

  /// A set of changes that is written at once or not at all.
  class Batch {
   public:
    Batch();
    Batch(Batch&&) noexcept;
    Batch& operator=(Batch&&) noexcept;
    ~Batch();
    void put(const Family& family, std::string_view key, std::string_view value);
    void erase(const Family& family, std::string_view key);
    std::size_t bytes() const;
    void clear();

   private:
    friend class Rocks;
    struct Impl;
    std::unique_ptr<Impl> impl_;
  };

  /// Walks one family in key order over a fixed moment of the database.
  class Cursor {
   public:
    Cursor(Cursor&&) noexcept;
    ~Cursor();
    void seek(std::string_view key);       // to the first key ≥ it
    void seek_last(std::string_view key);  // to the last key ≤ it
    void next();
    bool valid() const;
    std::string_view key() const;  // until the cursor moves
    std::string_view value() const;
    /// The failure that ended the walk, if one did: ask when valid() turns false.
    Result<void> status() const;

   private:
    friend class Rocks;
    struct Impl;
    explicit Cursor(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
  };

  /// Entries in increasing order of their keys, in a file beside the database that ingest() takes
  /// into a family as it is. Dropped before that, it leaves nothing behind.
  class SortedFile {
   public:
    SortedFile(SortedFile&&) noexcept;
    ~SortedFile();
    Result<void> put(std::string_view key, std::string_view value);
    /// Erases what the family holds under the key.
    Result<void> erase(std::string_view key);

   private:
    friend class Rocks;
    struct Impl;
    explicit SortedFile(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
  };

  enum class Durability { synced, buffered };

  struct Options {
    bool create_if_missing = false;
    /// Opening keeps the longest prefix of the write-ahead log without damage and without a gap,
    /// and calls that success: who must have all of it has to look. A log file that is missing is
    /// an error. With this, what was recovered is written to tables at once, and the log removed;
    /// without, all that is there stays until flush(), for whoever finds that it is not enough.
    bool change_on_open = true;
    /// What to do where the database is damaged: it ends the sentence that says so.
    std::string remedy = "Nothing was served from it; restore a backup, or put back what changed";
  };

  /// Opens the database and all its families; the ones named are created where they are missing.
  static Result<Rocks> open(const std::string& path, const std::vector<std::string>& families,
                            const Options& options);
  Rocks(Rocks&&) noexcept;
  Rocks& operator=(Rocks&&) noexcept;
  ~Rocks();

  /// Null where there is none of that name.
  FamilyPtr family(std::string_view name) const;
  std::vector<std::string> families() const;
  Result<FamilyPtr> create_family(const std::string& name);
  Result<void> drop_family(const std::string& name);

  Result<std::optional<std::string>> get(const Family& family, std::string_view key) const;
  /// As get, into a string that is used again; false where the key is absent.
  Result<bool> get(const Family& family, std::string_view key, std::string& value) const;
  Result<void> write(Batch& batch, Durability durability);
  Result<SortedFile> begin_file(const Family& family) const;
  /// Puts the file's entries over what the family holds: all of them, durable when it returns, or
  /// none. It must hold one at least.
  Result<void> ingest(const Family& family, SortedFile file);
  /// Writes all families' changes to tables, so that the log until now is not needed any more.
  Result<void> flush();
  /// `whole` reads ahead for long walks and keeps them out of the block cache.
  enum class Walk { lookup, whole };
  Cursor walk(const Family& family, Walk kind = Walk::lookup) const;
  /// Bytes of all files.
  std::uint64_t disk_bytes() const;
  /// What RocksDB says of itself under that name ("rocksdb.num-running-compactions"), summed over
  /// the families; 0 where it says nothing.
  std::uint64_t property(const std::string& name) const;

 private:
  struct Impl;
  explicit Rocks(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterfoil
