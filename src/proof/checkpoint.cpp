#include "proof/checkpoint.h"

#include <algorithm>

#include "codec/binary_text.h"
#include "core/text.h"
#include "proof/count_text.h"

namespace counterfoil {
namespace {

template <typename... Args>
tl::unexpected<Error> no_checkpoint(fmt::format_string<Args...> why, Args&&... args) {
  return fail(ErrorCode::invalid, "this is no checkpoint (C2SP tlog-checkpoint): {}",
              fmt::format(why, std::forward<Args>(args)...));
}

/// Takes the first line off; its line feed must be there.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

std::string format_checkpoint(const Checkpoint& checkpoint) {
  return fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.size,
                     to_base64(bytes_of(checkpoint.root)));
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  if (!text.ends_with('\n')) return no_checkpoint("its last line is cut off");
  Checkpoint checkpoint;
  checkpoint.origin = take_line(text);
  if (checkpoint.origin.empty()) return no_checkpoint("it does not name its log");
  const std::string_view size = take_line(text);
  CF_LET(checkpoint.size, parse_count(size));
  const auto root = from_base64(take_line(text));
  if (!root || root->size() != checkpoint.root.size())
    return no_checkpoint("its third line is not a root of {} bytes in base64",
                         checkpoint.root.size());
  std::ranges::copy(*root, checkpoint.root.begin());
  while (!text.empty())
    if (take_line(text).empty()) return no_checkpoint("an extension line is empty");
  return checkpoint;
}

Result<SignedCheckpoint> open_checkpoint(std::string_view bytes,
                                         const std::vector<VerifierKey>& keys) {
  SignedCheckpoint opened;
  CF_LET(opened.note, parse_note(bytes));
  CF_LET(opened.checkpoint, parse_checkpoint(opened.note.text));
  CF_LET(opened.signers, verify_note(opened.note, keys));
  const bool by_its_log = std::ranges::any_of(opened.signers, [&](const VerifierKey& key) {
    return !is_cosignature(key.type()) && key.name() == opened.checkpoint.origin;
  });
  if (!by_its_log)
    return fail(ErrorCode::refused,
                "the checkpoint of {} is signed by none of the keys that are trusted for that log",
                quote(opened.checkpoint.origin));
  return opened;
}

Result<std::string> sign_checkpoint(const Checkpoint& checkpoint,
                                    const std::vector<const Signer*>& signers) {
  Note note{format_checkpoint(checkpoint), {}};
  for (const Signer* signer : signers) {
    CF_LET(NoteSignature signature, sign_note(note.text, *signer));
    note.signatures.push_back(std::move(signature));
  }
  return format_note(note);
}

}  // namespace counterfoil
