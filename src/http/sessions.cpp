#include "http/sessions.h"

#include "codec/text.h"
#include "net/failure.h"

namespace counterfoil::http {
namespace {

using Opened = Outcome<std::shared_ptr<OpenSession>>;

tl::unexpected<Problem> unauthorized(std::string sentence, const char* challenge) {
  return refuse(401, ErrorCode::denied, std::move(sentence), {{"WWW-Authenticate", challenge}});
}

tl::unexpected<Problem> lacks(std::string_view what) {
  return refuse(403, ErrorCode::denied,
                fmt::format("no role of this token's principal lets it {}: ask an administrator "
                            "for one that does",
                            what));
}

}  // namespace

kj::Promise<Opened> Sessions::of(std::string_view authorization) {
  constexpr std::string_view scheme = "Bearer ";
  const bool by_certificate = authorization.empty() && certificate_;
  if (authorization.empty() && !by_certificate)
    return Opened(unauthorized("a token is needed: send it as Authorization: Bearer TOKEN",
                               "Bearer realm=\"counterfoil\""));
  if (!by_certificate && (authorization.size() <= scheme.size() ||
                          !equals_ignoring_case(authorization.substr(0, scheme.size()), scheme)))
    return Opened(unauthorized("only bearer tokens are accepted: Authorization: Bearer TOKEN",
                               "Bearer realm=\"counterfoil\", error=\"invalid_request\""));
  std::string token(by_certificate ? authorization : authorization.substr(scheme.size()));
  if (session_ && token == token_) return Opened(session_);
  auto login = gate_.loginRequest();
  login.setCredential(text_of(token));
  auto session = login.send().getSession();
  auto opening = session.openRequest().send();
  return opening.then(
      [this, token = std::move(token), session](auto opened) mutable -> Opened {
        token_ = std::move(token);
        session_ = std::make_shared<OpenSession>(OpenSession{session, kj::mv(opened)});
        return session_;
      },
      [](kj::Exception&& exception) -> Opened {
        Error error = from_exception(exception);
        if (error.code != ErrorCode::denied) return tl::make_unexpected(problem_of(error));
        return unauthorized(std::move(error.message),
                            "Bearer realm=\"counterfoil\", error=\"invalid_token\"");
      });
}

Outcome<void> check_has(const OpenSession& session, Needs needs) {
  const auto& opened = session.opened;
  switch (needs) {
    case Needs::nothing:
    case Needs::session:
      return {};
    case Needs::recorder:
      if (!opened.hasRecorder()) return lacks("record");
      return {};
    case Needs::reader:
      if (!opened.hasReader()) return lacks("read budgets and decisions");
      return {};
    case Needs::feed:
      if (!opened.hasFeed()) return lacks("follow the events");
      return {};
    case Needs::log:
    case Needs::public_log:
      if (!opened.hasLog()) return lacks("read the signed log (an auditor may)");
      return {};
    case Needs::metrics:
      if (!opened.hasLog() && !opened.hasAdmin())
        return lacks("read metrics (an auditor or an administrator may)");
      return {};
  }
  return {};
}

}  // namespace counterfoil::http
