#include "proof/receipt.h"

#include "log_kit.h"
#include "proof/tree_proof.h"
#include "support/catch.h"

using namespace counterfoil;

namespace {

Receipt receipt_of(LogKit& log, std::uint64_t index, std::uint64_t size) {
  MemoryHashes reader(log.leaves, log.hasher);
  return {log.records[index], index, must(prove_inclusion(index, size, reader, log.hasher)),
          log.checkpoint(size)};
}

/// Reads and checks a file as an auditor would.
Result<SignedCheckpoint> audit(std::string_view text, const std::vector<VerifierKey>& keys) {
  CF_LET(const Receipt receipt, parse_receipt(text));
  return check_receipt(receipt, keys);
}

LogKit log_of(std::string_view suite, std::uint64_t size) {
  LogKit log(suite);
  while (log.records.size() < size) log.append({"period/2024"});
  return log;
}

}  // namespace

TEST_CASE("a receipt is read as it was written, and checked, for every record of every size") {
  LogKit log = log_of(GENERATE(default_suite, national_suite), 20);
  for (std::uint64_t size = 1; size <= log.records.size(); ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      const Receipt receipt = receipt_of(log, index, size);
      const std::string text = format_receipt(receipt);
      const Receipt read = must(parse_receipt(text));
      CHECK(read.record == receipt.record);
      CHECK(read.index == receipt.index);
      CHECK(read.proof == receipt.proof);
      CHECK(read.checkpoint == receipt.checkpoint);
      CHECK(format_receipt(read) == text);
      const SignedCheckpoint checked = must(check_receipt(read, log.keys()));
      CHECK(checked.checkpoint.size == size);
      CHECK(checked.checkpoint.root == log.root(size));
    }
  }
}

TEST_CASE("a receipt with any byte changed is refused") {
  LogKit log = log_of(GENERATE(default_suite, national_suite), 11);
  const std::string text = format_receipt(receipt_of(log, 6, 11));
  must(audit(text, log.keys()));
  for_each_change(text, [&](std::size_t at, const std::string& changed) {
    if (audit(changed, log.keys())) FAIL_CHECK("byte " << at << " may be " << changed[at]);
  });
}

TEST_CASE("a receipt cut anywhere or with a byte more anywhere is refused") {
  LogKit log = log_of(GENERATE(default_suite, national_suite), 11);
  const std::string text = format_receipt(receipt_of(log, 6, 11));
  for (std::size_t length = 0; length < text.size(); ++length) {
    CHECK_FALSE(parse_receipt(std::string_view(text).substr(0, length)));
    for (const char more : {'\n', '\r', ' ', '0', 'A'}) {
      std::string longer = text;
      longer.insert(length, 1, more);
      if (audit(longer, log.keys())) FAIL_CHECK("before byte " << length << ": " << more);
    }
    std::string shorter = text;
    shorter.erase(length, 1);
    if (audit(shorter, log.keys())) FAIL_CHECK("without byte " << length);
  }
  for (const char more : {'\n', '\r', ' ', 'A', '\0'}) CHECK_FALSE(parse_receipt(text + more));
  CHECK_FALSE(parse_receipt(text + text));
}

TEST_CASE("signatures of others may stand in a receipt, and may be anything") {
  LogKit log = log_of(default_suite, 5);
  Receipt receipt = receipt_of(log, 2, 5);
  const SigningKey other = must(SigningKey::generate(national_suite, "example.org/other"));
  const Note note = must(parse_note(receipt.checkpoint));
  receipt.checkpoint += format_signature(must(sign_note(note.text, other)));
  const std::string text = format_receipt(receipt);
  CHECK(must(audit(text, log.keys())).signers == log.keys());
  std::string changed = text;
  changed[changed.size() - 20] = changed[changed.size() - 20] == 'A' ? 'B' : 'A';
  CHECK(must(audit(changed, log.keys())).signers == log.keys());
  CHECK_FALSE(audit(changed, {log.key.verifier(), other.verifier()}));
}

TEST_CASE("a receipt proves its record at its index under its log's key, and nothing else") {
  LogKit log = log_of(GENERATE(default_suite, national_suite), 11);
  const Receipt receipt = receipt_of(log, 6, 11);
  const auto refusal = [&](const Receipt& changed) {
    return error_of(check_receipt(changed, log.keys()));
  };
  Receipt changed = receipt;
  changed.index = 7;
  CHECK(refusal(changed).message == "the receipt is for record 7, but holds record 6");
  changed = receipt;
  changed.record = log.records[7];
  changed.index = 7;
  CHECK(refusal(changed).code == ErrorCode::corrupt);
  changed = receipt;
  changed.checkpoint = log.checkpoint(6);
  CHECK(refusal(changed).message == "there is no record 6 in a tree of 6 records");
  changed = receipt;
  changed.checkpoint = log.checkpoint(7);
  CHECK(refusal(changed).code == ErrorCode::invalid);  // a shorter proof
  changed = receipt;
  changed.proof.pop_back();
  CHECK(refusal(changed).code == ErrorCode::invalid);
  changed = receipt;
  changed.proof.push_back(changed.proof.back());
  CHECK(refusal(changed).code == ErrorCode::invalid);
  changed = receipt;
  std::swap(changed.proof[0], changed.proof[1]);
  CHECK(refusal(changed).code == ErrorCode::corrupt);
  changed = receipt;
  changed.record += std::string(8, '\0');  // reads as the same record
  CHECK(refusal(changed).code == ErrorCode::corrupt);
  CHECK_FALSE(check_receipt(receipt, {}));
  CHECK_FALSE(check_receipt(receipt, LogKit(default_suite).keys()));
  CHECK_FALSE(check_receipt(receipt, LogKit(national_suite).keys()));
}

