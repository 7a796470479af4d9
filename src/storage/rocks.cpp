#include "storage/rocks.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>

#include "core/files.h"
#include "storage/rocks_log.h"

namespace counterfoil {
namespace {

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}
std::string_view view(rocksdb::Slice bytes) {
  return {bytes.data(), bytes.size()};
}

/// Says what went wrong with which database, and what to do.
struct Failures {
  std::string path;
  std::string remedy;  // of damage

  tl::unexpected<Error> operator()(const rocksdb::Status& status) const {
    if (status.IsCorruption())
      return fail(ErrorCode::corrupt, "the database {} is damaged: {}. {}", path, status.ToString(),
                  remedy);
    if (status.IsPathNotFound())
      return fail(ErrorCode::corrupt, "a file of the database {} is missing: {}. {}", path,
                  status.ToString(), remedy);
    if (status.IsNoSpace())
      return fail(ErrorCode::io,
                  "the disk of the database {} is full: {}. Make room and start again", path,
                  status.ToString());
    return fail(ErrorCode::io,
                "the database {} could not do it: {}. Remove the cause (a missing permission, a "
                "limit, a failing disk) and start again",
                path, status.ToString());
  }

  Result<void> outcome(const rocksdb::Status& status) const {
    if (status.ok()) return {};
    return (*this)(status);
  }
};

/// Of files that are to be ingested. RocksDB's own end otherwise, and it leaves this one alone.
constexpr std::string_view sorted_ending = ".sorted";

/// A process that was killed may have left some.
void remove_sorted_files(const std::string& path) {
  std::error_code ignored;
  for (const auto& file : std::filesystem::directory_iterator(path, ignored))
    if (file.path().extension() == sorted_ending) std::filesystem::remove(file.path(), ignored);
}

rocksdb::ColumnFamilyOptions family_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 16 << 10;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;  // memory does not grow with the number of events
  // In pieces: whole ones, of a long journal's files, are as large as what a shard of the cache
  // holds, and would be read again for every key.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;

  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kLZ4Compression;
  options.bottommost_compression = rocksdb::kZSTD;
  options.level_compaction_dynamic_level_bytes = true;
  options.write_buffer_size = 32 << 20;
  return options;
}

}  // namespace

class Rocks::Family {
 public:
  Family(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* handle) : db_(db), handle_(handle) {}
  ~Family() { db_->DestroyColumnFamilyHandle(handle_); }
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;
  rocksdb::ColumnFamilyHandle* handle() const { return handle_; }

 private:
  rocksdb::DB* db_;  // outlives every handle: Rocks says so
  rocksdb::ColumnFamilyHandle* handle_;
};

struct Rocks::Batch::Impl {
  rocksdb::WriteBatch batch;
};

struct Rocks::Cursor::Impl {
  std::unique_ptr<rocksdb::Iterator> iterator;
  const Failures* failure;  // the database's, which outlives its cursors
};

struct Rocks::SortedFile::Impl {
  Impl(const Failures& failures, std::string file, const rocksdb::EnvOptions& env,
       const rocksdb::Options& options, rocksdb::ColumnFamilyHandle* family)
      : failure(&failures), path(std::move(file)), writer(env, options, family) {}
  ~Impl() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }

  const Failures* failure;  // the database's, which outlives its files
  std::string path;
  rocksdb::SstFileWriter writer;
};

struct Rocks::Impl {
  Failures failure;
  mutable std::atomic<std::uint64_t> files{0};  // sorted ones that were begun
  std::unique_ptr<rocksdb::DB> db;
  std::shared_ptr<rocksdb::Cache> cache;
  mutable std::mutex mutex;  // guards families
  std::map<std::string, FamilyPtr, std::less<>> families;

  ~Impl() {
    families.clear();  // the handles go before the database that made them
    if (db) db->Close();
  }
};

Rocks::Batch::Batch() : impl_(std::make_unique<Impl>()) {}
Rocks::Batch::Batch(Batch&&) noexcept = default;
Rocks::Batch& Rocks::Batch::operator=(Batch&&) noexcept = default;
Rocks::Batch::~Batch() = default;

