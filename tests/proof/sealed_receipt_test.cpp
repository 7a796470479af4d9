#include "proof/sealed_receipt.h"

#include "sealed_kit.h"
#include "support/catch.h"
#include "support/golden.h"

using namespace counterfoil;

namespace {

const std::string line_a = "line/2024/A/general/net/-";
const std::string line_b = "line/2024/B/general/net/-";
const std::string line_c = "line/2024/C/general/net/-";

/// project/A has the records 1, 2, 4; project/C 3 and 5; nothing is about project/B.
SealedKit sealed_log(LogKit log,
                     const std::function<void(schema::LedgerSealed::Builder)>& change = {}) {
  SealedKit kit(std::move(log));
  kit.log.append({"ledger"});
  kit.log.append({"project/A", "unit/U"});
  kit.log.append({"project/A"});
  kit.log.append({"project/C", "unit/U"});
  kit.log.append({"project/A", "unit/U"});
  kit.log.append({"project/C"});
  kit.seal({{line_a, 123'456}, {line_b, -5}, {line_c, 0}}, change);
  kit.log.append({"unit/U"});
  return kit;
}

Error refusal(SealedKit& kit, const std::string& text) {
  return error_of(audit_sealed(text, kit.log.keys()));
}

void refuses_every_change(SealedKit& kit, const std::string& text) {
  must(audit_sealed(text, kit.log.keys()));
  for_each_change(text, [&](std::size_t at, const std::string& changed) {
    if (audit_sealed(changed, kit.log.keys()))
      FAIL_CHECK("byte " << at << " may be " << changed[at]);
  });
  for (std::size_t length = 0; length < text.size(); ++length)
    if (audit_sealed(text.substr(0, length), kit.log.keys()))
      FAIL_CHECK("may end behind byte " << length);
}

}  // namespace

TEST_CASE("a receipt says what a line amounts to, and every changed byte is found") {
  SealedKit kit = sealed_log(LogKit(GENERATE(default_suite, national_suite)));
  const std::vector<std::string> lines = {line_a, line_b, line_c};
  for (std::uint64_t i = 0; i < lines.size(); ++i) {
    const CheckedSealed checked = must(audit_sealed(kit.budget(i, lines[i]), kit.log.keys()));
    CHECK(checked.claim == SealedClaim::budget);
    CHECK(checked.about == lines[i]);
    CHECK(checked.entry == kit.rows[i]);
    CHECK(checked.checkpoint.checkpoint.size == 8);
    CHECK(checked.seal.index == 6);
  }
  refuses_every_change(kit, kit.budget(0, line_a));
}

TEST_CASE("a receipt of a budget that is one fen off is refused") {
  SealedKit kit = sealed_log(LogKit(GENERATE(default_suite, national_suite)));
  for (const std::int64_t current : {123'455, 123'457}) {
    kit.rows[0] = SealedKit::row_entry(line_a, current);
    CHECK(refusal(kit, kit.budget(0, line_a)).code == ErrorCode::corrupt);
  }
  kit.rows[0] = SealedKit::row_entry(line_a, 123'456);
  must(audit_sealed(kit.budget(0, line_a), kit.log.keys()));
  CHECK(refusal(kit, kit.budget(0, line_b)).message == "the entry is not that of " + line_b);
}

TEST_CASE("an entry proves a budget only as the row of its own line") {
  // A log that lies: its tree holds, under a line's key, the row of another one or no row.
  SealedKit kit(LogKit{default_suite});
  kit.log.append({"ledger"});
  std::string other;
  put_sealed(other, line_key(must(parse_line(line_a))),
             SealedKit::row_entry(line_b, 7).substr(4 + line_key(must(parse_line(line_b))).size()));
  std::string none;
  put_sealed(none, line_key(must(parse_line(line_a))), std::string(8, '\xff'));
  std::string longer = SealedKit::row_entry(line_a, 7) + std::string(8, '\0');
  for (const std::string& entry : {other, none, longer}) {
    kit.seal({}, [&](schema::LedgerSealed::Builder seal) {
      kit.rows = {entry};
      seal.getProjections()[0].setEntries(1);
      seal.getProjections()[0].setRoot(data_of(bytes_of(kit.root_of(kit.rows))));
    });
    CHECK(refusal(kit, kit.budget(0, line_a)).code == ErrorCode::corrupt);
  }
}

TEST_CASE("a receipt holds all records of a subject, and every changed byte is found") {
  SealedKit kit = sealed_log(LogKit(GENERATE(default_suite, national_suite)));
  for (const std::string subject : {"project/A", "project/C"}) {
    const CheckedSealed checked = must(audit_sealed(kit.complete(subject), kit.log.keys()));
    CHECK(checked.claim == SealedClaim::complete);
    CHECK(checked.about == subject);
    CHECK(checked.records == kit.log.histories[subject].size());
    CHECK(checked.seal.index == 6);
  }
  refuses_every_change(kit, kit.complete("project/C"));
}

TEST_CASE("a receipt of a history without its last event, or with a later one, is refused") {
  SealedKit kit = sealed_log(LogKit(GENERATE(default_suite, national_suite)));
  must(audit_sealed(kit.complete("project/A", {1, 2, 4}), kit.log.keys()));
  CHECK(refusal(kit, kit.complete("project/A", {1, 2})).message ==
        "the seal says that project/A has 3 records until record 5, the newest of them record 4; "
        "the receipt holds 2, the newest of them record 2");
  CHECK_FALSE(audit_sealed(kit.complete("project/A", {1, 4}), kit.log.keys()));
  // Record 7 came behind the seal.
  must(audit_sealed(kit.complete("unit/U", {1, 3, 4}), kit.log.keys()));
  CHECK(refusal(kit, kit.complete("unit/U", {1, 3, 4, 7})).code == ErrorCode::corrupt);
}

TEST_CASE("a receipt shows where an absent subject would stand, and every changed byte is found") {
  SealedKit kit = sealed_log(LogKit(GENERATE(default_suite, national_suite)));
  // Sorted: ledger, unit/U, project/A, project/C.
  REQUIRE(kit.subjects.size() == 4);
  for (const auto& [subject, beside] :
       std::vector<std::pair<std::string, std::vector<std::uint64_t>>>{
           {"fund/2", {0}}, {"unit/X", {1, 2}}, {"project/B", {2, 3}}, {"project/D", {3}}}) {
    const CheckedSealed checked = must(audit_sealed(kit.absent(subject, beside), kit.log.keys()));
    CHECK(checked.claim == SealedClaim::absent);
    CHECK(checked.about == subject);
  }
  refuses_every_change(kit, kit.absent("project/B", {2, 3}));
  refuses_every_change(kit, kit.absent("project/D", {3}));
}

TEST_CASE("a subject is absent only where entries beside each other leave no place for it") {
  SealedKit kit = sealed_log(LogKit(GENERATE(default_suite, national_suite)));
  CHECK(refusal(kit, kit.absent("project/B", {1, 3})).message ==
        "entries 1 and 3 do not stand beside each other");
  CHECK(refusal(kit, kit.absent("project/A", {1, 3})).code == ErrorCode::corrupt);
  CHECK(refusal(kit, kit.absent("project/A", {1, 2})).code == ErrorCode::corrupt);
  CHECK(refusal(kit, kit.absent("project/A", {2, 3})).code == ErrorCode::corrupt);
  CHECK(refusal(kit, kit.absent("project/A", {3, 2})).code == ErrorCode::corrupt);
  CHECK(refusal(kit, kit.absent("project/A", {3})).code == ErrorCode::corrupt);
  CHECK(refusal(kit, kit.absent("project/A", {0})).code == ErrorCode::corrupt);
  CHECK(refusal(kit, kit.absent("project/B", {2})).code == ErrorCode::corrupt);
  CHECK(refusal(kit, kit.absent("project/C", {3})).code == ErrorCode::corrupt);
  CHECK(refusal(kit, kit.absent("ledger", {0})).code == ErrorCode::corrupt);
  CHECK(refusal(kit, kit.absent("project/B", {})).message == "the receipt holds no entry");
  // The right entries at another place.
  SealedReceipt moved = kit.receipt(SealedClaim::absent, "project/B",
                                    {kit.entry(kit.subjects, 1), kit.entry(kit.subjects, 3)});
  moved.entries[0].index = 2;
  CHECK(refusal(kit, format_sealed_head(moved) + kit.log.checkpoint(8)).code == ErrorCode::corrupt);
}

TEST_CASE("a receipt needs a seal of that projection, and what it covers before it") {
  const auto refused = [](const std::function<void(schema::LedgerSealed::Builder)>& change) {
    SealedKit kit = sealed_log(LogKit(default_suite), change);
    return refusal(kit, kit.budget(0, line_a));
  };
  CHECK(refused([](auto seal) { seal.getProjections()[0].setVersion(2); }).message ==
        "the seal is of budgets in version 2, and this program reads version 1");
  CHECK_THAT(refused([](auto seal) { seal.getProjections()[0].setName("units"); }).message,
             Catch::Matchers::Contains("the seal says nothing of budgets"));
  CHECK(refused([](auto seal) { seal.getProjections()[0].setRoot({}); }).message ==
        "the seal's root of budgets has 0 bytes, not 32");
  CHECK(refused([](auto seal) { seal.getProjections()[0].setEntries(9); }).code ==
        ErrorCode::corrupt);
  CHECK(refused([](auto seal) { seal.setSize(7); }).message ==
        "seal 6 is of 7 records, which were not there before it");
  SealedKit kit = sealed_log(LogKit(default_suite));
  kit.sequence = 5;
  CHECK(refusal(kit, kit.budget(0, line_a)).message == "record 5 is no seal");
}

TEST_CASE("a receipt holds under its log's key only") {
  SealedKit kit = sealed_log(LogKit(default_suite));
  const std::string text = kit.budget(0, line_a);
  CHECK_FALSE(audit_sealed(text, {}));
  CHECK_FALSE(audit_sealed(text, LogKit(default_suite).keys()));
  CHECK_FALSE(audit_sealed(text, LogKit(national_suite).keys()));
}

TEST_CASE("receipts out of a seal have the bytes that are pinned in tests/golden") {
  SealedKit kit = sealed_log(LogKit(pinned_key()));
  kit::compare_golden("sealed-budget.txt", kit.budget(0, line_a));
  kit::compare_golden("sealed-complete.txt", kit.complete("project/C"));
  kit::compare_golden("sealed-absent.txt", kit.absent("project/B", {2, 3}));
}
