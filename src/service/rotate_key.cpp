#include "service/rotate_key.h"

#include "codec/text.h"
#include "core/files.h"
#include "service/prepare.h"
#include "service/secrets.h"
#include "service/sequencer.h"

namespace counterfoil {
namespace {

Result<PreparedCommand> rotation_command(const Ledger& ledger, const KeyChange& change,
                                         std::uint64_t size) {
  const LogKeys& keys = ledger.facts().keys;
  const VerifierKey& authority = change.authority.verifier();
  const bool by_old = authority == keys.current();
  if (!by_old && !(authority == keys.recovery()))
    return fail(ErrorCode::refused,
                "{} is neither the key that signs for this ledger ({}) nor its recovery key ({})",
                authority.text(), keys.current().text(), keys.recovery().text());
  const VerifierKey& new_key = change.new_key.verifier();
  const std::string text =
      rotation_message(keys.origin(), keys.epoch(), size, keys.current(), new_key);
  CF_LET(const std::string by_authority, change.authority.sign(text));
  CF_LET(const std::string by_new, change.new_key.sign(text));

  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  command.setCommandId(text_of(fmt::format("rotate-key-{}", size)));
  auto rotated = command.initFacts(1)[0].initKeyRotated();
  rotated.setOldKey(text_of(keys.current().text()));
  rotated.setNewKey(text_of(new_key.text()));
  if (by_old)
    rotated.setOldSignature(data_of(by_authority));
  else
    rotated.setRecoverySignature(data_of(by_authority));
  rotated.setNewSignature(data_of(by_new));
  CF_LET(Preparer preparer, Preparer::of_suite(keys.suite()));
  return preparer.prepare(command.asReader());
}

}  // namespace

Result<std::string> rotate_key(Ledger& ledger, const KeyChange& change) {
  CF_LET(const auto command, rotation_command(ledger, change, ledger.journal().size()));
  std::string note;
  const auto sign = [&](std::uint64_t size, const Hash& root) -> Result<std::string> {
    CF_LET(note, sign_checkpoint({ledger.facts().origin, size, root},
                                 {&change.authority, &change.new_key}));
    CF_TRY(open_checkpoint(note, {change.new_key.verifier()}));
    return note;
  };
  CF_TRY(ledger.record_own(command, sign));
  CF_TRY(read_ledger_facts(ledger.journal()));  // every signature verifies
  return note;
}

Result<std::string> rotate_key_file(Ledger& ledger, const Signer& authority) {
  const LedgerFacts& facts = ledger.facts();
  const std::string next = ledger.folder().next_signing_key();
  CF_LET(const SigningKey key, SigningKey::generate(facts.suite, facts.origin));
  CF_LET(const std::string pem, key.to_pem());
  CF_TRY(replace_file(next, pem));  // one that is there never came into force
  CF_LET(std::string note, rotate_key(ledger, {authority, key}));
  CF_TRY(replace_with(ledger.folder().signing_key(), next));
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
