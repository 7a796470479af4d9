#include "proof/cosignature.h"

#include <limits>

#include "core/bytes.h"

namespace counterfoil {
namespace {

constexpr std::size_t time_bytes = 8;

}  // namespace

std::string cosignature_message(std::string_view text, std::uint64_t time_s) {
  return fmt::format("cosignature/v1\ntime {}\n{}", time_s, text);
}

Result<NoteSignature> cosign(std::string_view text, std::uint64_t time_s, const Signer& witness) {
  COUNTERFOIL_ASSERT(is_cosignature(witness.verifier().type()));
  NoteSignature signature{witness.verifier().name(), witness.verifier().id(), {}};
  put_big_endian(signature.bytes, time_s);
  CF_LET(const std::string bytes, witness.sign(cosignature_message(text, time_s)));
  signature.bytes += bytes;
  return signature;
}

Result<std::uint64_t> check_cosignature(std::string_view text, const NoteSignature& signature,
                                        const VerifierKey& witness) {
  const bool is_of_witness = signature.name == witness.name() && signature.key_id == witness.id() &&
                             is_cosignature(witness.type()) && signature.bytes.size() > time_bytes;
  if (is_of_witness) {
    const auto time_s = get_big_endian<std::uint64_t>(signature.bytes);
    const bool in_range = time_s <= std::numeric_limits<std::int64_t>::max();
    if (in_range && witness.verifies(cosignature_message(text, time_s),
                                     std::string_view(signature.bytes).substr(time_bytes)))
      return time_s;
  }
  return fail(ErrorCode::refused, "this is no cosignature of {} over that checkpoint",
              witness.text());
}

}  // namespace counterfoil
