#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// 32 bytes: both SHA-256 and SM3 give that many.
using Hash = std::array<std::uint8_t, 32>;

std::string_view bytes_of(const Hash& hash);

/// The name of the suite that `init` uses unless told otherwise.
inline constexpr std::string_view default_suite = "sha256-ed25519";
/// For systems that must use China's national algorithms: SM3 (GM/T 0004), SM2 (GM/T 0003).
inline constexpr std::string_view national_suite = "sm3-sm2";

/// `unsupported` where this build does not have the suite.
Result<void> check_suite(std::string_view suite);

/// Hashes under one suite's algorithm, with the prefixes of RFC 6962, section 2.1. Not to be shared
/// between threads: it reuses one context.
class Hasher {
 public:
  /// By the suite's name; `unsupported` where there is none of it.
  static Result<Hasher> of_suite(std::string_view suite);
  /// For what is SHA-256 under every suite.
  static Hasher sha256();

  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  /// The plain hash of the bytes.
  Hash digest(std::string_view bytes);
  /// H(0x00 ‖ entry).
  Hash leaf(std::string_view entry);
  /// H(0x01 ‖ left ‖ right).
  Hash node(const Hash& left, const Hash& right);
  /// H(""), the root of the empty tree.
  Hash empty_root();

 private:
  struct Context;
  explicit Hasher(std::unique_ptr<Context> context);
  std::unique_ptr<Context> context_;
};

}  // namespace counterfoil
