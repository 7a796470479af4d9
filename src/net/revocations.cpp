#include "net/revocations.h"

#include "codec/text.h"
#include "net/failure.h"

namespace counterfoil {
namespace {

constexpr std::size_t records_in_turn = 1'024;

class Follower {
 public:
  Follower(Ledger& ledger, Growth& growth, Presence& presence,
           std::function<void(std::string_view)> report)
      : ledger_(ledger),
        growth_(growth),
        presence_(presence),
        report_(std::move(report)),
        next_(Sequence{ledger.journal().size()}) {}

  kj::Promise<void> follow() {
    auto next = next_.value < ledger_.journal().size() ? look() : growth_.next();
    return next.then([this] { return kj::evalLater([this] { return follow(); }); });
  }

 private:
  kj::Promise<void> look() {
    auto scan = ledger_.journal().scan(next_, Journal::Extent::part);
    for (std::size_t i = 0; i < records_in_turn; ++i) {
      const auto bytes = or_throw(scan.next());
      if (!bytes) break;
      next_ = Sequence{next_.value + 1};
      const auto record = or_throw(buffer_.load(*bytes));
      const auto fact = record.getFact();
      const bool moved = fact.isUnitReorganised() ||
                         (fact.isEventReversed() &&
                          fact.getEventReversed().getReversedFact() ==
                              static_cast<std::uint16_t>(schema::Fact::UNIT_REORGANISED));
      if (moved) presence_.end_of_bound();
      if (!fact.isRoleRevoked()) continue;
      const std::string_view principal = view(record.getFact().getRoleRevoked().getPrincipal());
      const std::size_t ended = presence_.end_of_principal(principal);
      if (ended != 0)
        report_(fmt::format("closed {} connections of {}: record {} revokes a role", ended,
                            principal, record.getSequence()));
    }
    return kj::READY_NOW;
  }

  Ledger& ledger_;
  Growth& growth_;
  Presence& presence_;
  std::function<void(std::string_view)> report_;
  Sequence next_;
  RecordBuffer buffer_;
};

}  // namespace

kj::Promise<void> follow_revocations(Ledger& ledger, Growth& growth, Presence& presence,
                                     std::function<void(std::string_view)> report) {
  auto follower = kj::heap<Follower>(ledger, growth, presence, std::move(report));
  auto followed = follower->follow();
  return followed.attach(kj::mv(follower));
}

}  // namespace counterfoil
