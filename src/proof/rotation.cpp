#include "proof/rotation.h"

#include "codec/text.h"
#include "proof/count_text.h"
#include "proof/text_line.h"

namespace counterfoil {
namespace {

tl::unexpected<Error> wrong_rotation(std::uint64_t sequence, std::string_view why) {
  return fail(ErrorCode::corrupt,
              "record {} rotates the log's key, but {}: nothing that the new key signed can be "
              "trusted",
              sequence, why);
}

}  // namespace

std::string rotation_message(std::string_view origin, std::uint32_t epoch, std::uint64_t size,
                             const VerifierKey& old_key, const VerifierKey& new_key) {
  return fmt::format("counterfoil/key-rotation/v1\n{}\nepoch {}\nsize {}\nold {}\nnew {}\n", origin,
                     epoch, size, old_key.text(), new_key.text());
}

Result<RotationText> parse_rotation_message(std::string_view text) {
  std::string_view rest = text;
  const auto field = [&](std::string_view name) {
    const std::string_view line = take_line(rest);
    return line.starts_with(name) ? line.substr(name.size()) : std::string_view();
  };
  (void)field("");
  const std::string_view origin = field("");
  CF_LET(const std::uint64_t epoch, parse_count(field("epoch ")));
  CF_LET(const std::uint64_t size, parse_count(field("size ")));
  CF_LET(VerifierKey old_key, VerifierKey::parse(field("old ")));
  CF_LET(VerifierKey new_key, VerifierKey::parse(field("new ")));
  RotationText found{std::string(origin), static_cast<std::uint32_t>(epoch), size,
                     std::move(old_key), std::move(new_key)};
  if (text == rotation_message(found.origin, found.epoch, size, found.old_key, found.new_key))
    return found;
  return fail(ErrorCode::invalid, "this is no text of a key rotation");
}

Result<void> LogKeys::fold(schema::Record::Reader record) {
  const auto fact = record.getFact();
  const std::uint64_t sequence = record.getSequence();
  if (fact.which() == schema::Fact::LEDGER_OPENED) {
    const auto opening = fact.getLedgerOpened();
    if (opened() && opening.getEpoch() <= epoch_)
      return fail(ErrorCode::corrupt, "record {} opens a ledger that is open", sequence);
    CF_LET(VerifierKey key, VerifierKey::parse(view(opening.getVerifierKey())));
    CF_LET(recovery_, VerifierKey::parse(view(opening.getRecoveryKey())));
    origin_ = view(opening.getOrigin());
    suite_ = view(opening.getSuite());
    epoch_ = opening.getEpoch();
    keys_ = {{std::move(key), sequence, false}};
    return {};
  }
  if (fact.which() != schema::Fact::KEY_ROTATED) return {};
  if (!opened()) return wrong_rotation(sequence, "no ledger is open");
  const auto rotated = fact.getKeyRotated();
  CF_LET(VerifierKey key, VerifierKey::parse(view(rotated.getNewKey())));
  if (view(rotated.getOldKey()) != current().text())
    return wrong_rotation(sequence, "it names another key than the one in force");
  if (key.name() != origin_ || suite_of(key.type()) != suite_ || is_cosignature(key.type()))
    return wrong_rotation(sequence, "the new key is not one of this log");
  const std::string message = rotation_message(origin_, epoch_, sequence, current(), key);
  if (!key.verifies(message, view(rotated.getNewSignature())))
    return wrong_rotation(sequence, "the new key did not sign that");
  const bool by_old = rotated.getOldSignature().size() != 0;
  const VerifierKey& authority = by_old ? current() : recovery();
  const auto signature = by_old ? rotated.getOldSignature() : rotated.getRecoverySignature();
  if (!authority.verifies(message, view(signature)))
    return wrong_rotation(sequence, by_old ? "the old key did not sign that"
                                           : "neither the old nor the recovery key signed that");
  keys_.push_back({std::move(key), sequence, !by_old});
  return {};
}

}  // namespace counterfoil
