#include "proof/note_key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <memory>

#include "codec/binary_text.h"
#include "core/limits.h"
#include "proof/suite.h"

namespace counterfoil {
namespace {

constexpr char ed25519_type = 0x01;  // C2SP signed-note, signature types

}  // namespace

Result<void> check_origin(std::string_view name) {
  const bool ok =
      !name.empty() && name.size() <= limits::subject_bytes &&
      std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f && c != '+'; });
  if (ok) return {};
  return fail(ErrorCode::invalid,
              "\"{}\" cannot be an origin: it is 1 to {} printable ASCII characters without spaces "
              "and '+', for instance ledger.example.org/city",
              name, limits::subject_bytes);
}

Result<NoteKey> generate_note_key(std::string_view name) {
  CF_TRY(check_origin(name));
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> pem(BIO_new(BIO_s_mem()), BIO_free);
  std::array<unsigned char, 32> point{};
  std::size_t size = point.size();
  if (!key || !pem || EVP_PKEY_get_raw_public_key(key.get(), point.data(), &size) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1)
    return fail(ErrorCode::io, "OpenSSL could not make an Ed25519 key: check its configuration");

  char* text = nullptr;
  const long length = BIO_get_mem_data(pem.get(), &text);
  CF_LET(std::string verifier_key,
         format_verifier_key(name, {reinterpret_cast<const char*>(point.data()), size}));
  return NoteKey{std::string(text, static_cast<std::size_t>(length)), std::move(verifier_key)};
}

Result<std::string> format_verifier_key(std::string_view name, std::string_view public_key) {
  const std::string typed = std::string(1, ed25519_type).append(public_key);
  CF_LET(Hasher sha256, Hasher::of_suite(default_suite));
  const Hash id = sha256.digest(std::string(name).append("\n").append(typed));
  return fmt::format("{}+{}+{}", name, to_hex(bytes_of(id).substr(0, 4)), to_base64(typed));
}

}  // namespace counterfoil
