#include "storage/folder.h"

#include <sys/stat.h>

#include <filesystem>

#include "support/catch.h"
#include "support/child.h"
#include "support/must.h"
#include "support/temp_folder.h"

using namespace counterfoil;
using Catch::Matchers::Contains;

namespace {

void make_ledger(const std::string& path) {
  const LedgerFolder folder = must(LedgerFolder::create(path));
  std::filesystem::create_directory(folder.journal());
}

}  // namespace

TEST_CASE("a ledger that is open is refused to whoever asks second, with the holder's process id") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  const LedgerFolder held = must(LedgerFolder::open(temp / "ledger"));
  const Error error = error_of(LedgerFolder::open(temp / "ledger"));
  CHECK(error.code == ErrorCode::busy);
  CHECK_THAT(error.message, Contains("in use by process " + std::to_string(::getpid()) + ":"));
}

TEST_CASE("the lock of another process ends when that is killed") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  Child child({"hold", temp / "ledger"});
  REQUIRE(child.read_line() == "held");
  const Error error = error_of(LedgerFolder::open(temp / "ledger"));
  CHECK(error.code == ErrorCode::busy);
  CHECK_THAT(error.message, Contains("in use by process " + std::to_string(child.pid()) + ":"));
  child.kill();
  CHECK(LedgerFolder::open(temp / "ledger"));
}

TEST_CASE("the lock ends with the object that holds it") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  { const LedgerFolder held = must(LedgerFolder::open(temp / "ledger")); }
  CHECK(LedgerFolder::open(temp / "ledger"));
}

TEST_CASE("a ledger is created in a new or empty folder only, which its owner alone can enter") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  CHECK(error_of(LedgerFolder::create(temp / "ledger")).code == ErrorCode::refused);
  CHECK(error_of(LedgerFolder::open(temp / "nothing")).code == ErrorCode::not_found);
  const auto mode = std::filesystem::status(temp / "ledger").permissions();
  CHECK(mode == std::filesystem::perms::owner_all);
}

// Cause: the lock that a creation leaves when it fails (a mistyped path for the recovery key)
// counted as contents, so that the second try was refused.
TEST_CASE("a folder with nothing but a lock that nobody holds is empty") {
  const TempFolder temp;
  { const LedgerFolder failed = must(LedgerFolder::create(temp / "ledger")); }
  CHECK(LedgerFolder::create(temp / "ledger"));
}

// Cause: the mode was set before the folder was found not to be empty.
TEST_CASE("a folder that is refused keeps its mode") {
  const TempFolder temp;
  make_ledger(temp / "mine");
  const auto mode = std::filesystem::perms::owner_all | std::filesystem::perms::group_read;
  std::filesystem::permissions(temp / "mine", mode);
  CHECK(error_of(LedgerFolder::create(temp / "mine")).code == ErrorCode::refused);
  CHECK(std::filesystem::status(temp / "mine").permissions() == mode);
}

namespace {

/// Takes away the permission to enter a folder, from root too.
class NoPermission {
 public:
  explicit NoPermission(std::string path) : path_(std::move(path)) {
    std::filesystem::permissions(path_, std::filesystem::perms::none);
    if (user_ == 0 && ::seteuid(65'534) != 0) throw std::runtime_error("cannot be nobody");
  }
  ~NoPermission() {
    if (user_ == 0 && ::seteuid(0) != 0) std::abort();
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  NoPermission(const NoPermission&) = delete;
  NoPermission& operator=(const NoPermission&) = delete;

 private:
  const std::string path_;
  const uid_t user_ = ::geteuid();
};

}  // namespace

// Cause: the error of looking into the folder was ignored, and a ledger that was there was "not
// there": create one with init.
TEST_CASE("a ledger that may not be looked at is not taken for none") {
  const TempFolder temp;
  make_ledger(temp / "ledger");
  const NoPermission nobody(temp / "ledger");
  const Error error = error_of(LedgerFolder::open(temp / "ledger"));
  CHECK(error.code == ErrorCode::io);
  CHECK_THAT(error.message, Contains("Permission denied: run it as the owner"));
}

TEST_CASE("a secret that others may read or write is not read") {
  const TempFolder temp;
  must(create_private_file(temp / "secret", "x"));
  CHECK(must(read_private_file(temp / "secret")) == "x");
  for (const unsigned mode : {0640u, 0604u, 0620u, 0602u}) {
    REQUIRE(::chmod((temp / "secret").c_str(), mode) == 0);
    const Error error = error_of(read_private_file(temp / "secret"));
    CHECK(error.code == ErrorCode::denied);
    CHECK_THAT(error.message,
               Contains(fmt::format("{:04o}", mode)) && Contains("chmod 600 " + (temp / "secret")));
  }
}
