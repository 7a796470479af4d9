#include "proof/key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "codec/binary_text.h"
#include "core/bytes.h"
#include "core/limits.h"
#include "core/text.h"
#include "proof/openssl.h"
#include "proof/suite.h"

namespace counterfoil {
namespace {

using PKey = OpenSslPtr<EVP_PKEY, EVP_PKEY_free>;

/// How a type is written in verifier keys and key ids: its signature type, and behind 0xff what it
/// is named by.
struct Kind {
  KeyType type;
  std::string_view prefix;
  std::size_t public_bytes;
};
constexpr std::size_t ed25519_bytes = 32;
constexpr std::size_t sm2_point_bytes = 65;  // uncompressed
constexpr std::array<Kind, 4> kinds{{
    {KeyType::ed25519, "\x01", ed25519_bytes},
    {KeyType::ed25519_cosignature, "\x04", ed25519_bytes},
    {KeyType::sm2,
     "\xff"
     "counterfoil/sm2-sm3/v1",
     sm2_point_bytes},
    {KeyType::sm2_cosignature,
     "\xff"
     "counterfoil/sm2-cosignature/v1",
     sm2_point_bytes},
}};

const Kind& kind_of(KeyType type) {
  return *std::ranges::find(kinds, type, &Kind::type);
}

bool is_sm2(KeyType type) {
  return type == KeyType::sm2 || type == KeyType::sm2_cosignature;
}

KeyType type_of(bool sm2, KeyUse use) {
  if (sm2) return use == KeyUse::log ? KeyType::sm2 : KeyType::sm2_cosignature;
  return use == KeyUse::log ? KeyType::ed25519 : KeyType::ed25519_cosignature;
}

const unsigned char* unsigned_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// Null where the bytes are no public key of the type.
PKey load_public(KeyType type, std::string_view bytes) {
  if (!is_sm2(type))
    return PKey(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, unsigned_of(bytes), bytes.size()));
  if (!bytes.starts_with('\x04')) return nullptr;  // one spelling: the uncompressed point
  const OpenSslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> build(OSSL_PARAM_BLD_new());
  if (!build ||
      OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, bytes.data(),
                                       bytes.size()) != 1)
    return nullptr;
  const OpenSslPtr<OSSL_PARAM, OSSL_PARAM_free> params(OSSL_PARAM_BLD_to_param(build.get()));
  const OpenSslPtr<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "SM2", nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  return PKey(key);
}

/// Empty where OpenSSL does not tell.
std::string public_bytes(EVP_PKEY* key, KeyType type) {
  std::array<unsigned char, sm2_point_bytes> bytes{};
  std::size_t size = bytes.size();
  const bool told = is_sm2(type)
                        ? EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY,
                                                          bytes.data(), bytes.size(), &size) == 1
                        : EVP_PKEY_get_raw_public_key(key, bytes.data(), &size) == 1;
  if (!told || size != kind_of(type).public_bytes) return {};
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

std::uint32_t key_id(std::string_view name, std::string_view typed) {
  const Hash hash = Hasher::sha256().digest(std::string(name).append("\n").append(typed));
  return get_big_endian<std::uint32_t>(bytes_of(hash));
}

std::string format_key(std::string_view name, std::uint32_t id, std::string_view typed) {
  return fmt::format("{}+{:08x}+{}", name, id, to_base64(typed));
}

/// Standard user id of GM/T 0009, 10. OpenSSL's own default is another one, and what is signed
/// under it does not verify elsewhere.
constexpr std::string_view sm2_user_id = "1234567812345678";

/// A context to sign or verify in with the type's digest; null where OpenSSL cannot.
struct DigestContext {
  OpenSslPtr<EVP_MD_CTX, EVP_MD_CTX_free> state{EVP_MD_CTX_new()};

  template <typename Init>
  bool start(EVP_PKEY* key, KeyType type, Init init) {
    EVP_PKEY_CTX* context = nullptr;  // owned by state
    const char* digest = is_sm2(type) ? "SM3" : nullptr;
    if (!state || init(state.get(), &context, digest, nullptr, nullptr, key, nullptr) != 1)
      return false;
    return !is_sm2(type) || EVP_PKEY_CTX_set1_id(context, sm2_user_id.data(),
                                                 static_cast<int>(sm2_user_id.size())) == 1;
  }
};

tl::unexpected<Error> no_verifier_key(std::string_view text) {
  return fail(ErrorCode::invalid,
              "{} is no verifier key: it reads NAME+KEYID+BASE64, as `counterfoil init` printed it",
              quote(text));
}

}  // namespace

std::string_view suite_of(KeyType type) {
  return is_sm2(type) ? national_suite : default_suite;
}

bool is_cosignature(KeyType type) {
  return type == KeyType::ed25519_cosignature || type == KeyType::sm2_cosignature;
}

Result<void> check_origin(std::string_view name) {
  const bool ok =
      !name.empty() && name.size() <= limits::subject_bytes &&
      std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f && c != '+'; });
  if (ok) return {};
  return fail(ErrorCode::invalid,
              "{} cannot be an origin: it is 1 to {} printable ASCII characters without spaces "
              "and '+', for instance ledger.example.org/city",
              quote(name), limits::subject_bytes);
}

