#include "counterfoil-verify/trust.h"

#include <algorithm>
#include <limits>

#include "core/files.h"
#include "core/limits.h"
#include "core/text.h"
#include "core/time.h"
#include "proof/cosignature.h"

namespace counterfoil {
namespace {

constexpr std::size_t key_file_bytes_max = 4096;

std::string_view trimmed(std::string_view text) {
  const std::size_t end = text.find_last_not_of(" \r\n");
  return text.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

Result<VerifierKey> read_key(const std::string& text, KeyUse use) {
  std::string key = text;
  if (text.starts_with('@')) {
    CF_LET(key, read_file(text.substr(1), key_file_bytes_max));
  }
  CF_LET(VerifierKey parsed, VerifierKey::parse(trimmed(key)));
  if (is_cosignature(parsed.type()) == (use == KeyUse::witness)) return parsed;
  return fail(ErrorCode::invalid, "{} is the key of {}", parsed.text(),
              use == KeyUse::witness ? "a log: a witness's is asked for here"
                                     : "a witness: a log's is asked for here");
}

/// A witness may name any second; what no calendar of ours has is written as it stands.
std::string format_seconds(std::uint64_t time_s) {
  constexpr std::uint64_t end_s = 253'402'300'800;  // of the year 9999
  if (time_s >= end_s) return fmt::format("second {}", time_s);
  return format_instant(Instant{static_cast<std::int64_t>(time_s) * 1'000'000});
}

}  // namespace

Result<std::vector<VerifierKey>> read_keys(const std::vector<std::string>& texts, KeyUse use) {
  std::vector<VerifierKey> keys;
  for (const std::string& text : texts) {
    CF_LET(VerifierKey key, read_key(text, use));
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
  }
  return keys;
}

std::string short_name(const VerifierKey& key) {
  return fmt::format("{}+{:08x}", key.name(), key.id());
}

const VerifierKey& signer_of(const SignedCheckpoint& checkpoint) {
  const auto signer = std::ranges::find_if(checkpoint.signers, [&](const VerifierKey& key) {
    return !is_cosignature(key.type()) && key.name() == checkpoint.checkpoint.origin;
  });
  COUNTERFOIL_ASSERT(signer != checkpoint.signers.end());
  return *signer;
}

Result<std::string> check_witnesses(const Note& note, const std::vector<VerifierKey>& witnesses) {
  std::string sentences;
  for (const VerifierKey& witness : witnesses) {
    const auto line = std::ranges::find_if(note.signatures, [&](const NoteSignature& signature) {
      return signature.name == witness.name() && signature.key_id == witness.id();
    });
    if (line == note.signatures.end())
      return fail(ErrorCode::refused, "the witness {} did not cosign this checkpoint",
                  short_name(witness));
    CF_TRY(verify_note(note, {witness}));
    CF_LET(const std::uint64_t time_s, check_cosignature(note.text, *line, witness));
    sentences += fmt::format(" The witness {} cosigned that checkpoint at {}.", short_name(witness),
                             format_seconds(time_s));
  }
  return sentences;
}

std::string as_signed(const SignedCheckpoint& checkpoint) {
  return fmt::format("{}, as its key {} signed it at {} records", checkpoint.checkpoint.origin,
                     short_name(signer_of(checkpoint)), checkpoint.checkpoint.size);
}

std::string one_history_not_proved(const Trust& trust) {
  return trust.witnesses.empty()
             ? "that the log shows everybody this same history; compare its checkpoint with "
               "others', or ask a witness."
             : "that the log shows this same history to those who trust other witnesses.";
}

Result<SignedCheckpoint> read_checkpoint(const std::string& path,
                                         const std::vector<VerifierKey>& keys) {
  CF_LET(const std::string bytes, read_file(path, limits::note_bytes));
  auto opened = open_checkpoint(bytes, keys);
  if (!opened) return fail_at(path, std::move(opened).error());
  return opened;
}

}  // namespace counterfoil
