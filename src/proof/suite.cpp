#include "proof/suite.h"

#include <openssl/evp.h>

#include <initializer_list>

#include "proof/openssl.h"

namespace counterfoil {

/// The algorithm is fetched once: fetching it for each hash costs more than hashing.
struct Hasher::Context {
  OpenSslPtr<EVP_MD, EVP_MD_free> algorithm;
  OpenSslPtr<EVP_MD_CTX, EVP_MD_CTX_free> state;

  Hash hash(std::initializer_list<std::string_view> parts) {
    Hash out;
    unsigned size = 0;
    bool ok = EVP_DigestInit_ex2(state.get(), algorithm.get(), nullptr) == 1;
    for (const auto part : parts)
      ok = ok && EVP_DigestUpdate(state.get(), part.data(), part.size()) == 1;
    ok = ok && EVP_DigestFinal_ex(state.get(), out.data(), &size) == 1;
    COUNTERFOIL_ASSERT(ok && size == out.size());
    return out;
  }
};

Result<void> check_suite(std::string_view suite) {
  if (suite == default_suite || suite == national_suite) return {};
  return fail(ErrorCode::unsupported, "this build has no suite \"{}\"; it has {} and {}", suite,
              default_suite, national_suite);
}

Hasher::Hasher(std::unique_ptr<Context> context) : context_(std::move(context)) {}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

Result<Hasher> Hasher::of_suite(std::string_view suite) {
  CF_TRY(check_suite(suite));
  const char* name = suite == default_suite ? "SHA256" : "SM3";
  auto context = std::make_unique<Context>();
  context->algorithm.reset(EVP_MD_fetch(nullptr, name, nullptr));
  context->state.reset(EVP_MD_CTX_new());
  if (!context->algorithm || !context->state)
    return fail(ErrorCode::io, "OpenSSL offers no {}: check its configuration and providers", name);
  return Hasher(std::move(context));
}

Hasher Hasher::sha256() {
  auto hasher = of_suite(default_suite);
  COUNTERFOIL_ASSERT(hasher.has_value());
  return std::move(*hasher);
}

Hash Hasher::digest(std::string_view bytes) {
  return context_->hash({bytes});
}

Hash Hasher::leaf(std::string_view entry) {
  return context_->hash({std::string_view("\x00", 1), entry});
}

Hash Hasher::node(const Hash& left, const Hash& right) {
  return context_->hash({std::string_view("\x01", 1), bytes_of(left), bytes_of(right)});
}

Hash Hasher::empty_root() {
  return context_->hash({});
}

std::string_view bytes_of(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace counterfoil
