#include "net/hall.h"

#include "net/failure.h"
#include "net/revocations.h"

namespace counterfoil {

Hall::Hall(AsioLoop& loop, Ledger& ledger, std::string admin_token, ReadNote note_audit)
    : loop_(loop),
      ledger_(ledger),
      entrance_(ledger, std::move(admin_token)),
      note_audit_(std::move(note_audit)),
      feeds_(ledger, loop.timer(), [&loop](const std::string& sentence) { loop.report(sentence); }),
      revocations_(
          follow_revocations(ledger, feeds_.growth, presence_, [&loop](std::string_view sentence) {
            loop.report(sentence);
          }).eagerlyEvaluate([&loop](kj::Exception&& why) {
            loop.report(
                fmt::format("revoked roles no longer end connections, restart the daemon: {}",
                            from_exception(why).message));
          })) {}

schema::Gate::Client Hall::make_gate(Caller caller) {
  return counterfoil::make_gate(
      access(),
      {entrance_, presence_, [&loop = loop_](std::string_view sentence) { loop.report(sentence); }},
      std::move(caller));
}

}  // namespace counterfoil
