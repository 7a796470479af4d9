#include "service/notary.h"

#include "proof/tree_proof.h"
#include "storage/journal_tree.h"

namespace counterfoil {

/// The tree of today must begin with the one that was signed last: whatever happened to the files,
/// this log does not sign a second history.
Result<void> Notary::check_begins_with(const Checkpoint& signed_last, JournalTree& tree,
                                       Hasher& hasher) const {
  if (signed_last.size <= tree.size()) {
    CF_LET(const Hash root, tree_root(signed_last.size, tree, hasher));
    if (root == signed_last.root) return {};
  }
  return fail(ErrorCode::corrupt,
              "the checkpoint of {} records that was signed last is not one of this journal's "
              "tree: nothing is signed. Run `counterfoil verify`, and restore a backup",
              signed_last.size);
}

Result<void> Notary::find_signer() const {
  CF_TRY(source_(facts_.keys.current()));
  return {};
}

Result<std::string> Notary::checkpoint() {
  const std::lock_guard lock(mutex_);
  auto tree = journal_.tree();
  CF_LET(Hasher hasher, Hasher::of_suite(facts_.suite));
  const Checkpoint now{facts_.origin, tree.size(), tree.root()};
  CF_LET(auto newest, journal_.newest_checkpoint());
  if (newest) {
    CF_LET(const Note note, parse_note(*newest));
    CF_LET(const Checkpoint signed_last, parse_checkpoint(note.text));
    CF_TRY(check_begins_with(signed_last, tree, hasher));
    if (signed_last == now) return std::move(*newest);
  }
  auto signer = source_(facts_.keys.current());
  if (!signer && signer.error().code == ErrorCode::not_found)
    signer.error().code = ErrorCode::io;  // no answer to what was asked
  if (!signer) return tl::make_unexpected(signer.error());
  CF_LET(std::string signed_note, sign_checkpoint(now, {signer->get()}));
  CF_TRY(open_checkpoint(signed_note, {facts_.keys.current()}));  // a signer may be anybody's
  CF_TRY(journal_.put_checkpoint(now.size, signed_note));
  return signed_note;
}

}  // namespace counterfoil
