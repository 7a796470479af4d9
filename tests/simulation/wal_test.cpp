#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <random>
#include <set>

#include "storage/shown.h"
#include "support/catch.h"
#include "support/child.h"
#include "support/journal_checker.h"
#include "support/ledger_kit.h"

// A write-ahead log with one damaged byte, or one that ends early, must never open with less than
// was acknowledged: RocksDB's own recovery may end at the damage and call it success.

using namespace counterfoil;
namespace fs = std::filesystem;

namespace {

/// A ledger whose process was killed, and the commands that it had acknowledged.
struct Killed {
  std::string path;
  std::set<std::string> acknowledged;
};

Killed kill_ledger(const std::string& path, unsigned commands,
                   const std::vector<std::string>& mode) {
  kit::create_ledger_in(path);
  std::vector<std::string> arguments = {mode.front(), path, "k", std::to_string(commands)};
  arguments.insert(arguments.end(), mode.begin() + 1, mode.end());
  Child child(arguments);
  Killed killed{path, {}};
  for (;;) {
    const std::string id = child.read_line();
    if (id.empty() || id == "done") break;
    killed.acknowledged.insert(id);
  }
  child.kill();
  REQUIRE(killed.acknowledged.size() == commands);
  return killed;
}

std::vector<fs::path> logs_of(const std::string& path) {
  std::vector<fs::path> logs;
  for (const auto& file : fs::directory_iterator(path + "/journal"))
    if (file.path().extension() == ".log" && file.file_size() != 0) logs.push_back(file.path());
  std::sort(logs.begin(), logs.end());
  return logs;
}

/// A copy of the ledger: tables, which are never changed, are linked.
void copy_ledger(const std::string& from, const std::string& to) {
  fs::remove_all(to);
  fs::create_directories(to + "/journal");
  fs::copy_file(from + "/shown", to + "/shown");
  for (const auto& file : fs::directory_iterator(from + "/journal")) {
    if (!file.is_regular_file()) continue;
    const fs::path copy = fs::path(to) / "journal" / file.path().filename();
    if (file.path().extension() == ".sst")
      fs::create_hard_link(file.path(), copy);
    else if (file.path().filename().string().rfind("LOG", 0) != 0)
      fs::copy_file(file.path(), copy);
  }
}

/// One thing that is done to a copy of a ledger.
struct Damage {
  std::string what;
  std::function<void(const std::string& copy)> apply;
};

Damage nothing() {
  return {"nothing", [](const std::string&) {}};
}

Damage flip(const std::string& file, std::size_t at, unsigned char bits) {
  return {fmt::format("{}, byte {} ^ {}", file, at, bits), [=](const std::string& copy) {
            const FileDescriptor opened = must(open_file(copy + file, O_RDWR));
            char byte = 0;
            if (::pread(opened.get(), &byte, 1, static_cast<off_t>(at)) != 1)
              throw std::runtime_error("nothing to flip");
            byte = static_cast<char>(byte ^ bits);
            must(write_at(opened, copy + file, std::string_view(&byte, 1),
                          static_cast<std::int64_t>(at)));
          }};
}

Damage cut(const std::string& file, std::size_t size) {
  return {fmt::format("{} cut to {} bytes", file, size),
          [=](const std::string& copy) { fs::resize_file(copy + file, size); }};
}

Damage removed(const std::string& file) {
  return {file + " removed", [=](const std::string& copy) { fs::remove(copy + file); }};
}

std::string in_folder(const fs::path& log) {
  return "/journal/" + log.filename().string();
}

/// Where the headers of a log's records stand. A log is blocks of 32 KiB; in a block a record is a
/// checksum (4 bytes), a length (2, little-endian), a type (1), and so many bytes.
std::vector<std::size_t> headers_of(const std::string& bytes) {
  constexpr std::size_t block = 32 << 10;
  constexpr std::size_t header = 7;
  std::vector<std::size_t> headers;
  for (std::size_t at = 0; at + header <= bytes.size();) {
    if (block - at % block < header) {
      at += block - at % block;
      continue;
    }
    headers.push_back(at);
    at += header + static_cast<unsigned char>(bytes[at + 4]) +
          (static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + 5])) << 8);
  }
  return headers;
}

struct Outcomes {
  unsigned whole = 0;
  unsigned refused = 0;
  std::vector<std::string> wrong;  // opened with less, or refused for another reason

  void add(const Outcomes& other) {
    whole += other.whole;
    refused += other.refused;
    wrong.insert(wrong.end(), other.wrong.begin(), other.wrong.end());
  }
};

/// Opens a damaged copy and says what became of it.
void open_copy(const Killed& killed, const std::string& copy, const std::string& damage,
               Outcomes& outcomes) {
  const auto checked = [&]() -> Result<Result<CheckedJournal>> {
    CF_LET(const LedgerFolder folder, LedgerFolder::open(copy));
    CF_LET(const Journal journal, Journal::open(folder));
    return check_journal(journal);
  }();
  if (!checked) {
    if (checked.error().code == ErrorCode::corrupt)
      ++outcomes.refused;
    else
      outcomes.wrong.push_back(damage + ": " + checked.error().message);
    return;
  }
  const bool whole =
      checked->has_value() &&
      std::all_of(killed.acknowledged.begin(), killed.acknowledged.end(), [&](const auto& id) {
        return (*checked)->commands.contains({kit::finance.id, id});
      });
  if (whole)
    ++outcomes.whole;
  else
    outcomes.wrong.push_back(damage + ": opened with less");
}