struct VerifierKey::Impl {
  std::string text;
  std::string name;
  std::uint32_t id = 0;
  KeyType type = KeyType::ed25519;
  PKey key;
};

const std::string& VerifierKey::text() const {
  return impl_->text;
}
const std::string& VerifierKey::name() const {
  return impl_->name;
}
std::uint32_t VerifierKey::id() const {
  return impl_->id;
}
KeyType VerifierKey::type() const {
  return impl_->type;
}

Result<VerifierKey> VerifierKey::parse(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos || second - first != 9) return no_verifier_key(text);
  const std::string_view name = text.substr(0, first);
  CF_TRY(check_origin(name));
  const auto typed = from_base64(text.substr(second + 1));
  if (!typed) return no_verifier_key(text);
  for (const Kind& kind : kinds) {
    if (!typed->starts_with(kind.prefix)) continue;
    if (typed->size() != kind.prefix.size() + kind.public_bytes) return no_verifier_key(text);
    auto impl = std::make_shared<Impl>();
    impl->text = text;
    impl->name = name;
    impl->id = key_id(name, *typed);
    impl->type = kind.type;
    impl->key = load_public(kind.type, std::string_view(*typed).substr(kind.prefix.size()));
    if (format_key(name, impl->id, *typed) != text)
      return fail(ErrorCode::invalid,
                  "{} is damaged: its key id is not that of its name and key. Copy it again",
                  quote(text));
    if (!impl->key) return no_verifier_key(text);
    return VerifierKey(std::move(impl));
  }
  return fail(ErrorCode::unsupported,
              "{} is of a signature type that this build does not have: it verifies Ed25519, SM2 "
              "and their cosignatures",
              quote(text));
}

bool VerifierKey::verifies(std::string_view message, std::string_view signature) const {
  DigestContext context;
  return context.start(impl_->key.get(), impl_->type, EVP_DigestVerifyInit_ex) &&
         EVP_DigestVerify(context.state.get(), unsigned_of(signature), signature.size(),
                          unsigned_of(message), message.size()) == 1;
}

struct SigningKey::Impl {
  PKey key;
  VerifierKey verifier;

  static Result<SigningKey> with_verifier(PKey key, std::string_view name, KeyType type) {
    CF_TRY(check_origin(name));
    const std::string point = public_bytes(key.get(), type);
    if (point.empty())
      return fail(ErrorCode::io,
                  "OpenSSL does not tell the public half of a key: check its "
                  "configuration and providers");
    const std::string typed = std::string(kind_of(type).prefix).append(point);
    CF_LET(VerifierKey verifier, VerifierKey::parse(format_key(name, key_id(name, typed), typed)));
    return SigningKey(std::unique_ptr<Impl>(new Impl{std::move(key), std::move(verifier)}));
  }
};

SigningKey::SigningKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

const VerifierKey& SigningKey::verifier() const {
  return impl_->verifier;
}

Result<SigningKey> SigningKey::generate(std::string_view suite, std::string_view name, KeyUse use) {
  CF_TRY(check_suite(suite));
  const bool sm2 = suite == national_suite;
  PKey key(sm2 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2")
               : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!key)
    return fail(ErrorCode::io, "OpenSSL could not make a key for {}: check its configuration",
                suite);
  return Impl::with_verifier(std::move(key), name, type_of(sm2, use));
}

Result<SigningKey> SigningKey::from_pem(std::string_view name, std::string_view pem, KeyUse use) {
  const OpenSslPtr<BIO, BIO_free> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const auto no_password = [](char*, int, int, void*) { return -1; };
  PKey key(text ? PEM_read_bio_PrivateKey(text.get(), nullptr, no_password, nullptr) : nullptr);
  const bool sm2 = key && EVP_PKEY_is_a(key.get(), "SM2") == 1;
  if (!sm2 && !(key && EVP_PKEY_is_a(key.get(), "ED25519") == 1))
    return fail(ErrorCode::corrupt,
                "this is no private key of Ed25519 or SM2: it is PKCS #8 in PEM, unencrypted");
  return Impl::with_verifier(std::move(key), name, type_of(sm2, use));
}

Result<std::string> SigningKey::sign(std::string_view message) const {
  DigestContext context;
  std::array<unsigned char, 128> signature{};
  std::size_t size = signature.size();
  if (!context.start(impl_->key.get(), impl_->verifier.type(), EVP_DigestSignInit_ex) ||
      EVP_DigestSign(context.state.get(), signature.data(), &size, unsigned_of(message),
                     message.size()) != 1)
    return fail(ErrorCode::io, "OpenSSL could not sign: check its configuration and providers");
  return std::string(reinterpret_cast<const char*>(signature.data()), size);
}

Result<std::string> SigningKey::to_pem() const {
  const OpenSslPtr<BIO, BIO_free> out(BIO_new(BIO_s_secmem()));
  if (!out || PEM_write_bio_PKCS8PrivateKey(out.get(), impl_->key.get(), nullptr, nullptr, 0,
                                            nullptr, nullptr) != 1)
    return fail(ErrorCode::io, "OpenSSL could not write a private key: check its configuration");
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(length));
}

}  // namespace counterfoil
