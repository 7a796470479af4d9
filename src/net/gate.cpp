#include "net/gate.h"

#include <openssl/crypto.h>

#include "codec/text.h"
#include "net/admin.h"
#include "net/failure.h"
#include "net/feed.h"
#include "net/log.h"
#include "net/reader.h"
#include "net/recorder.h"

namespace counterfoil {
namespace {

/// What a guess costs, at the least.
constexpr auto delay_after_wrong_credential = 200 * kj::MILLISECONDS;

class SessionServer final : public schema::Session::Server {
 public:
  SessionServer(Access access, Principal principal)
      : access_(access), principal_(std::move(principal)) {}

  kj::Promise<void> open(OpenContext context) override {
    auto results = context.getResults();
    fill(results.initInfo());
    results.setRecorder(make_recorder(access_.ledger, principal_));
    results.setReader(make_reader(access_.ledger, access_.background));
    results.setFeed(make_feed(access_.feeds, principal_));
    results.setAdmin(make_admin(access_.ledger, access_.background, access_.timer));
    results.setLog(make_log(access_.ledger, access_.background, access_.timer));
    return kj::READY_NOW;
  }

 private:
  void fill(schema::LedgerInfo::Builder info) {
    const LedgerFacts& facts = access_.ledger.facts();
    info.setOrigin(text_of(facts.origin));
    info.setSuite(text_of(facts.suite));
    info.setCurrency(text_of(facts.currency));
    info.setCurrencyExponent(static_cast<std::uint8_t>(facts.currency_exponent));
    info.setTimeZone(text_of(facts.time_zone));
    info.setFiscalYearMonth(static_cast<std::uint8_t>(facts.fiscal_year_month));
    info.setFiscalYearDay(static_cast<std::uint8_t>(facts.fiscal_year_day));
    info.setEpoch(access_.ledger.journal().epoch().value);
    info.setSize(access_.ledger.journal().size());
    const Date today = access_.ledger.today();
    info.setRuleSetVersion(text_of(or_throw(access_.ledger.rule_set_in_force(today))));
    info.setPrincipal(text_of(principal_.id));
    info.setConfidential(facts.confidential);
    const auto& keys = facts.keys.all();
    auto texts = info.initVerifierKeys(static_cast<unsigned>(keys.size()));
    for (unsigned i = 0; i < keys.size(); ++i) texts.set(i, text_of(keys[i].key.text()));
  }

  Access access_;
  Principal principal_;
};

class GateServer final : public schema::Gate::Server {
 public:
  GateServer(Access access, std::string credential, Principal principal)
      : access_(access), credential_(std::move(credential)), principal_(std::move(principal)) {}

  kj::Promise<void> login(LoginContext context) override {
    if (is_right(view(context.getParams().getCredential()))) {
      context.getResults().setSession(make_session(access_, principal_));
      return kj::READY_NOW;
    }
    return access_.timer.afterDelay(delay_after_wrong_credential).then([] {
      or_throw<void>(
          fail(ErrorCode::denied,
               "the token is not one of this ledger: pass the contents of its admin.token "
               "with --token-file FILE or COUNTERFOIL_TOKEN"));
    });
  }

 private:
  /// Takes as long for a credential that is right up to its last byte as for any of that length. An
  /// empty one, of a token file that was emptied, opens nothing.
  bool is_right(std::string_view given) const {
    return !credential_.empty() && given.size() == credential_.size() &&
           CRYPTO_memcmp(given.data(), credential_.data(), given.size()) == 0;
  }

  Access access_;
  std::string credential_;
  Principal principal_;
};

}  // namespace

schema::Gate::Client make_gate(Access access, std::string credential, Principal principal) {
  return kj::heap<GateServer>(access, std::move(credential), std::move(principal));
}

schema::Session::Client make_session(Access access, Principal principal) {
  return kj::heap<SessionServer>(access, std::move(principal));
}

}  // namespace counterfoil
