#include "net/admin.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "codec/binary_text.h"
#include "codec/json.h"
#include "codec/text.h"
#include "core/limits.h"
#include "net/failure.h"
#include "net/progress.h"
#include "net/view_info.h"
#include "projections/row_codec.h"
#include "service/entrance.h"

namespace counterfoil {
namespace {

struct Rebuilt {
  std::vector<ViewReport> before;
  std::vector<ViewReport> after;
};

Projector::Progress teller(Position& position) {
  return [&position](std::uint64_t done, std::uint64_t total) {
    position.done = done;
    position.total = total;
  };
}

Result<Rebuilt> rebuild(Projector& projector, std::vector<std::string> names, Position& position) {
  if (names.empty())
    for (const ProjectionStatus& status : projector.status()) names.push_back(status.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& name : names) CF_TRY(projector.find(name));
  // The digests before and after are of the same records, so what is left to fold is folded first.
  // A view that cannot be folded is halted, which its report says, and is what a rebuild may mend.
  (void)projector.catch_up();
  Rebuilt rebuilt;
  CF_LET(rebuilt.before, report_views(projector, true));
  CF_TRY(projector.rebuild(names, teller(position)));
  CF_LET(rebuilt.after, report_views(projector, true));
  return rebuilt;
}

/// How the view stands behind a retry, which may have failed again.
Result<ViewReport> retry(Projector& projector, const std::string& name) {
  CF_TRY(projector.find(name));
  if (auto retried = projector.retry(name); !retried && retried.error().code == ErrorCode::busy)
    return tl::make_unexpected(retried.error());
  for (ProjectionStatus& status : projector.status())
    if (status.name == name) return ViewReport{std::move(status), std::nullopt};
  return fail(ErrorCode::not_found, "there is no projection \"{}\"", name);
}

/// An entry of a view as its reader can make something of it.
std::string text_of_entry(const Projection& projection, std::string_view key,
                          const std::optional<std::string>& value) {
  if (!value) return {};
  if (key.starts_with(projection.row_prefix())) {
    AnyRowBuffer buffer(projection.row_schema());
    const auto row = buffer.read(*value);
    if (row) return boost::json::serialize(to_json(*row));
  }
  return to_hex(*value);
}

void fill(schema::Comparison::Builder out, const Projection& projection,
          const ViewComparison& found) {
  using How = schema::ViewDifferenceRow::How;
  out.setVersion(found.version);
  out.setPosition(found.position);
  out.setServed(found.served);
  out.setFolded(found.folded);
  out.setDiffering(found.differing);
  auto rows = out.initDifferences(static_cast<unsigned>(found.differences.size()));
  for (unsigned i = 0; i < rows.size(); ++i) {
    const ViewComparison::Difference& one = found.differences[i];
    rows[i].setKey(data_of(one.key));
    rows[i].setHow(!one.served ? How::MISSING : !one.folded ? How::EXTRA : How::CHANGED);
    rows[i].setServed(text_of(text_of_entry(projection, one.key, one.served)));
    rows[i].setFolded(text_of(text_of_entry(projection, one.key, one.folded)));
  }
}

std::optional<TokenScope> scope_of(schema::TokenScope scope) {
  if (scope == schema::TokenScope::USUAL) return std::nullopt;
  return scope == schema::TokenScope::READ ? TokenScope::read : TokenScope::record;
}

void fill(schema::TokenInfo::Builder info, const Credential& credential) {
  info.setId(text_of(credential.id));
  info.setPrincipal(text_of(credential.principal));
  info.setIssued(credential.issued.microseconds);
  if (credential.expires) info.setExpires(credential.expires->microseconds);
  info.setScope(credential.scope == TokenScope::read ? schema::TokenScope::READ
                                                     : schema::TokenScope::RECORD);
}

class AdminServer final : public schema::Admin::Server {
 public:
  AdminServer(Ledger& ledger, Background& background, kj::Timer& timer, Presence* presence)
      : ledger_(ledger), background_(background), timer_(timer), presence_(presence) {}

  kj::Promise<void> rebuild(RebuildContext context) override {
    std::vector<std::string> names;
    for (const auto name : context.getParams().getNames()) names.emplace_back(view(name));
    auto position = std::make_shared<Position>();
    auto work = [&projector = ledger_.projector(), names = std::move(names), position] {
      return counterfoil::rebuild(projector, names, *position);
    };
    auto reports = tell_of(timer_, context.getParams(), position);
    return background_.chores.run(std::move(work))
        .then([context](Result<Rebuilt> outcome) mutable {
          const Rebuilt rebuilt = or_throw(std::move(outcome));
          auto results = context.getResults();
          fill(results.initBefore(static_cast<unsigned>(rebuilt.before.size())), rebuilt.before);
          fill(results.initAfter(static_cast<unsigned>(rebuilt.after.size())), rebuilt.after);
        })
        .exclusiveJoin(kj::mv(reports));
  }

