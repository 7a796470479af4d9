// The worked example of tools/mappings/README.md, run as it stands there.

#include <fstream>
#include <sstream>

#include "import_support.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::testing;

namespace {

std::string block(const std::string& page, const std::string& language) {
  const std::string opening = "```" + language + "\n";
  const std::size_t begin = page.find(opening);
  REQUIRE(begin != page.npos);
  const std::size_t text = begin + opening.size();
  return page.substr(text, page.find("```", text) - text);
}

}  // namespace

TEST_CASE("the worked example of the mappings' page does what the page says") {
  std::ifstream file(shipped_mapping("README.md"));
  std::ostringstream text;
  text << file.rdbuf();
  const std::string page = text.str();
  MemoryLedger ledger;
  const auto account = import_text(ledger, block(page, "toml"), block(page, "csv"));
  CHECK(ledger.json_of("bureau/payment/V-1") + "\n" == block(page, "json"));
  CHECK_THAT(ledger.json_of("bureau/payment/V-2"),
             Catch::Contains(R"("amount":"-500000","refundOf":"1")"));
  CHECK(account.rows_recorded == 2);
  REQUIRE(account.refusals.size() == 1);
  CHECK(account.refusals[0].line == 4);
  CHECK_THAT(account.refusals[0].reason, Catch::Contains("\"9\" is not among the codes"));
}
