#include "service/credentials.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>

#include "codec/binary_text.h"
#include "core/files.h"
#include "core/ids.h"
#include "core/limits.h"
#include "core/text.h"
#include "proof/suite.h"
#include "service/secrets.h"

namespace counterfoil {
namespace {

constexpr std::string_view header = "counterfoil/credentials@v1\n";
constexpr std::string_view never = "-";
constexpr std::size_t id_digits = 16;
constexpr std::array<std::string_view, 2> scope_names = {"record", "read"};

/// "cf_ID_SECRET": the id finds the entry, so that no entry is tried with another's secret.
struct Token {
  std::string_view id;
  std::string_view secret;
};

std::optional<Token> split(std::string_view token) {
  constexpr std::string_view prefix = "cf_";
  if (!token.starts_with(prefix)) return std::nullopt;
  token.remove_prefix(prefix.size());
  const std::size_t end = token.find('_');
  if (end == std::string_view::npos) return std::nullopt;
  return Token{token.substr(0, end), token.substr(end + 1)};
}

std::string hash_of(std::string_view salt, std::string_view secret) {
  const Hash hash = Hasher::sha256().digest(std::string(salt).append(secret));
  return std::string(bytes_of(hash));
}

bool are_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

Result<Credentials> Credentials::open(std::string path) {
  Credentials credentials(std::move(path));
  CF_LET(const bool exists, file_exists(credentials.path_));
  if (!exists) return credentials;
  CF_LET(const std::string text, read_private_file(credentials.path_));
  const auto wrong = [&](std::size_t line, std::string_view why) {
    return fail(ErrorCode::corrupt,
                "{}, line {}: {}. Put the file back from a copy, or remove it and issue new tokens",
                credentials.path_, line, why);
  };
  if (!text.starts_with(header)) return wrong(1, "is not the head of a file of credentials");
  std::string_view rest = std::string_view(text).substr(header.size());
  for (std::size_t line = 2; !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return wrong(line, "is cut short");
    auto entry = read_line(rest.substr(0, end));
    if (!entry) return wrong(line, entry.error().message);
    const std::string id = entry->credential.id;
    if (!credentials.entries_.emplace(id, std::move(*entry)).second)
      return wrong(line, "repeats an id");
    rest.remove_prefix(end + 1);
  }
  return credentials;
}

Result<Credentials::Entry> Credentials::read_line(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t from = 0; from <= line.size();) {
    const std::size_t end = std::min(line.find(' ', from), line.size());
    fields.push_back(line.substr(from, end - from));
    from = end + 1;
  }
  if (fields.size() != 7) return fail(ErrorCode::corrupt, "has {} fields, not 7", fields.size());
  Entry entry;
  entry.credential.id = fields[0];
  entry.credential.principal = fields[1];
  if (!is_id(fields[0]) || !is_id(fields[1])) return fail(ErrorCode::corrupt, "names no ids");
  CF_LET(entry.credential.issued, parse_instant(fields[2]));
  if (fields[3] != never) {
    CF_LET(entry.credential.expires, parse_instant(fields[3]));
  }
  const auto scope = std::find(scope_names.begin(), scope_names.end(), fields[4]);
  if (scope == scope_names.end()) return fail(ErrorCode::corrupt, "has no scope");
  entry.credential.scope = static_cast<TokenScope>(scope - scope_names.begin());
  entry.salt = fields[5];
  CF_LET(entry.hash, from_hex(fields[6]));
  return entry;
}

std::string Credentials::line_of(const Entry& entry) {
  const Credential& credential = entry.credential;
  return fmt::format("{} {} {} {} {} {} {}\n", credential.id, credential.principal,
                     format_instant(credential.issued),
                     credential.expires ? format_instant(*credential.expires) : std::string(never),
                     scope_names[static_cast<std::size_t>(credential.scope)], entry.salt,
                     to_hex(entry.hash));
}

Result<void> Credentials::keep(const Entries& entries) const {
  std::string text(header);
  for (const auto& [id, entry] : entries) text += line_of(entry);
  return replace_file(path_, text);
}

Result<Credentials::Issued> Credentials::issue(std::string_view principal, TokenScope scope,
                                               Instant now, std::optional<Instant> expires) {
  if (!is_id(principal))
    return fail(ErrorCode::invalid, "{} is no principal's id", quote(principal));
  if (expires && *expires <= now)
    return fail(ErrorCode::invalid, "the token would have expired at {}, before it is issued",
                format_instant(*expires));
  CF_LET(const std::string id, make_token());
  CF_LET(const std::string salt, make_token());
  CF_LET(const std::string secret, make_token());
  Issued issued;
  issued.credential = {id.substr(0, id_digits), std::string(principal), now, expires, scope};
  issued.token = fmt::format("cf_{}_{}", issued.credential.id, secret);
  Entry entry{issued.credential, salt, hash_of(salt, secret)};
  const std::lock_guard lock(*mutex_);
  if (entries_.size() >= limits::credentials)
    return fail(ErrorCode::limit, "the ledger has {} tokens, which is the limit: withdraw some",
                limits::credentials);
  Entries changed = entries_;
  changed.emplace(issued.credential.id, std::move(entry));
  CF_TRY(keep(changed));
  entries_ = std::move(changed);
  return issued;
}

Result<Credential> Credentials::withdraw(std::string_view id) {
  const std::lock_guard lock(*mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end())
    return fail(ErrorCode::not_found,
                "there is no token {}: `counterfoil tokens` shows those that there are", quote(id));
  Credential withdrawn = found->second.credential;
  Entries changed = entries_;
  changed.erase(withdrawn.id);
  CF_TRY(keep(changed));
  entries_ = std::move(changed);
  return withdrawn;
}

std::vector<Credential> Credentials::all() const {
  const std::lock_guard lock(*mutex_);
  std::vector<Credential> all;
  for (const auto& [id, entry] : entries_) all.push_back(entry.credential);
  return all;
}

Result<Credential> Credentials::check(std::string_view token, Instant now) const {
  const auto parts = split(token);
  if (!parts) return fail(ErrorCode::denied, "what was given is no token");
  const std::lock_guard lock(*mutex_);
  const auto found = entries_.find(parts->id);
  if (found == entries_.end()) return fail(ErrorCode::denied, "there is no such token, or no more");
  const Entry& entry = found->second;
  if (!are_equal(hash_of(entry.salt, parts->secret), entry.hash))
    return fail(ErrorCode::denied, "the secret of token {} is wrong", entry.credential.id);
  if (entry.credential.expires && now >= *entry.credential.expires)
    return fail(ErrorCode::denied, "token {} of {} expired at {}", entry.credential.id,
                entry.credential.principal, format_instant(*entry.credential.expires));
  return entry.credential;
}

}  // namespace counterfoil
