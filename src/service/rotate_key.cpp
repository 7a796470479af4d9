#include "service/rotate_key.h"

#include <optional>

#include "codec/text.h"
#include "core/bytes.h"
#include "core/files.h"
#include "projections/row_codec.h"
#include "service/prepare.h"
#include "service/secrets.h"
#include "service/sequencer.h"

namespace counterfoil {
namespace {

/// A rotation as it is to be recorded. It is kept until it is: the checkpoint that it gives may
/// have been signed by somebody who remembers that, so that given again it must give the same.
struct PreparedRotation {
  Instant at;
  PreparedCommand command;
};

Result<void> check_authority(const LogKeys& keys, const VerifierKey& authority) {
  if (authority == keys.current() || authority == keys.recovery()) return {};
  return fail(ErrorCode::refused,
              "{} is neither the key that signs for this ledger ({}) nor its recovery key ({})",
              authority.text(), keys.current().text(), keys.recovery().text());
}

std::string command_id(std::uint64_t size) {
  return fmt::format("rotate-key-{}", size);
}

Result<PreparedRotation> prepare(const Ledger& ledger, const KeyChange& change,
                                 std::uint64_t size) {
  const LogKeys& keys = ledger.facts().keys;
  const VerifierKey& new_key = change.new_key.verifier();
  const std::string text =
      rotation_message(keys.origin(), keys.epoch(), size, keys.current(), new_key);
  CF_LET(const std::string by_authority, change.authority.sign(text));
  CF_LET(const std::string by_new, change.new_key.sign(text));

  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  command.setCommandId(text_of(command_id(size)));
  auto rotated = command.initFacts(1)[0].initKeyRotated();
  rotated.setOldKey(text_of(keys.current().text()));
  rotated.setNewKey(text_of(new_key.text()));
  if (change.authority.verifier() == keys.current())
    rotated.setOldSignature(data_of(by_authority));
  else
    rotated.setRecoverySignature(data_of(by_authority));
  rotated.setNewSignature(data_of(by_new));
  CF_LET(Preparer preparer, Preparer::of_suite(keys.suite()));
  CF_LET(PreparedCommand prepared, preparer.prepare(command.asReader()));
  return PreparedRotation{ledger.now(), std::move(prepared)};
}

/// What was prepared for the same change at the same size, if it was.
Result<std::optional<PreparedRotation>> prepared_before(const Ledger& ledger,
                                                        const KeyChange& change,
                                                        std::uint64_t size) {
  const auto bytes = read_file(ledger.folder().rotation());
  if (!bytes && bytes.error().code == ErrorCode::not_found) return std::nullopt;
  if (!bytes) return tl::make_unexpected(bytes.error());
  constexpr std::size_t head = sizeof(std::int64_t) + sizeof(Hash);
  if (bytes->size() <= head) return std::nullopt;
  const std::string_view words = std::string_view(*bytes).substr(head);
  CF_LET(Hasher hasher, Hasher::of_suite(ledger.facts().suite));
  if (bytes_of(hasher.digest(words)) != bytes->substr(sizeof(std::int64_t), sizeof(Hash)))
    return std::nullopt;  // damaged, and nobody depends on it but the one who gives it again
  RowBuffer<schema::Command> buffer;
  const auto command = buffer.read(words);
  if (view(command.getCommandId()) != command_id(size) || command.getFacts().size() != 1 ||
      !command.getFacts()[0].isKeyRotated())
    return std::nullopt;
  const auto rotated = command.getFacts()[0].getKeyRotated();
  const bool by_old = change.authority.verifier() == ledger.facts().keys.current();
  if (view(rotated.getNewKey()) != change.new_key.verifier().text() ||
      (rotated.getOldSignature().size() != 0) != by_old)
    return std::nullopt;
  CF_LET(Preparer preparer, Preparer::of_suite(ledger.facts().suite));
  CF_LET(PreparedCommand prepared, preparer.prepare(command));
  return PreparedRotation{Instant{static_cast<std::int64_t>(get_big_endian<std::uint64_t>(*bytes))},
                          std::move(prepared)};
}

Result<void> keep(const std::string& path, const PreparedRotation& rotation) {
  std::string bytes;
  put_big_endian(bytes, static_cast<std::uint64_t>(rotation.at.microseconds));
  bytes.append(rotation.command.digest).append(bytes_of(rotation.command.words));
  return replace_file(path, bytes);
}

/// The new key: one that an earlier rotation left before it came into force, or one made now.
Result<SigningKey> next_key(const Ledger& ledger) {
  const LedgerFacts& facts = ledger.facts();
  const std::string path = ledger.folder().next_signing_key();
  auto left = read_signing_key(path, facts.origin);
  if (left || left.error().code != ErrorCode::not_found) return left;
  CF_LET(SigningKey key, SigningKey::generate(facts.suite, facts.origin));
  CF_TRY(write_key(path, key));
  return key;
}

}  // namespace

Result<std::string> rotate_key(Ledger& ledger, const KeyChange& change) {
  CF_TRY(check_authority(ledger.facts().keys, change.authority.verifier()));
  const std::uint64_t size = ledger.journal().size();
  CF_LET(auto rotation, prepared_before(ledger, change, size));
  if (!rotation) {
    CF_LET(rotation, prepare(ledger, change, size));
    CF_TRY(keep(ledger.folder().rotation(), *rotation));
  }
  std::string note;
  const auto sign = [&](std::uint64_t of, const Hash& root) -> Result<std::string> {
    CF_LET(note, sign_checkpoint({ledger.facts().origin, of, root},
                                 {&change.authority, &change.new_key}));
    CF_TRY(open_checkpoint(note, {change.new_key.verifier()}));
    return note;
  };
  CF_TRY(ledger.record_own(rotation->command, rotation->at, sign));
  CF_TRY(remove_file(ledger.folder().rotation()));
  CF_TRY(read_ledger_facts(ledger.journal()));  // every signature verifies
  return note;
}

Result<std::string> rotate_key_file(Ledger& ledger, const Signer& authority) {
  CF_TRY(check_authority(ledger.facts().keys, authority.verifier()));
  // One that came into force and is not in its place yet is not to be taken for one that did not.
  (void)signing_key_in_force(ledger.folder(), ledger.facts().keys.current());
  CF_LET(const SigningKey key, next_key(ledger));
  CF_LET(std::string note, rotate_key(ledger, {authority, key}));
  CF_TRY(replace_with(ledger.folder().signing_key(), ledger.folder().next_signing_key()));
  return note;
}

Result<SigningKey> signing_key_in_force(const LedgerFolder& folder, const VerifierKey& wanted) {
  const auto is_wanted = [&](const Result<SigningKey>& key) {
    return key && key->verifier() == wanted;
  };
  auto key = read_signing_key(folder.signing_key(), wanted.name());
  if (is_wanted(key)) return key;
  if (is_wanted(read_signing_key(folder.next_signing_key(), wanted.name()))) {
    CF_TRY(replace_with(folder.signing_key(), folder.next_signing_key()));
    return read_signing_key(folder.signing_key(), wanted.name());
  }
  constexpr std::string_view remedy =
      "put it back from a copy, or replace it with `counterfoil rotate-key --recovery-key FILE`";
  if (!key && key.error().code == ErrorCode::not_found)
    return fail(ErrorCode::not_found, "{} is missing: {}", folder.signing_key(), remedy);
  if (!key) return key;
  return fail(ErrorCode::refused, "{} is not the key that signs for this ledger ({}): {}",
              folder.signing_key(), wanted.text(), remedy);
}

}  // namespace counterfoil