  kj::Promise<void> retry(RetryContext context) override {
    auto work = [&projector = ledger_.projector(),
                 name = std::string(view(context.getParams().getName()))] {
      return counterfoil::retry(projector, name);
    };
    return background_.chores.run(std::move(work))
        .then([context](Result<ViewReport> outcome) mutable {
          fill(context.getResults().initView(), or_throw(std::move(outcome)));
        });
  }

  kj::Promise<void> compare(CompareContext context) override {
    const std::string name(view(context.getParams().getName()));
    const Projection* const projection = or_throw(ledger_.projector().find(name));
    auto position = std::make_shared<Position>();
    auto work = [&projector = ledger_.projector(), name, position] {
      return projector.compare(name, limits::differences_named, teller(*position));
    };
    auto reports = tell_of(timer_, context.getParams(), position);
    return background_.chores.run(std::move(work))
        .then([context, projection](Result<ViewComparison> outcome) mutable {
          fill(context.getResults().initComparison(), *projection, or_throw(std::move(outcome)));
        })
        .exclusiveJoin(kj::mv(reports));
  }

  kj::Promise<void> seal(SealContext context) override {
    struct Outcome {
      Sealer::Sealed sealed;
      std::string record;
    };
    auto work = [&ledger = ledger_]() -> Result<Outcome> {
      Outcome outcome;
      CF_LET(outcome.sealed, ledger.sealer().seal());
      CF_TRY(ledger.journal().read(outcome.sealed.sequence, outcome.record));
      return outcome;
    };
    return background_.chores.run(std::move(work)).then([context](Result<Outcome> done) mutable {
      const Outcome outcome = or_throw(std::move(done));
      context.getResults().setRecord(data_of(outcome.record));
      context.getResults().setAgain(outcome.sealed.again);
      const auto& left_out = outcome.sealed.left_out;
      auto sentences = context.getResults().initLeftOut(static_cast<unsigned>(left_out.size()));
      for (unsigned i = 0; i < sentences.size(); ++i) sentences.set(i, text_of(left_out[i]));
    });
  }

  kj::Promise<void> issueToken(IssueTokenContext context) override {
    const auto params = context.getParams();
    auto work = [&ledger = ledger_, principal = std::string(view(params.getPrincipal())),
                 scope = params.getScope(), expires = params.getExpires()] {
      return issue_token(ledger, principal, scope_of(scope),
                         expires == 0 ? std::nullopt : std::optional(Instant{expires}));
    };
    return background_.chores.run(std::move(work))
        .then([context](Result<Credentials::Issued> done) mutable {
          const auto issued = or_throw(std::move(done));
          context.getResults().setToken(text_of(issued.token));
          fill(context.getResults().initInfo(), issued.credential);
        });
  }

  kj::Promise<void> withdrawToken(WithdrawTokenContext context) override {
    auto work = [&ledger = ledger_, id = std::string(view(context.getParams().getId()))] {
      return ledger.credentials().withdraw(id);
    };
    return background_.chores.run(std::move(work))
        .then([this, context](Result<Credential> done) mutable {
          const Credential withdrawn = or_throw(std::move(done));
          fill(context.getResults().initInfo(), withdrawn);
          if (presence_ == nullptr) return;
          context.getResults().setClosed(
              static_cast<std::uint32_t>(presence_->end_of_token(withdrawn.id)));
        });
  }

  kj::Promise<void> tokens(TokensContext context) override {
    const auto all = ledger_.credentials().all();
    auto out = context.getResults().initTokens(static_cast<unsigned>(all.size()));
    for (unsigned i = 0; i < all.size(); ++i) fill(out[i], all[i]);
    return kj::READY_NOW;
  }

 private:
  Ledger& ledger_;
  Background& background_;
  kj::Timer& timer_;
  Presence* presence_;
};

}  // namespace

schema::Admin::Client make_admin(Ledger& ledger, Background& background, kj::Timer& timer,
                                 Presence* presence) {
  return kj::heap<AdminServer>(ledger, background, timer, presence);
}

}  // namespace counterfoil
