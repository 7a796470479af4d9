#pragma once

#include <memory>
#include <string>

#include "http/route.h"
#include "net/hall.h"

namespace counterfoil::http {

/// The session of one connection: that of the token it showed last, so that a client who keeps its
/// connection logs in once.
class Sessions {
 public:
  /// What is passed in outlives it.
  Sessions(Hall& hall, Caller caller)
      : certificate_(!caller.certificate.empty()), gate_(hall.make_gate(std::move(caller))) {}

  /// Without the header it is who the connection's certificate says. 401 where the header is
  /// missing or none that we know; the login's own failure where the token is none of the ledger's.
  kj::Promise<Outcome<std::shared_ptr<OpenSession>>> of(std::string_view authorization);

 private:
  const bool certificate_;
  schema::Gate::Client gate_;
  std::string token_;
  std::shared_ptr<OpenSession> session_;
};

/// 403 where the session has not got the capability, with the role that would.
Outcome<void> check_has(const OpenSession& session, Needs needs);

}  // namespace counterfoil::http
