#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace counterfoil {

/// What its bearer may do at most: record and read what his roles allow, or only read.
enum class TokenScope { record, read };

/// What is known of a token that a principal logs in with. The token itself is shown once and kept
/// nowhere.
struct Credential {
  std::string id;  // opaque, and the part of the token before its secret
  std::string principal;
  Instant issued;
  std::optional<Instant> expires;
  TokenScope scope = TokenScope::record;
};

/// The tokens of a ledger's principals: a private file beside the records (schema/FORMAT.md, "The
/// file `credentials`"), never in one. For any thread.
class Credentials {
 public:
  /// No file is no credential. `corrupt` names the line that is none.
  static Result<Credentials> open(std::string path);

  struct Issued {
    Credential credential;
    std::string token;
  };
  /// Durable when it returns.
  Result<Issued> issue(std::string_view principal, TokenScope scope, Instant now,
                       std::optional<Instant> expires);
  /// `not_found` where there is none of that id. Durable when it returns.
  Result<Credential> withdraw(std::string_view id);
  /// By their ids.
  std::vector<Credential> all() const;

  /// Whose token it is. `denied` says why for the operator's log, and nothing of the token's
  /// secret.
  Result<Credential> check(std::string_view token, Instant now) const;

 private:
  struct Entry {
    Credential credential;
    std::string salt;  // text
    std::string hash;  // SHA-256 of the salt and the secret, binary
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  explicit Credentials(std::string path) : path_(std::move(path)) {}
  static Result<Entry> read_line(std::string_view line);
  static std::string line_of(const Entry& entry);
  Result<void> keep(const Entries& entries) const;

  std::string path_;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();  // guards what follows
  Entries entries_;
};

}  // namespace counterfoil