void Rocks::Batch::put(const Family& family, std::string_view key, std::string_view value) {
  impl_->batch.Put(family.handle(), slice(key), slice(value));
}
void Rocks::Batch::erase(const Family& family, std::string_view key) {
  impl_->batch.Delete(family.handle(), slice(key));
}
std::size_t Rocks::Batch::bytes() const {
  return impl_->batch.GetDataSize();
}
void Rocks::Batch::clear() {
  impl_->batch.Clear();
}

Rocks::Cursor::Cursor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Rocks::Cursor::Cursor(Cursor&&) noexcept = default;
Rocks::Cursor::~Cursor() = default;
void Rocks::Cursor::seek(std::string_view key) {
  impl_->iterator->Seek(slice(key));
}
void Rocks::Cursor::seek_last(std::string_view key) {
  impl_->iterator->SeekForPrev(slice(key));
}
void Rocks::Cursor::next() {
  impl_->iterator->Next();
}
bool Rocks::Cursor::valid() const {
  return impl_->iterator->Valid();
}
std::string_view Rocks::Cursor::key() const {
  return view(impl_->iterator->key());
}
std::string_view Rocks::Cursor::value() const {
  return view(impl_->iterator->value());
}
Result<void> Rocks::Cursor::status() const {
  return impl_->failure->outcome(impl_->iterator->status());
}

Rocks::SortedFile::SortedFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Rocks::SortedFile::SortedFile(SortedFile&&) noexcept = default;
Rocks::SortedFile::~SortedFile() = default;
Result<void> Rocks::SortedFile::put(std::string_view key, std::string_view value) {
  return impl_->failure->outcome(impl_->writer.Put(slice(key), slice(value)));
}
Result<void> Rocks::SortedFile::erase(std::string_view key) {
  return impl_->failure->outcome(impl_->writer.Delete(slice(key)));
}

Rocks::Rocks(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Rocks::Rocks(Rocks&&) noexcept = default;
Rocks& Rocks::operator=(Rocks&&) noexcept = default;
Rocks::~Rocks() = default;

Result<Rocks> Rocks::open(const std::string& path, const std::vector<std::string>& families,
                          const Options& options) {
  rocksdb::DBOptions db_options;
  db_options.create_if_missing = options.create_if_missing;
  db_options.create_missing_column_families = true;
  db_options.paranoid_checks = true;
  db_options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  db_options.avoid_flush_during_recovery = !options.change_on_open;
  db_options.track_and_verify_wals_in_manifest = true;
  db_options.max_total_wal_size = 64 << 20;  // what start-up may have to replay
  db_options.info_log = open_rocks_log(path);
  db_options.max_open_files = 512;
  db_options.max_file_opening_threads = 1;  // else 16 are started for each family
  db_options.manifest_preallocation_size = 64 << 10;
  db_options.IncreaseParallelism(2);

  auto impl = std::make_unique<Impl>();
  impl->failure = {path, options.remedy};
  CF_LET(const bool exists, file_exists(path + "/CURRENT"));
  if (!exists && !options.create_if_missing)
    return fail(ErrorCode::corrupt, "the file {}/CURRENT is missing: put it back. {}", path,
                options.remedy);
  remove_sorted_files(path);
  impl->cache = rocksdb::NewLRUCache(128 << 20);
  std::vector<std::string> names;
  rocksdb::DB::ListColumnFamilies(db_options, path, &names);  // fails where there is none yet
  if (names.empty()) names.push_back(rocksdb::kDefaultColumnFamilyName);
  for (const std::string& name : families)
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);

  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  descriptors.reserve(names.size());
  for (const std::string& name : names) descriptors.emplace_back(name, family_options(impl->cache));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(db_options, path, descriptors, &handles, &db);
  if (!status.ok()) return impl->failure(status);
  impl->db.reset(db);
  for (auto* handle : handles)
    impl->families.emplace(handle->GetName(), std::make_shared<Family>(db, handle));
  return Rocks(std::move(impl));
}

Rocks::FamilyPtr Rocks::family(std::string_view name) const {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->families.find(name);
  return found == impl_->families.end() ? nullptr : found->second;
}

