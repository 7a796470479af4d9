#include "service/what_if.h"

#include <schema/views.capnp.h>

#include "codec/text.h"
#include "projections/row_codec.h"
#include "service/past_rows.h"
#include "support/catch.h"
#include "support/ledger_kit.h"

using namespace counterfoil;

namespace {

/// The test rule set again with R19 in another mode.
struct Judged {
  std::vector<std::string> rows;
  std::vector<schema::WhatIfRow::Outcome> outcomes;
};

struct Overspent {
  TempFolder temp;
  std::unique_ptr<Ledger> ledger;

  /// More is paid than there is, by a rule that lets it pass in that mode.
  explicit Overspent(std::string_view mode) {
    kit::create_ledger_in(temp / "ledger", mode);
    ledger = must(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
    ledger->start();
    const auto send = [&](const char* id, const std::string& facts) {
      must(kit::send(ledger->writer(), kit::command(id, facts)));
    };
    send("1", kit::unit("U") + "," + kit::project("P", "U") + "," + kit::line("P") + "," +
                  kit::appropriation("P", 100));
    send("2", kit::payment("P", 60));
    send("3", kit::payment("P", 70));
    ledger->writer().stop();
  }

  Result<Judged> judge(std::string_view mode, const std::string& in_place_of = {}) {
    Judged judged;
    RowBuffer<schema::WhatIfRow> buffer;
    CF_LET(const RowPage page,
           read_what_if(ledger->journal(), ledger->past(), ledger->zone(), kit::rules(mode),
                        in_place_of, {}, ledger->now(), "", 0));
    for (const std::string& row : page.rows) {
      judged.rows.push_back(row);
      judged.outcomes.push_back(buffer.read(row).getOutcome());
    }
    return judged;
  }
};

using Outcome = schema::WhatIfRow::Outcome;

}  // namespace

TEST_CASE(
    "a stricter rule set would have refused what was let pass; the same one changes nothing") {
  Overspent overspent("off");
  CHECK(must(overspent.judge("off")).rows.empty());
  CHECK(must(overspent.judge("observe")).outcomes == std::vector{Outcome::OBSERVED});
  CHECK(must(overspent.judge("override")).outcomes == std::vector{Outcome::OVERRIDE_REQUIRED});
  const Judged enforced = must(overspent.judge("enforce"));
  REQUIRE(enforced.outcomes == std::vector{Outcome::REFUSED});
  RowBuffer<schema::WhatIfRow> buffer;
  const auto row = buffer.read(enforced.rows.front());
  CHECK(view(row.getRule()) == "R19");
  CHECK(view(row.getFact()) == "paymentRecorded");
  CHECK(view(row.getProject()) == "P");
  CHECK(view(row.getUnit()) == "U");
}

TEST_CASE("a milder rule set would have permitted what was a breach, a stricter one refused it") {
  Overspent overspent("observe");
  CHECK(must(overspent.judge("observe")).rows.empty());
  CHECK(must(overspent.judge("enforce")).outcomes == std::vector{Outcome::REFUSED});
  CHECK(must(overspent.judge("off")).outcomes == std::vector{Outcome::PERMITTED});
}

TEST_CASE("a what-if takes the place of the rule sets of the name that it is given") {
  Overspent overspent("off");
  CHECK(must(overspent.judge("enforce", "test")).rows.size() == 1);
  CHECK(must(overspent.judge("enforce", "all")).rows.size() == 1);
  const auto unknown = overspent.judge("enforce", "nobody");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message == "no rule set \"nobody\" was published; there are test");
}

TEST_CASE("a what-if records nothing") {
  Overspent overspent("off");
  const std::uint64_t size = overspent.ledger->journal().size();
  const Hash root = overspent.ledger->journal().root();
  must(overspent.judge("enforce"));
  CHECK(overspent.ledger->journal().size() == size);
  CHECK(overspent.ledger->journal().root() == root);
}
