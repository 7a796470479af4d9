#include "storage/shown.h"

#include <fcntl.h>

#include "support/catch.h"
#include "support/must.h"
#include "support/temp_folder.h"

using namespace counterfoil;

namespace {

constexpr std::size_t slot = ShownFile::slot_bytes;

Hash leaf_of(std::uint64_t record) {
  return must(Hasher::of_suite(default_suite)).leaf(std::to_string(record));
}

TreeEdge edge_of(std::uint64_t size) {
  Hasher hasher = must(Hasher::of_suite(default_suite));
  TreeEdge edge;
  for (std::uint64_t i = 0; i < size; ++i) edge.append(leaf_of(i), hasher);
  return edge;
}

/// A file that was created (generation 0) and advanced so many times: to 10 records, 20, …
std::string shown_after(const TempFolder& temp, std::uint64_t advances) {
  ShownFile shown = must(ShownFile::create(temp / "shown", Epoch{3}));
  for (std::uint64_t i = 1; i <= advances; ++i)
    must(shown.advance(edge_of(10 * i), leaf_of(10 * i - 1)));
  return must(read_file(temp / "shown"));
}

void put_back(const TempFolder& temp, std::string_view bytes, std::size_t at = 0) {
  const std::string path = temp / "shown";
  must(write_at(must(open_file(path, O_RDWR)), path, bytes, static_cast<std::int64_t>(at)));
}

std::uint64_t opened_size(const TempFolder& temp) {
  const auto shown = ShownFile::open(temp / "shown");
  return shown ? shown->edge().size() : UINT64_MAX;
}

}  // namespace

TEST_CASE("what was shown last is there when the file is opened again") {
  const TempFolder temp;
  for (const std::uint64_t advances : {0u, 1u, 2u, 3u}) {
    shown_after(temp, advances);
    const ShownFile shown = must(ShownFile::open(temp / "shown"));
    CHECK(shown.epoch() == Epoch{3});
    CHECK(shown.edge() == edge_of(10 * advances));
    CHECK(shown.newest_leaf() == (advances == 0 ? Hash{} : leaf_of(10 * advances - 1)));
    std::filesystem::remove(temp / "shown");
  }
}

TEST_CASE("wherever the write of a slot is torn, what was shown before counts") {
  const TempFolder temp;
  const std::string before = shown_after(temp, 4);
  must(must(ShownFile::open(temp / "shown")).advance(edge_of(50), leaf_of(49)));
  const std::string after = must(read_file(temp / "shown"));
  // Generation 5 goes to the second slot, over generation 3.
  REQUIRE(after.substr(0, slot) == before.substr(0, slot));
  constexpr std::size_t used = 20 + 8 + 4 + 2 + 8 + 3 * 32 + 32 + 32;  // 50 has three bits set
  for (std::size_t written = 0; written <= 512; ++written) {
    put_back(temp, before);
    put_back(temp, std::string_view(after).substr(slot, written), slot);
    const std::string torn = after.substr(slot, written) + before.substr(slot + written);
    const bool whole = torn.substr(0, used) == after.substr(slot, used);
    CHECK(opened_size(temp) == (whole ? 50 : 40));
  }
}

TEST_CASE("any changed byte of the newest slot is noticed, and what was shown before counts") {
  const TempFolder temp;
  const std::string bytes = shown_after(temp, 3);  // 2 in the first slot, 3 in the second
  const std::size_t used = bytes.find_last_not_of('\0') + 1 - slot;
  for (std::size_t at = 0; at < used; ++at) {
    put_back(temp, bytes);
    put_back(temp, std::string(1, static_cast<char>(bytes[slot + at] ^ 0x20)), slot + at);
    CHECK(opened_size(temp) == 20);
  }
  put_back(temp, bytes);
  put_back(temp, "x", 2 * slot - 1);  // behind the checksum nothing counts
  CHECK(opened_size(temp) == 30);
}

TEST_CASE("where both slots are damaged, or the file is cut off, it is not opened") {
  const TempFolder temp;
  const std::string bytes = shown_after(temp, 3);
  put_back(temp, "x", 30);
  CHECK(opened_size(temp) == 30);
  put_back(temp, "x", slot + 30);
  const Error error = error_of(ShownFile::open(temp / "shown"));
  CHECK(error.code == ErrorCode::corrupt);
  CHECK_THAT(error.message, Catch::Matchers::Contains("Restore a backup"));

  put_back(temp, bytes);
  std::filesystem::resize_file(temp / "shown", 2 * slot - 1);
  CHECK(opened_size(temp) == 20);
  std::filesystem::resize_file(temp / "shown", 100);
  CHECK(error_of(ShownFile::open(temp / "shown")).code == ErrorCode::corrupt);
}

// Cause: the slot's place was not compared with its generation. The next write would have gone over
// the newest slot, and a crash then would have left only what came before.
TEST_CASE("a slot in the other one's place counts as damaged") {
  const TempFolder temp;
  const std::string bytes = shown_after(temp, 3);
  put_back(temp, bytes.substr(slot));  // generation 3 in both places
  CHECK(opened_size(temp) == 30);
  put_back(temp, bytes.substr(slot));
  put_back(temp, std::string(slot, '\0'), slot);  // and only in the wrong one
  CHECK(error_of(ShownFile::open(temp / "shown")).code == ErrorCode::corrupt);
}

// Cause: the edge in memory moved on before it was on disk.
TEST_CASE("what could not be written is not shown") {
  const TempFolder temp;
  shown_after(temp, 2);
  ShownFile shown = must(ShownFile::open(temp / "shown"));
  // The file is open: put a descriptor that cannot be written in its place.
  const FileDescriptor read_only = must(open_file(temp / "shown", O_RDONLY));
  const int fd = read_only.get() - 1;
  REQUIRE(std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", fd)) == temp / "shown");
  const FileDescriptor writable(::dup(fd));
  REQUIRE(::dup2(read_only.get(), fd) == fd);
  CHECK(error_of(shown.advance(edge_of(30), leaf_of(29))).code == ErrorCode::io);
  CHECK(shown.edge() == edge_of(20));
  REQUIRE(::dup2(writable.get(), fd) == fd);
  CHECK(shown.advance(edge_of(30), leaf_of(29)));
  CHECK(opened_size(temp) == 30);
}
