#include "storage/consumer_store.h"

#include "codec/binary_text.h"
#include "support/catch.h"
#include "support/golden.h"
#include "support/must.h"
#include "support/temp_folder.h"

using namespace counterfoil;

namespace {

const StoredConsumer full{Instant{1'709'251'200'000'001},
                          Epoch{2},
                          Sequence{17},
                          4,
                          "officer-1",
                          {"budgetAdjusted", "paymentRecorded"},
                          {"line/2024", "project/P1"},
                          {"101"},
                          {2023, 2024}};
const StoredParked parked{Instant{-1}, 3, 2, true, "没有这个账户"};

ConsumerStore::Changes story() {
  ConsumerStore::Changes changes;
  changes.put("fin", full);
  changes.put("plain", StoredConsumer{});
  changes.put("fin", 0, StoredCursor{Sequence{1}, 1});
  changes.put("fin", 3, StoredCursor{Sequence{0x0102030405060708}, 9});
  changes.put("fin", Sequence{258}, parked);
  return changes;
}

}  // namespace

TEST_CASE("what was written of consumers is there when the store is opened again") {
  const TempFolder temp;
  const LedgerFolder folder = must(LedgerFolder::create(temp / "ledger"));
  CHECK_FALSE(must(ConsumerStore::exists(folder)));
  {
    ConsumerStore store = must(ConsumerStore::open(folder));
    must(store.write(story()));
  }
  CHECK(must(ConsumerStore::exists(folder)));
  ConsumerStore store = must(ConsumerStore::open(folder));
  ConsumerStore::Contents contents = must(store.load());
  CHECK(contents.consumers.size() == 2);
  CHECK(contents.consumers["fin"] == full);
  CHECK(contents.cursors.size() == 2);
  CHECK(contents.cursors[{"fin", 3}] == StoredCursor{Sequence{0x0102030405060708}, 9});
  CHECK(contents.parked.size() == 1);
  CHECK(contents.parked[{"fin", 258}] == parked);

  ConsumerStore::Changes changes;
  changes.put("fin", 0, StoredCursor{Sequence{5}, 1});
  changes.put("fin", 0, StoredCursor{Sequence{7}, 1});  // the last one counts
  changes.erase("fin", 3u);
  changes.erase("fin", Sequence{258});
  changes.erase("plain");
  must(store.write(changes));
  contents = must(store.load());
  CHECK(contents.consumers.size() == 1);
  CHECK(contents.cursors[{"fin", 0}].next == Sequence{7});
  CHECK(contents.cursors.size() == 1);
  CHECK(contents.parked.empty());
}

TEST_CASE("a damaged entry of a consumer is an error that says what to do, and no other cursor") {
  const TempFolder temp;
  const LedgerFolder folder = must(LedgerFolder::create(temp / "ledger"));
  const std::pair<const char*, std::string> damages[] = {
      {"consumers", "fin"}, {"cursors", std::string("fin\0\0\0\0\0", 8)}, {"cursors", "fin"}};
  for (const auto& [family, key] : damages) {
    std::filesystem::remove_all(folder.consumers());
    must(must(ConsumerStore::open(folder)).write(story()));
    {
      Rocks rocks = must(Rocks::open(folder.consumers(), {}, {}));
      Rocks::Batch batch;
      batch.put(*rocks.family(family), key, "short");
      must(rocks.write(batch, Rocks::Durability::synced));
    }
    const Error error = error_of(must(ConsumerStore::open(folder)).load());
    CHECK(error.code == ErrorCode::corrupt);
    CHECK(error.message.find("create the consumers again") != std::string::npos);
  }
}

TEST_CASE("the entries of consumers, byte for byte") {
  const TempFolder temp;
  const LedgerFolder folder = must(LedgerFolder::create(temp / "ledger"));
  must(must(ConsumerStore::open(folder)).write(story()));
  const Rocks rocks = must(Rocks::open(folder.consumers(), {}, {}));
  std::string text;
  for (const std::string family : {"consumers", "cursors", "parked"}) {
    auto cursor = rocks.walk(*rocks.family(family));
    for (cursor.seek({}); cursor.valid(); cursor.next())
      text += fmt::format("{} {}\n  {}\n", family, to_hex(cursor.key()), to_hex(cursor.value()));
  }
  kit::compare_golden("consumers.hex", text);
}
