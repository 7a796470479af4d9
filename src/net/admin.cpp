#include "net/admin.h"

#include <algorithm>

#include "codec/text.h"
#include "net/failure.h"
#include "net/progress.h"
#include "net/view_info.h"

namespace counterfoil {
namespace {

struct Rebuilt {
  std::vector<ViewReport> before;
  std::vector<ViewReport> after;
};

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
  for (const std::string& name : names)
    CF_TRY(projector.rebuild(name, [&](std::uint64_t done, std::uint64_t total) {
      position.done = done;
      position.total = total;
    }));
  CF_LET(rebuilt.after, report_views(projector, true));
  return rebuilt;
}

class AdminServer final : public schema::Admin::Server {
 public:
  AdminServer(Ledger& ledger, Background& background, kj::Timer& timer)
      : ledger_(ledger), background_(background), timer_(timer) {}

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

 private:
  Ledger& ledger_;
  Background& background_;
  kj::Timer& timer_;
};

}  // namespace

schema::Admin::Client make_admin(Ledger& ledger, Background& background, kj::Timer& timer) {
  return kj::heap<AdminServer>(ledger, background, timer);
}

}  // namespace counterfoil
