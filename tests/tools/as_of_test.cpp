#include "net/as_of.h"

#include <capnp/message.h>

#include "support/catch.h"
#include "support/must.h"

using namespace counterfoil;

namespace {

Zone shanghai() {
  return must(Zone::find("Asia/Shanghai"));
}

std::string refusal(const std::string& bound) {
  const auto as_of = parse_as_of({bound}, shanghai());
  REQUIRE_FALSE(as_of);
  CHECK(as_of.error().code == ErrorCode::invalid);
  return as_of.error().message;
}

}  // namespace

TEST_CASE("bounds of each axis are read; a day is taken to its end where the ledger is kept") {
  const AsOf as_of = must(parse_as_of(
      {"seq:12", "recorded:2024-06-30T08:00:00Z", "decided:2024-06-30", "effective:2024-02-29"},
      shanghai()));
  CHECK(format(as_of) ==
        "seq:12, recorded:2024-06-30T08:00:00Z, decided:2024-06-30T15:59:59.999999Z, "
        "effective:2024-02-29");
  CHECK_FALSE(must(parse_as_of({}, shanghai())).is_set());
}

TEST_CASE("of several bounds of one axis the earlier one holds") {
  const AsOf as_of =
      must(parse_as_of({"seq:12", "seq:7", "effective:2024-02-29", "effective:2024-03-01",
                        "decided:2024-03-02", "decided:2024-03-01"},
                       shanghai()));
  CHECK(format(as_of) == "seq:7, decided:2024-03-01T15:59:59.999999Z, effective:2024-02-29");
}

TEST_CASE("what is no bound is refused, with what would be one") {
  CHECK_THAT(refusal("yesterday"), Catch::Contains("write seq:N, recorded:TIME"));
  CHECK_THAT(refusal("sequence:1"), Catch::Contains("write seq:N, recorded:TIME"));
  CHECK_THAT(refusal("seq:"), Catch::Contains("is no sequence of an event"));
  CHECK_THAT(refusal("seq:-1"), Catch::Contains("is no sequence of an event"));
  CHECK_THAT(refusal("seq:18446744073709551616"), Catch::Contains("is no sequence of an event"));
  CHECK_THAT(refusal("effective:2023-02-29"), Catch::Contains("is not a day of the calendar"));
  CHECK_THAT(refusal("decided:2024-13-01"), Catch::Contains("as of \"decided:2024-13-01\""));
  CHECK_THAT(refusal("effective:2024-01-01T00:00:00Z"), Catch::Contains("effective:2024-01-01T"));
}

TEST_CASE("a moment fills what a call asks for, and what is not bound stays unset") {
  capnp::MallocMessageBuilder message;
  auto filled = message.initRoot<schema::AsOf>();
  fill(filled, must(parse_as_of({"effective:1970-01-01", "seq:0"}, shanghai())));
  CHECK(filled.getHasEffective());
  CHECK(filled.getHasSequence());
  CHECK_FALSE(filled.getHasDecided());
  CHECK_FALSE(filled.getHasRecorded());
}
