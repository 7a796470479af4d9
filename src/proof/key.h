#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace counterfoil {

/// What a key signs and by which algorithm: the signature types of C2SP signed-note and
/// tlog-cosignature, and our two of SM2; schema/FORMAT.md, "Verifier keys".
enum class KeyType { ed25519, ed25519_cosignature, sm2, sm2_cosignature };

/// What a key is for: the same algorithm signs a note as its log, or cosigns it as a witness.
enum class KeyUse { log, witness };

/// The suite that signs and hashes with this type's algorithms.
std::string_view suite_of(KeyType type);
bool is_cosignature(KeyType type);

/// Accepts what may name a log or a witness: 1 to 96 printable ASCII characters without spaces and
/// '+'.
Result<void> check_origin(std::string_view name);

/// A public key under a name, as C2SP signed-note writes one. Copies share what they hold.
class VerifierKey {
 public:
  /// From "<name>+<hex key id>+<base64(type ‖ public key)>".
  static Result<VerifierKey> parse(std::string_view text);

  const std::string& text() const;
  const std::string& name() const;
  std::uint32_t id() const;
  KeyType type() const;
  /// Whether the signature (64 bytes of Ed25519, DER of SM2) is this key's over the message. A
  /// cosignature's message is that of proof/cosignature.h.
  bool verifies(std::string_view message, std::string_view signature) const;

  friend bool operator==(const VerifierKey& a, const VerifierKey& b) {
    return a.text() == b.text();
  }

 private:
  friend class SigningKey;
  struct Impl;
  explicit VerifierKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// Whoever can sign for a key: the key itself, or a process that holds it.
class Signer {
 public:
  virtual ~Signer() = default;
  virtual const VerifierKey& verifier() const = 0;
  /// The signature over the message, as VerifierKey::verifies takes it.
  virtual Result<std::string> sign(std::string_view message) const = 0;
};

/// A private key in this process.
class SigningKey final : public Signer {
 public:
  /// A new key of the suite's algorithm.
  static Result<SigningKey> generate(std::string_view suite, std::string_view name,
                                     KeyUse use = KeyUse::log);
  /// From PKCS #8 in PEM, unencrypted; what it holds says which algorithm it is of.
  static Result<SigningKey> from_pem(std::string_view name, std::string_view pem,
                                     KeyUse use = KeyUse::log);
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey() override;

  const VerifierKey& verifier() const override;
  Result<std::string> sign(std::string_view message) const override;
  /// PKCS #8, unencrypted: keep it in a file with mode 0600.
  Result<std::string> to_pem() const;

 private:
  struct Impl;
  explicit SigningKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterfoil
