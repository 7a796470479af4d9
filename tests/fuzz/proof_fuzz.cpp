// Arbitrary bytes from somebody who wants to be believed: they are read, in the one spelling that
// they have, or refused with a message that is text; and nothing that was changed is proved. The
// first byte chooses what they claim to be.

#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "core/text.h"
#include "proof/bundle.h"
#include "proof/receipt.h"
#include "proof/rotation.h"
#include "proof/sealed_receipt.h"
#include "proof/tile.h"
#include "proof/tree.h"
#include "proof/witness_request.h"

using namespace counterfoil;

namespace {

/// The key that signed the corpus.
const VerifierKey& trusted() {
  static const VerifierKey key = [] {
    auto parsed = VerifierKey::parse(COUNTERFOIL_FUZZ_KEY);
    COUNTERFOIL_ASSERT(parsed.has_value());
    return std::move(*parsed);
  }();
  return key;
}

void expect_clean(const Error& error) {
  COUNTERFOIL_ASSERT(is_text(error.message));
}

/// What is accepted is written again as it came.
template <typename Parse, typename Format>
void one_spelling(std::string_view bytes, Parse parse, Format format) {
  const auto parsed = parse(bytes);
  if (!parsed) return expect_clean(parsed.error());
  COUNTERFOIL_ASSERT(format(*parsed) == bytes);
}

void note(std::string_view bytes) {
  one_spelling(bytes, parse_note, format_note);
  if (const auto opened = open_checkpoint(bytes, {trusted()}); !opened)
    expect_clean(opened.error());
}

void receipt(std::string_view bytes) {
  one_spelling(bytes, parse_receipt, format_receipt);
  if (const auto parsed = parse_receipt(bytes))
    if (const auto checked = check_receipt(*parsed, {trusted()}); !checked)
      expect_clean(checked.error());
}

void bundle(std::string_view bytes) {
  std::istringstream in{std::string(bytes)};
  const auto checked = check_bundle(
      in, {trusted()}, [](std::uint64_t, std::string_view) { return Result<void>(); },
      [](std::uint64_t, std::uint64_t) {});
  if (!checked) expect_clean(checked.error());
}

/// Receipts out of a seal and what they hold; in the corpus those of tests/golden.
void sealed(std::string_view bytes) {
  static const VerifierKey pinned = [] {
    auto parsed = VerifierKey::parse(COUNTERFOIL_FUZZ_GOLDEN_KEY);
    COUNTERFOIL_ASSERT(parsed.has_value());
    return std::move(*parsed);
  }();
  std::istringstream in{std::string(bytes)};
  const auto checked = check_sealed_receipt(
      in, {pinned}, [](std::uint64_t, std::string_view) { return Result<void>(); },
      [](std::uint64_t, std::uint64_t) {});
  if (!checked) expect_clean(checked.error());
  one_spelling(bytes, decode_sealed_subject, encode_sealed);
  const auto row = read_budget_entry(bytes, "line/2024/A/general/net/-", [](auto) {});
  if (!row) expect_clean(row.error());
}

void rotation(std::string_view bytes) {
  one_spelling(bytes, parse_rotation_message, [](const RotationText& text) {
    return rotation_message(text.origin, text.epoch, text.size, text.old_key, text.new_key);
  });
}

void key(std::string_view bytes) {
  one_spelling(bytes, VerifierKey::parse, [](const VerifierKey& parsed) { return parsed.text(); });
}

void edge(std::string_view bytes) {
  one_spelling(bytes, TreeEdge::decode, [](const TreeEdge& parsed) { return parsed.encode(); });
}

void entries(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::uint64_t width = static_cast<unsigned char>(bytes.front());
  const auto split = split_entries(bytes.substr(1), width);
  if (!split) return expect_clean(split.error());
  std::string again;
  for (const std::string_view entry : *split) append_entry(again, entry);
  COUNTERFOIL_ASSERT(split->size() == width && again == bytes.substr(1));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'n':
      note(bytes);
      break;
    case 'r':
      receipt(bytes);
      break;
    case 'b':
      bundle(bytes);
      break;
    case 's':
      sealed(bytes);
      break;
    case 'w':
      one_spelling(bytes, parse_witness_request, format_witness_request);
      break;
    case 'k':
      rotation(bytes);
      break;
    case 'v':
      key(bytes);
      break;
    case 'e':
      edge(bytes);
      break;
    case 't':
      entries(bytes);
      break;
    default:
      break;
  }
  return 0;
}
