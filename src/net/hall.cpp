#include "net/hall.h"

#include "net/failure.h"
#include "net/revocations.h"

namespace counterfoil {

Hall::Hall(kj::Timer& timer, Ledger& ledger, std::string admin_token,
           std::function<void(std::string_view)> report)
    : timer_(timer),
      ledger_(ledger),
      report_(std::move(report)),
      entrance_(ledger, std::move(admin_token)),
      growth_(ledger),
      revocations_(follow_revocations(ledger, growth_, presence_, report_)
                       .eagerlyEvaluate([this](kj::Exception&& why) {
                         report_(
                             fmt::format("revoked roles no longer end connections, restart the "
                                         "daemon: {}",
                                         from_exception(why).message));
                       })) {}

schema::Gate::Client Hall::make_gate(Caller caller) {
  return counterfoil::make_gate({ledger_, growth_, subscribers_, background_, timer_, &presence_},
                                {entrance_, presence_, report_}, std::move(caller));
}

}  // namespace counterfoil
