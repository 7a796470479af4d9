#include "counterfoil-verify/witness.h"

#include <algorithm>

#include "core/text.h"
#include "proof/cosignature.h"
#include "proof/tree_proof.h"
#include "proof/witness_request.h"

namespace counterfoil {
namespace {

/// The keys of the log, by the origin that its checkpoint names.
Result<std::vector<VerifierKey>> keys_of(const std::vector<VerifierKey>& logs,
                                         std::string_view signed_note) {
  CF_LET(const Note note, parse_note(signed_note));
  CF_LET(const Checkpoint checkpoint, parse_checkpoint(note.text));
  std::vector<VerifierKey> keys;
  for (const VerifierKey& key : logs)
    if (key.name() == checkpoint.origin) keys.push_back(key);
  if (!keys.empty()) return keys;
  return fail(ErrorCode::refused,
              "the log {} is unknown to this witness: name its verifier key with --log",
              quote(checkpoint.origin));
}

/// The note with the witness's line; one of its own that stood there is replaced.
Result<std::string> with_cosignature(Note note, std::uint64_t time_s, const SigningKey& key) {
  CF_LET(NoteSignature line, cosign(note.text, time_s, key));
  std::erase_if(note.signatures, [&](const NoteSignature& signature) {
    return signature.name == line.name && signature.key_id == line.key_id;
  });
  note.signatures.push_back(std::move(line));
  std::string bytes = format_note(note);
  CF_LET(const Note read, parse_note(bytes));  // with one line more it must still be a note
  CF_TRY(verify_note(read, {key.verifier()}));
  return bytes;
}

/// Refuses what does not continue the remembered log. Everybody can send a checkpoint with a wrong
/// proof; that two roots of one size are signed only the log can have done.
Result<void> check_extends(WitnessMemory& memory, const std::optional<SignedCheckpoint>& known,
                           const SignedCheckpoint& now, const WitnessRequest& request) {
  CF_LET(Hasher hasher, Hasher::of_suite(suite_of(now)));
  const Hash before = known ? known->checkpoint.root : hasher.empty_root();
  const Checkpoint& newer = now.checkpoint;
  const auto extends =
      check_consistency(request.old_size, newer.size, before, newer.root, request.proof, hasher);
  if (extends) return {};
  const std::string& origin = newer.origin;
  const bool is_fork = request.old_size == newer.size && newer.root != before;
  const bool may_contradict = known ? newer.root != before : is_fork;
  if (!may_contradict) return tl::make_unexpected(extends.error());
  CF_LET(const std::string kept, memory.keep_evidence(origin, request.checkpoint, is_fork));
  if (!known)
    return fail(ErrorCode::corrupt, "{} signed a root of no records that is none: it is in {}",
                origin, kept);
  if (is_fork)
    return fail(ErrorCode::corrupt,
                "{} signed two roots of {} records: it shows two histories, and nothing was "
                "cosigned. The evidence is {} and {}: keep both, and show them to others",
                origin, newer.size, memory.path_of(origin), kept);
  return fail(extends.error().code,
              "{}. Nothing was cosigned. Where {} cannot prove that its {} records (signed in {}) "
              "begin with the {} in {}, it shows two histories, and these two are the evidence: "
              "ask it for that proof",
              extends.error().message, origin, newer.size, kept, request.old_size,
              memory.path_of(origin));
}

}  // namespace

Result<Cosigned> answer_request(const Witness& witness, WitnessMemory& memory,
                                std::string_view text, std::uint64_t time_s) {
  CF_LET(const WitnessRequest request, parse_witness_request(text));
  CF_LET(const auto keys, keys_of(witness.logs, request.checkpoint));
  CF_LET(const SignedCheckpoint now, open_checkpoint(request.checkpoint, keys));
  const Checkpoint& newer = now.checkpoint;
  if (request.old_size > newer.size)
    return fail(ErrorCode::invalid, "the request starts at {} records, and its checkpoint is of {}",
                request.old_size, newer.size);
  CF_LET(const auto known, memory.recall(newer.origin, keys));
  const std::uint64_t before = known ? known->checkpoint.size : 0;
  if (request.old_size != before)
    return fail(ErrorCode::conflict,
                "this witness remembers {} records of {}, and the request starts at {}: send one "
                "with `old {}`",
                before, newer.origin, request.old_size, before);
  CF_TRY(check_extends(memory, known, now, request));
  CF_LET(std::string cosigned, with_cosignature(now.note, time_s, witness.key));
  CF_TRY(memory.remember(newer.origin, request.checkpoint));
  return Cosigned{std::move(cosigned), newer, before};
}

}  // namespace counterfoil
