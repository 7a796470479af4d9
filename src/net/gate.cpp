#include "net/gate.h"

#include <algorithm>
#include <map>

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
  SessionServer(Access access, Visitor visitor) : access_(access), visitor_(std::move(visitor)) {}

  kj::Promise<void> open(OpenContext context) override {
    auto results = context.getResults();
    const Reach reach = visitor_.reach();
    const ReadNote note = note_of_reads();
    fill(results.initInfo());
    if (visitor_.may_record()) results.setRecorder(make_recorder(access_.ledger, principal()));
    results.setReader(make_reader(access_.ledger, access_.background, reach, note));
    results.setFeed(make_feed(access_.feeds, consumer(), reach, note));
    if (visitor_.may_administer())
      results.setAdmin(
          make_admin(access_.ledger, access_.background, access_.timer, access_.presence));
    if (reach.is_all())
      results.setLog(make_log(access_.ledger, access_.background, access_.timer, note));
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
    info.setPrincipal(text_of(visitor_.principal));
    info.setConfidential(facts.confidential);
    const auto& keys = facts.keys.all();
    auto texts = info.initVerifierKeys(static_cast<unsigned>(keys.size()));
    for (unsigned i = 0; i < keys.size(); ++i) texts.set(i, text_of(keys[i].key.text()));
  }

  ReadNote note_of_reads() const {
    if (!access_.note_audit || !visitor_.has(schema::Role::AUDIT)) return {};
    return [note = access_.note_audit, who = visitor_.principal](std::string_view call) {
      note(fmt::format("{} reads: {}", who, call));
    };
  }

  /// While founding, in every role; then in those that are granted when a command is decided.
  Principal principal() const {
    return {visitor_.principal, visitor_.founds ? schema::Role::ADMIN : schema::Role::UNSPECIFIED,
            ""};
  }

  /// Administrators may use everybody's consumers.
  Principal consumer() const {
    const bool all = visitor_.may_administer();
    return {visitor_.principal, all ? schema::Role::ADMIN : schema::Role::UNSPECIFIED, ""};
  }

  Access access_;
  Visitor visitor_;
};

class GateServer final : public schema::Gate::Server {
 public:
  GateServer(Access access, Door door, Caller caller)
      : access_(access), door_(std::move(door)), caller_(std::move(caller)) {}

  kj::Promise<void> login(LoginContext context) override {
    const std::string_view credential = view(context.getParams().getCredential());
    std::string why;
    auto visitor = credential.empty() && !caller_.certificate.empty()
                       ? door_.entrance.by_certificate(caller_.certificate, why)
                       : door_.entrance.by_token(credential, why);
    if (visitor) {
      Stay& stay = stays_[{visitor->principal, visitor->token}];
      if (!stay.place) stay = enter(*visitor);
      if (caller_.let_in) caller_.let_in();
      context.getResults().setSession(make_session(access_, std::move(*visitor)));
      return kj::READY_NOW;
    }
    door_.report(fmt::format("a login was refused: {}", why));
    return access_.timer.afterDelay(delay_after_wrong_credential).then([error = visitor.error()] {
      or_throw<void>(tl::make_unexpected(error));
    });
  }

 private:
  struct Stay {
    Presence::Place place;
    kj::Promise<void> expiry = kj::READY_NOW;  // of the token; then the connection ends
  };

  Stay enter(const Visitor& visitor) {
    Stay stay{door_.presence.enter(visitor.principal, visitor.token, !visitor.reach().is_all(),
                                   caller_.hang_up)};
    if (!visitor.expires) return stay;
    constexpr std::int64_t longest_us = 3'650 * 86'400'000'000;  // no connection stays so long
    const std::int64_t left_us =
        std::min(visitor.expires->microseconds - access_.ledger.now().microseconds, longest_us);
    stay.expiry = access_.timer.afterDelay(left_us * kj::MICROSECONDS)
                      .then([this, token = visitor.token] {
                        door_.report(fmt::format("closed a connection: token {} expired", token));
                        caller_.hang_up();
                      })
                      .eagerlyEvaluate(nullptr);
    return stay;
  }

  Access access_;
  Door door_;
  Caller caller_;
  /// For as long as the connection stays: capabilities outlive the session that gave them.
  std::map<std::pair<std::string, std::string>, Stay> stays_;
};

}  // namespace

schema::Gate::Client make_gate(Access access, Door door, Caller caller) {
  return kj::heap<GateServer>(access, std::move(door), std::move(caller));
}

schema::Session::Client make_session(Access access, Visitor visitor) {
  return kj::heap<SessionServer>(access, std::move(visitor));
}

}  // namespace counterfoil