std::vector<std::string> Rocks::families() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<std::string> names;
  names.reserve(impl_->families.size());
  for (const auto& [name, family] : impl_->families) names.push_back(name);
  return names;
}

Result<Rocks::FamilyPtr> Rocks::create_family(const std::string& name) {
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  const auto status = impl_->db->CreateColumnFamily(family_options(impl_->cache), name, &handle);
  if (!status.ok()) return impl_->failure(status);
  auto family = std::make_shared<Family>(impl_->db.get(), handle);
  const std::lock_guard lock(impl_->mutex);
  impl_->families[name] = family;
  return family;
}

Result<void> Rocks::drop_family(const std::string& name) {
  FamilyPtr dropped;
  {
    const std::lock_guard lock(impl_->mutex);
    const auto found = impl_->families.find(name);
    if (found == impl_->families.end()) return {};
    dropped = found->second;
    impl_->families.erase(found);
  }
  return impl_->failure.outcome(impl_->db->DropColumnFamily(dropped->handle()));
}

Result<bool> Rocks::get(const Family& family, std::string_view key, std::string& value) const {
  const auto status = impl_->db->Get({}, family.handle(), slice(key), &value);
  if (status.ok()) return true;
  if (status.IsNotFound()) return false;
  return impl_->failure(status);
}

Result<std::optional<std::string>> Rocks::get(const Family& family, std::string_view key) const {
  std::string value;
  CF_LET(const bool found, get(family, key, value));
  if (!found) return std::nullopt;
  return value;
}

Result<void> Rocks::write(Batch& batch, Durability durability) {
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::synced;
  return impl_->failure.outcome(impl_->db->Write(options, &batch.impl_->batch));
}

Result<Rocks::SortedFile> Rocks::begin_file(const Family& family) const {
  rocksdb::Options options(impl_->db->GetDBOptions(), family_options(impl_->cache));
  options.bottommost_compression = rocksdb::kLZ4Compression;  // compaction packs it tighter later
  rocksdb::EnvOptions env(options);
  env.bytes_per_sync = 1 << 20;  // so that no sync of another file waits for all of it
  auto impl = std::make_unique<SortedFile::Impl>(
      impl_->failure, fmt::format("{}/{}{}", impl_->failure.path, impl_->files++, sorted_ending),
      env, options, family.handle());
  CF_TRY(impl_->failure.outcome(impl->writer.Open(impl->path)));
  return SortedFile(std::move(impl));
}

Result<void> Rocks::ingest(const Family& family, SortedFile file) {
  CF_TRY(impl_->failure.outcome(file.impl_->writer.Finish()));
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  options.write_global_seqno = false;
  return impl_->failure.outcome(
      impl_->db->IngestExternalFile(family.handle(), {file.impl_->path}, options));
}

Rocks::Cursor Rocks::walk(const Family& family, Walk kind) const {
  rocksdb::ReadOptions options;
  if (kind == Walk::whole) {
    options.readahead_size = 2 << 20;
    options.fill_cache = false;
  }
  auto impl = std::make_unique<Cursor::Impl>();
  impl->failure = &impl_->failure;
  impl->iterator.reset(impl_->db->NewIterator(options, family.handle()));
  return Cursor(std::move(impl));
}

Result<void> Rocks::flush() {
  std::vector<FamilyPtr> all;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  {
    const std::lock_guard lock(impl_->mutex);
    for (const auto& [name, family] : impl_->families) all.push_back(family);
  }
  handles.reserve(all.size());
  for (const FamilyPtr& family : all) handles.push_back(family->handle());
  return impl_->failure.outcome(impl_->db->Flush({}, handles));
}

std::uint64_t Rocks::disk_bytes() const {
  return property(rocksdb::DB::Properties::kTotalSstFilesSize);
}

std::uint64_t Rocks::property(const std::string& name) const {
  std::uint64_t total = 0;
  for (const std::string& family_name : families()) {
    std::uint64_t value = 0;
    const FamilyPtr one = family(family_name);
    if (one && impl_->db->GetIntProperty(one->handle(), name, &value)) total += value;
  }
  return total;
}

}  // namespace counterfoil
