#include "service/secrets.h"

#include <openssl/rand.h>

#include <array>
#include <filesystem>

#include "codec/binary_text.h"
#include "core/files.h"

namespace counterfoil {
namespace {

constexpr std::size_t token_bytes = 32;

std::string how_to_make(const std::string& path) {
  return fmt::format("make a new one with `(umask 077; openssl rand -hex 32 > {})`", path);
}

}  // namespace

Result<std::string> make_token() {
  std::array<unsigned char, token_bytes> bits{};
  if (RAND_bytes(bits.data(), static_cast<int>(bits.size())) != 1)
    return fail(ErrorCode::io, "OpenSSL has no randomness to make a token from");
  return to_hex({reinterpret_cast<const char*>(bits.data()), bits.size()});
}

Result<void> write_admin_token(const LedgerFolder& folder, const std::string& token) {
  return create_private_file(folder.admin_token(), token + "\n");
}

Result<std::string> read_admin_token(const LedgerFolder& folder) {
  const std::string path = folder.admin_token();
  auto token = read_private_file(path);
  if (!token && token.error().code == ErrorCode::not_found)
    return fail(ErrorCode::not_found, "{} is missing, so nobody could log in: {}", path,
                how_to_make(path));
  if (!token) return token;
  while (!token->empty() && token->back() == '\n') token->pop_back();
  const bool is_hex = token->find_first_not_of("0123456789abcdef") == std::string::npos;
  if (token->size() != 2 * token_bytes || !is_hex)
    return fail(ErrorCode::invalid, "{} does not hold {} hexadecimal digits: {}", path,
                2 * token_bytes, how_to_make(path));
  return token;
}

Result<void> check_recovery_key_file(const std::string& file, const std::string& folder) {
  if (file.empty())
    return fail(
        ErrorCode::invalid,
        "say with --recovery-key FILE where the recovery key is written: a place that is not "
        "the ledger's folder, and from which you will take it offline");
  std::error_code error;
  const auto inside = std::filesystem::weakly_canonical(file, error)
                          .lexically_relative(std::filesystem::weakly_canonical(folder, error));
  if (!inside.empty() && *inside.begin() != "..")
    return fail(
        ErrorCode::refused,
        "{} lies in the ledger's folder: the recovery key is what remains when that is lost "
        "or stolen, so choose another place",
        file);
  if (std::filesystem::exists(file, error))
    return fail(ErrorCode::refused,
                "{} exists already, and a key is never written over: name another file with "
                "--recovery-key, or remove it if it is left of a creation that was cut off",
                file);
  const std::string parent = parent_folder(file);
  if (!std::filesystem::is_directory(parent, error))
    return fail(ErrorCode::io,
                "the recovery key cannot be written: {} is no folder. Make it, or name another "
                "file with --recovery-key",
                parent);
  return {};
}

Result<void> write_key(const std::string& path, const SigningKey& key) {
  CF_LET(const std::string pem, key.to_pem());
  return create_private_file(path, pem);
}

Result<SigningKey> read_signing_key(const std::string& path, std::string_view origin) {
  CF_LET(const std::string pem, read_private_file(path));
  auto key = SigningKey::from_pem(origin, pem);
  if (key) return key;
  return fail_at(path, {key.error().code, key.error().message + ". Put it back from a copy"});
}

}  // namespace counterfoil
