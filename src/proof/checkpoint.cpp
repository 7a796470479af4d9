#include "proof/checkpoint.h"

#include <algorithm>

#include "codec/binary_text.h"
#include "core/text.h"
#include "proof/count_text.h"
#include "proof/text_line.h"

namespace counterfoil {
namespace {

template <typename... Args>
tl::unexpected<Error> no_checkpoint(fmt::format_string<Args...> why, Args&&... args) {
  return fail(ErrorCode::invalid, "this is no checkpoint (C2SP tlog-checkpoint): {}",
              fmt::format(why, std::forward<Args>(args)...));
}

/// The first key that signed it as its log.
auto signer_of(const SignedCheckpoint& opened) {
  return std::ranges::find_if(opened.signers, [&](const VerifierKey& key) {
    return !is_cosignature(key.type()) && key.name() == opened.checkpoint.origin;
  });
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
  const auto root = parse_hash(take_line(text));
  if (!root)
    return no_checkpoint("its third line is not a root of {} bytes in base64", sizeof(Hash));
  checkpoint.root = *root;
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
  if (signer_of(opened) == opened.signers.end())
    return fail(ErrorCode::refused,
                "the checkpoint of {} is signed by none of the keys that are trusted for that log",
                quote(opened.checkpoint.origin));
  return opened;
}

std::string_view suite_of(const SignedCheckpoint& checkpoint) {
  const auto signer = signer_of(checkpoint);
  COUNTERFOIL_ASSERT(signer != checkpoint.signers.end());
  return suite_of(signer->type());
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
