// Bytes on disk an event, journal and views together, after compaction.

#include <rocksdb/db.h>
#include <rocksdb/utilities/options_util.h>

#include <CLI/CLI.hpp>

#include "service/ledger.h"
#include "support/report.h"
#include "support/scratch.h"

using namespace counterfoil;
using namespace counterfoil::bench;

namespace {

void check(const rocksdb::Status& status) {
  if (!status.ok()) give_up(status.ToString());
}

/// Compacts every column family down to its last level, as RocksDB does by itself in time.
void compact(const std::string& path) {
  rocksdb::DBOptions options;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  check(rocksdb::LoadLatestOptions({}, path, &options, &families));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  check(rocksdb::DB::Open(options, path, families, &handles, &db));
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (auto* const handle : handles) {
    check(db->CompactRange(all, handle, nullptr, nullptr));
    check(db->DestroyColumnFamilyHandle(handle));
  }
  check(db->Close());
  delete db;
}

double bytes_in(const std::string& folder) {
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) bytes += static_cast<double>(entry.file_size());
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Bytes on disk an event after compaction."};
  std::uint64_t events = 200'000;
  bool json = false;
  bool tiny = false;
  app.add_option("--events", events, "Events in the ledger")->capture_default_str();
  app.add_flag("--json", json, "Print JSON");
  app.add_flag("--tiny", tiny, "Only show that it runs");
  CLI11_PARSE(app, argc, argv);
  if (tiny) events = 1'000;

  const Scratch scratch;
  const std::string path = scratch / "ledger";
  create(path);
  const double count = static_cast<double>(fill(path, events));
  double record_bytes = 0;
  {
    const auto ledger = must(Ledger::open(path, clock_now, [](const std::string&) {}));
    must(ledger->projector().catch_up());
    auto scan = ledger->journal().scan(Sequence{0});
    while (const auto record = must(scan.next()))
      record_bytes += static_cast<double>(record->size());
  }
  compact(path + "/journal");
  compact(path + "/views");

  Report report("disk");
  const auto add = [&](const char* name, const std::string& folder, const char* goal) {
    report.add({name, bytes_in(folder) / count, "bytes", "records as they are",
                record_bytes / count, goal});
  };
  add("an event on disk, everything included", path, "≤ 120 bytes");
  add("of that the journal", path + "/journal", "");
  add("of that the views", path + "/views", "");
  report.print(json ? Report::Form::json : Report::Form::table);
}