TEST_CASE("a record that is not in canonical form has no receipt") {
  // The log's key alone does not make a record of any bytes.
  LogKit log = log_of(default_suite, 3);
  log.records[1] += std::string(8, '\0');
  log.leaves[1] = log.hasher.leaf(log.records[1]);
  CHECK(error_of(check_receipt(receipt_of(log, 1, 3), log.keys())).message ==
        "record 1 is not in canonical form");
}

TEST_CASE("a record has a receipt only under the subjects of its fact") {
  LogKit log = log_of(default_suite, 2);
  const auto refusal = [&](const std::vector<std::string>& filed) {
    log.append(filed, [](schema::Fact::Builder fact) {
      auto project = fact.initProjectProposed();
      project.setProject("P");
      project.setUnit("U");
    });
    const std::uint64_t size = log.records.size();
    const Error error = error_of(check_receipt(receipt_of(log, size - 1, size), log.keys()));
    CHECK(error.code == ErrorCode::corrupt);
    return error.message;
  };
  CHECK(refusal({"project/P", "unit/V"}) ==
        "record 2 is filed under \"unit/V\", but its fact is about \"unit/U\"");
  CHECK(refusal({"unit/U"}) ==
        "record 3 is not filed under \"project/P\", which its fact is about");
  CHECK(refusal({"project/P", "unit/U", "unit/V"}) ==
        "record 4 is filed under \"unit/V\", which its fact is not about");
  CHECK(refusal({"unit/U", "project/P"}) ==
        "record 5 is filed under \"project/P\" behind \"unit/U\": out of order");
  CHECK(refusal({"project/P", "unit/U", "unit/U"}) == "record 6 is filed under \"unit/U\" twice");
  log.append({"unit/U"}, make_unknown);
  must(check_receipt(receipt_of(log, 7, 8), log.keys()));
}

TEST_CASE("the leaf is hashed as the key's suite does") {
  // A log that signs with one suite's key over another one's tree.
  LogKit log = log_of(default_suite, 3);
  const SigningKey other = must(SigningKey::generate(national_suite, "example.org/log"));
  Receipt receipt = receipt_of(log, 1, 3);
  receipt.checkpoint = must(sign_checkpoint({"example.org/log", 3, log.root(3)}, {&other}));
  CHECK(error_of(check_receipt(receipt, {other.verifier()})).code == ErrorCode::corrupt);
}

TEST_CASE("a receipt has limits") {
  LogKit log = log_of(default_suite, 3);
  Receipt receipt = receipt_of(log, 1, 3);
  receipt.proof.assign(63, Hash{});
  must(parse_receipt(format_receipt(receipt)));
  receipt.proof.assign(64, Hash{});
  CHECK(error_of(parse_receipt(format_receipt(receipt))).code == ErrorCode::limit);
  CHECK(error_of(parse_receipt(std::string(1 << 20, 'x'))).code == ErrorCode::limit);
}

TEST_CASE("a receipt has the bytes of C2SP tlog-proof") {
  LogKit log(pinned_key());
  for (int i = 0; i < 3; ++i)
    log.append({"period/2024"},
               [](schema::Fact::Builder fact) { fact.initPeriodClosed().setFiscalYear(2024); });
  CHECK(
      format_receipt(receipt_of(log, 2, 3)) ==
      "c2sp.org/tlog-proof@v1\n"
      "extra "
      "AAAAAAMADQABAAAAAAAAAAAAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "AAAAAAAABQAAAB8AAAAYAAAAAQABAAQAAAACAAEAAgAAAAAAAAABAAAAAAAAAAEAAABiAAAAcGVy"
      "aW9kLzIwMjQAAAAAABcAAAAAAAAAAAAAAAEAAADoBwAAAAAAAA==\n"
      "index 2\n"
      "rHhAfagdJflijkMxaPsXYIeWIAn1R+8WxjVGe6fVHGM=\n"
      "\n"
      "example.org/log\n"
      "3\n"
      "DKXPhulYqrPW0LoWaw0kAZHWiYBP5KGwqN9+u4oRlz8=\n"
      "\n"
      "— example.org/log "
      "HGa56lnF/cu5FvJlP7I+FRKgWn3Fxkd20h3vttV/uh4RWVYNFJBj+2PuRPvGivE76rGQVWI8P5vUc2hMgnzvNIdi4w0="
      "\n");
}
