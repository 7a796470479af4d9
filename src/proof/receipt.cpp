#include "proof/receipt.h"

#include "codec/binary_text.h"
#include "codec/canonical.h"
#include "codec/subjects.h"
#include "core/limits.h"
#include "proof/count_text.h"
#include "proof/text_line.h"
#include "proof/tree_proof.h"

namespace counterfoil {
namespace {

constexpr std::string_view first_line = "c2sp.org/tlog-proof@v1";
constexpr std::string_view extra_start = "extra ";
constexpr std::string_view index_start = "index ";

template <typename... Args>
tl::unexpected<Error> no_receipt(fmt::format_string<Args...> why, Args&&... args) {
  return fail(ErrorCode::invalid, "this is no receipt (C2SP tlog-proof with the record): {}",
              fmt::format(why, std::forward<Args>(args)...));
}

}  // namespace

std::string format_receipt(const Receipt& receipt) {
  std::string text = fmt::format("{}\n{}{}\n{}{}\n", first_line, extra_start,
                                 to_base64(receipt.record), index_start, receipt.index);
  for (const Hash& hash : receipt.proof) text += to_base64(bytes_of(hash)) + "\n";
  return text + "\n" + receipt.checkpoint;
}

Result<Receipt> parse_receipt(std::string_view text) {
  if (text.size() > limits::receipt_bytes)
    return fail(ErrorCode::limit, "the receipt is {} bytes long; the limit is {}", text.size(),
                limits::receipt_bytes);
  Receipt receipt;
  if (take_line(text) != first_line) return no_receipt("its first line is not {}", first_line);
  std::string_view extra = take_line(text);
  if (!extra.starts_with(extra_start)) return no_receipt("its second line is not the record");
  extra.remove_prefix(extra_start.size());
  const auto record = from_base64(extra);
  if (!record || record->empty()) return no_receipt("its record is not in base64");
  receipt.record = *record;
  std::string_view index = take_line(text);
  if (!index.starts_with(index_start)) return no_receipt("its third line is not the index");
  index.remove_prefix(index_start.size());
  CF_LET(receipt.index, parse_count(index));
  for (;;) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    if (receipt.proof.size() == limits::proof_hashes)
      return fail(ErrorCode::limit, "the receipt's proof has more than {} hashes",
                  limits::proof_hashes);
    CF_LET(const Hash hash, parse_hash(line));
    receipt.proof.push_back(hash);
  }
  CF_LET(const Note note, parse_note(text));
  CF_TRY(parse_checkpoint(note.text));
  receipt.checkpoint = text;
  return receipt;
}

Result<SignedCheckpoint> check_receipt(const Receipt& receipt,
                                       const std::vector<VerifierKey>& keys) {
  CF_LET(SignedCheckpoint signed_by_log, open_checkpoint(receipt.checkpoint, keys));
  CF_TRY(check_receipt_in(receipt, signed_by_log));
  return signed_by_log;
}

Result<void> check_receipt_in(const Receipt& receipt, const SignedCheckpoint& signed_by_log) {
  CF_TRY(check_canonical(receipt.record));
  RecordBuffer buffer;
  CF_LET(const auto record, buffer.load(receipt.record));
  if (record.getSequence() != receipt.index)
    return fail(ErrorCode::corrupt, "the receipt is for record {}, but holds record {}",
                receipt.index, record.getSequence());
  CF_TRY(check_filing(record));
  CF_LET(Hasher hasher, Hasher::of_suite(suite_of(signed_by_log)));
  return check_inclusion(receipt.index, signed_by_log.checkpoint.size, hasher.leaf(receipt.record),
                         receipt.proof, signed_by_log.checkpoint.root, hasher);
}

}  // namespace counterfoil
