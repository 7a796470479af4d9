#include "counterfoil-verify/key_chain.h"

#include <algorithm>

#include "counterfoil-verify/trust.h"

namespace counterfoil {
namespace {

bool is_among(const VerifierKey& key, const std::vector<VerifierKey>& keys) {
  return std::ranges::find(keys, key) != keys.end();
}

/// Whether a key that was reached signed for the record that names the recovery key.
bool is_vouched_for(const LogKeys& keys, const std::vector<VerifierKey>& reached,
                    const std::vector<Note>& kept) {
  return std::ranges::any_of(kept, [&](const Note& note) {
    const auto checkpoint = parse_checkpoint(note.text);
    return checkpoint && checkpoint->origin == keys.origin() &&
           checkpoint->size > keys.all().front().from && verify_note(note, reached);
  });
}

}  // namespace

Result<std::string> follow_keys(const LogKeys& keys, const std::vector<VerifierKey>& trusted,
                                const std::vector<Note>& kept) {
  std::string steps;
  std::vector<VerifierKey> reached;
  bool is_reached = false;                        // the key of the step before
  const LogKeys::InForce* by_recovery = nullptr;  // where the way ended
  for (const LogKeys::InForce& step : keys.all()) {
    const bool by_old = !step.by_recovery && is_reached;
    if (is_among(step.key, trusted)) {
      is_reached = true;
      by_recovery = nullptr;
      steps.clear();
    } else if (by_old || (step.by_recovery && (is_among(keys.recovery(), trusted) ||
                                               is_vouched_for(keys, reached, kept)))) {
      steps +=
          fmt::format(" Record {} hands over to {}, signed by {}.", step.from, short_name(step.key),
                      by_old ? short_name(reached.back()) + ", the key before it"
                             : short_name(keys.recovery()) + ", the recovery key");
      is_reached = true;
    } else {
      if (is_reached) by_recovery = &step;
      is_reached = false;
    }
    if (is_reached) reached.push_back(step.key);
  }
  if (is_reached) return steps;
  if (by_recovery != nullptr)
    return fail(ErrorCode::refused,
                "record {} replaces {} on the word of the recovery key {} alone, and whoever makes "
                "up a log can name any key as that: give it with --key if you know it otherwise, "
                "or with --since a checkpoint that the lost key signed, or trust the new key {}",
                by_recovery->from, short_name(reached.back()), short_name(keys.recovery()),
                short_name(by_recovery->key));
  return fail(ErrorCode::refused,
              "the log's records say that {} signs it, and no key that is trusted leads to that "
              "one",
              short_name(keys.current()));
}

}  // namespace counterfoil