/// Does each of these to a copy of its own, on two threads.
Outcomes try_all(const Killed& killed, const TempFolder& temp, const std::vector<Damage>& damages) {
  std::atomic<std::size_t> next{0};
  const auto work = [&](const std::string& copy) {
    Outcomes outcomes;
    for (std::size_t i; (i = next++) < damages.size();) try {
        copy_ledger(killed.path, copy);
        damages[i].apply(copy);
        open_copy(killed, copy, damages[i].what, outcomes);
      } catch (const std::exception& error) {
        outcomes.wrong.push_back(damages[i].what + ": " + error.what());
      }
    return outcomes;
  };
  auto other = std::async(std::launch::async, work, temp / "copy1");
  Outcomes outcomes = work(temp / "copy2");
  outcomes.add(other.get());
  WARN(damages.size() << " copies: " << outcomes.whole << " opened whole, " << outcomes.refused
                      << " were refused, " << outcomes.wrong.size() << " went wrong");
  CHECK(outcomes.wrong == std::vector<std::string>{});
  return outcomes;
}

fs::path largest_log(const std::string& path) {
  const auto logs = logs_of(path);
  return *std::max_element(logs.begin(), logs.end(), [](const auto& a, const auto& b) {
    return fs::file_size(a) < fs::file_size(b);
  });
}

}  // namespace

TEST_CASE("no changed byte and no lost end of the log loses what was acknowledged unseen") {
  const TempFolder temp;
  const Killed killed = kill_ledger(temp / "ledger", 40, {"record-unshown"});
  REQUIRE(try_all(killed, temp, {nothing()}).whole == 1);
  const fs::path log = largest_log(killed.path);
  const std::string bytes = must(read_file(log));
  std::mt19937 random(1);

  std::set<std::size_t> positions;
  for (std::size_t at = 0; at < std::min<std::size_t>(bytes.size(), 2'048); ++at)
    positions.insert(at);
  for (const std::size_t header : headers_of(bytes))
    for (std::size_t at = header; at < std::min(header + 7, bytes.size()); ++at)
      positions.insert(at);
  for (int i = 0; i < 300; ++i) positions.insert(random() % bytes.size());
  std::vector<Damage> flips;
  for (const std::size_t at : positions)
    flips.push_back(flip(in_folder(log), at, static_cast<unsigned char>(1u << random() % 8)));
  const Outcomes flipped = try_all(killed, temp, flips);
  CHECK(flipped.whole > 0);
  CHECK(flipped.refused > 0);

  std::vector<Damage> cuts;
  for (int i = 0; i < 100; ++i) cuts.push_back(cut(in_folder(log), random() % bytes.size()));
  for (std::size_t i = 1; i < 20; ++i) cuts.push_back(cut(in_folder(log), bytes.size() - 7 * i));
  const Outcomes shortened = try_all(killed, temp, cuts);
  CHECK(shortened.whole > 0);
  CHECK(shortened.refused > 0);
}

// Cause: the journal was opened in the mode that tolerates a torn tail. RocksDB tolerates one in
// each log file and goes on with the next, so that what an older log had lost was missing from the
// indexes and the book, while size, edge and newest record were right.
TEST_CASE("damage at the end of an older log, or its loss, is noticed") {
  const TempFolder temp;
  const Killed killed = kill_ledger(temp / "ledger", 620, {"record", "60000"});
  REQUIRE(logs_of(killed.path).size() == 2);
  REQUIRE(try_all(killed, temp, {nothing()}).whole == 1);
  const fs::path older = logs_of(killed.path).front();
  const std::string bytes = must(read_file(older));
  const auto headers = headers_of(bytes);
  std::vector<Damage> damages;
  for (std::size_t i = headers.size() - 6; i < headers.size(); ++i)
    for (const std::size_t length : {headers[i] + 4, headers[i] + 5})
      for (const unsigned char bits : {std::uint8_t{0x04}, std::uint8_t{0x40}})
        damages.push_back(flip(in_folder(older), length, bits));
  for (std::size_t i = 1; i <= 6; ++i)
    damages.push_back(cut(in_folder(older), bytes.size() - i * i * 1'000));
  for (const fs::path& log : logs_of(killed.path)) damages.push_back(removed(in_folder(log)));
  CHECK(try_all(killed, temp, damages).refused > 0);
}

// The failed attempt must not write what it recovered, and remove the log that it could not read.
TEST_CASE("a ledger that was refused opens whole when the damaged byte is put right") {
  const TempFolder temp;
  const Killed killed = kill_ledger(temp / "ledger", 40, {"record-unshown"});
  const std::string copy = temp / "copy";
  copy_ledger(killed.path, copy);
  const Damage damage = flip(in_folder(largest_log(killed.path)), 1'500, 1);
  Outcomes outcomes;
  damage.apply(copy);
  open_copy(killed, copy, damage.what, outcomes);
  open_copy(killed, copy, damage.what, outcomes);
  CHECK(outcomes.refused == 2);
  damage.apply(copy);
  open_copy(killed, copy, damage.what, outcomes);
  CHECK(outcomes.whole == 1);
}

TEST_CASE("no changed byte of the file shown serves less than was acknowledged") {
  const TempFolder temp;
  const Killed killed = kill_ledger(temp / "ledger", 40, {"record-unshown"});
  const std::string bytes = must(read_file(killed.path + "/shown"));
  std::vector<Damage> flips;
  for (std::size_t at = 0; at < bytes.size(); ++at)
    if (bytes[at] != '\0' || at % ShownFile::slot_bytes < 300)  // behind, nothing is checked
      flips.push_back(flip("/shown", at, 1));
  const Outcomes outcomes = try_all(killed, temp, flips);
  CHECK(outcomes.refused == 0);  // one sound slot is enough where the journal is whole
  CHECK(outcomes.whole == flips.size());
}
