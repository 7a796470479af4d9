#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/permission.h"
#include "service/credentials.h"
#include "service/ledger.h"
#include "service/reach.h"

namespace counterfoil {

/// Somebody who was let in, and what the roles allow that stood then.
struct Visitor {
  std::string principal;
  std::string token;  // its id; empty: came in without one of `credentials`
  TokenScope scope = TokenScope::record;
  std::optional<Instant> expires;  // of the token
  std::vector<Grant> grants;
  bool founds = false;  // opened the ledger, and no role is granted yet

  bool has(schema::Role role) const;
  /// Whoever only audits records nothing, unless a token was issued for that.
  bool may_record() const;
  bool may_administer() const;
  Reach reach() const;
};

/// Lets principals in, by what shows who they are. For any thread; the ledger outlives it.
class Entrance {
 public:
  /// `admin_token`: of whoever opened the ledger; an empty one opens nothing.
  Entrance(Ledger& ledger, std::string admin_token)
      : ledger_(ledger), admin_token_(std::move(admin_token)) {}

  /// `denied` says what to do next to whoever showed it. `why` is for the operator: it says more,
  /// and no secret.
  Result<Visitor> by_token(std::string_view token, std::string& why) const;
  /// Of somebody whose certificate the authority signed that the operator named.
  Result<Visitor> by_certificate(std::string_view common_name, std::string& why) const;

 private:
  Ledger& ledger_;
  std::string admin_token_;
};

/// A new token for a principal that is enrolled. Without a scope: `read` for one whose only role is
/// audit, else `record`. `not_found` where nobody of that id is enrolled. Durable when it returns.
Result<Credentials::Issued> issue_token(Ledger& ledger, std::string_view principal,
                                        std::optional<TokenScope> scope,
                                        std::optional<Instant> expires);

/// Whoever opened the ledger, for a process that holds its folder.
Result<Visitor> opener_of(Ledger& ledger);

}  // namespace counterfoil
