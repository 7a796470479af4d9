#include "storage/entry_sum.h"

#include <openssl/rand.h>
#include <xxhash.h>

namespace counterfoil {

Result<SumSecret> SumSecret::make() {
  SumSecret secret;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(secret.bytes_.data()),
                 static_cast<int>(secret.bytes_.size())) != 1)
    return fail(ErrorCode::io, "OpenSSL has no random numbers: check its configuration");
  return secret;
}

void EntrySum::add(std::string_view entry) {
  const std::string_view secret = secret_->bytes();
  const XXH128_hash_t hash =
      XXH3_128bits_withSecret(entry.data(), entry.size(), secret.data(), secret.size());
  add(hash.high64, hash.low64);
}

void EntrySum::add(const EntrySum& other) {
  add(other.high_, other.low_);
}

void EntrySum::add(std::uint64_t high, std::uint64_t low) {
  low_ += low;
  high_ += high + (low_ < low ? 1 : 0);
}

}  // namespace counterfoil
