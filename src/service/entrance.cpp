#include "service/entrance.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "core/text.h"
#include "domain/standing.h"

namespace counterfoil {
namespace {

using schema::Fact;
using schema::Role;

/// Takes as long for a credential that is right up to its last byte as for any of that length.
bool is_token(std::string_view given, std::string_view right) {
  return !right.empty() && given.size() == right.size() &&
         CRYPTO_memcmp(given.data(), right.data(), given.size()) == 0;
}

Result<Visitor> visitor(Ledger& ledger, std::string_view principal) {
  JournalBook source(ledger.journal(), limits::moment_cache_bytes);
  Book book(source);
  Visitor found;
  found.principal = principal;
  CF_LET(found.grants, grants_of(book, principal));
  CF_LET(const bool founding, is_being_founded(book));
  found.founds = founding && principal == ledger.facts().administrator;
  if (!found.grants.empty()) return found;
  CF_LET(const auto enrolled, standing(book, Fact::PRINCIPAL_ENROLLED, principal));
  if (enrolled.empty())
    return fail(ErrorCode::denied,
                "{} is no principal of this ledger: have it enrolled, with "
                "`counterfoil principals enrol`",
                quote(principal));
  return fail(ErrorCode::denied,
              "{} has no role in this ledger: have one granted, with "
              "`counterfoil principals grant`",
              quote(principal));
}

}  // namespace

bool Visitor::has(Role role) const {
  return std::ranges::any_of(grants, [&](const Grant& grant) { return grant.role == role; });
}

bool Visitor::may_record() const {
  if (scope == TokenScope::read) return false;
  if (!token.empty()) return true;
  return std::ranges::any_of(grants, [](const Grant& grant) { return grant.role != Role::AUDIT; });
}

bool Visitor::may_administer() const {
  // What an administrator does is done to the whole ledger.
  return scope == TokenScope::record && std::ranges::any_of(grants, [](const Grant& grant) {
           return grant.role == Role::ADMIN && grant.organisation.empty();
         });
}

Reach Visitor::reach() const {
  std::vector<std::string> organisations;
  for (const Grant& grant : grants) {
    if (grant.organisation.empty()) return Reach::all();
    organisations.push_back(grant.organisation);
  }
  return Reach::of(std::move(organisations));
}

Result<Visitor> Entrance::by_token(std::string_view token, std::string& why) const {
  if (is_token(token, admin_token_)) return opener_of(ledger_);
  const auto credential = ledger_.credentials().check(token, ledger_.now());
  if (!credential) {
    why = credential.error().message;
    return fail(ErrorCode::denied,
                "the token is none of this ledger, or no more: pass the file that holds yours with "
                "--token-file FILE or its text in COUNTERFOIL_TOKEN, or have a new one issued");
  }
  auto found = visitor(ledger_, credential->principal);
  if (!found) {
    why = fmt::format("token {}: {}", credential->id, found.error().message);
    return found;
  }
  found->token = credential->id;
  found->scope = credential->scope;
  found->expires = credential->expires;
  return found;
}

Result<Visitor> Entrance::by_certificate(std::string_view common_name, std::string& why) const {
  auto found = visitor(ledger_, common_name);
  if (!found) why = fmt::format("a certificate: {}", found.error().message);
  return found;
}

Result<Credentials::Issued> issue_token(Ledger& ledger, std::string_view principal,
                                        std::optional<TokenScope> scope,
                                        std::optional<Instant> expires) {
  JournalBook source(ledger.journal(), limits::moment_cache_bytes);
  Book book(source);
  CF_LET(const auto enrolled, standing(book, Fact::PRINCIPAL_ENROLLED, principal));
  CF_LET(const auto held, grants_of(book, principal));
  if (enrolled.empty() && held.empty())
    return fail(ErrorCode::not_found,
                "{} is no principal of this ledger: enrol it first, with `counterfoil principals "
                "enrol`",
                quote(principal));
  const bool only_audits = !held.empty() && std::ranges::all_of(held, [](const Grant& grant) {
    return grant.role == Role::AUDIT;
  });
  return ledger.credentials().issue(
      principal, scope.value_or(only_audits ? TokenScope::read : TokenScope::record), ledger.now(),
      expires);
}

Result<Visitor> opener_of(Ledger& ledger) {
  return visitor(ledger, ledger.facts().administrator);
}

}  // namespace counterfoil
