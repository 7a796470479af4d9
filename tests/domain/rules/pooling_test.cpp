#include "domain/support/modes.h"
#include "support/catch.h"

// R17: pooled money keeps its source tag, and earmarked money its purpose.

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

/// 300 from the transfer t were clawed back from A into pool p; records 11 and 12.
HistoryUnder pooled(FactOf received) {
  return [=](const CommandOf& rules) {
    return given({city(), rules, received, adjust(Kind::CLAWBACK, {{A, -300, "t"}}, "p")});
  };
}
constexpr std::uint64_t received_t = behind_rule;

CommandOf allocate(std::string to_line, std::int64_t amount) {
  return CommandOf(adjust(Kind::POOL_ALLOCATION, {{std::move(to_line), amount, "t"}}, "p"))
      .citing({received_t});
}

Given plain_under(const CommandOf& rules) {
  return given({city(), rules});
}

}  // namespace

TEST_CASE("R17 pooling: what goes into a pool has a source tag") {
  check_accepted("R17", plain_under, adjust(Kind::CLAWBACK, {{A, -300, "t"}}, "p"));
  check_accepted("R17", plain_under, adjust(Kind::CLAWBACK, {{A, -300, ""}}));
  check_modes("R17", plain_under, adjust(Kind::CLAWBACK, {{A, -299, "t"}, {A, -1, ""}}, "p"),
              {"1 minor units go from " + A + " into pool p without a source tag"},
              "Give each leg its sourceTag");
}

TEST_CASE("R17 pooling: earmarked money leaves only to its purpose") {
  const HistoryUnder for_Q = pooled(earmarked_transfer("t", 300, "Q"));
  check_accepted("R17", for_Q, allocate(B, 300));
  check_refused("R17", for_Q, allocate(A, 1),
                {"1 minor units tagged t would go to project P; they are earmarked for project Q "
                 "by record 11",
                 "Give them to their purpose, or take other money"});
  check_modes("R17", for_Q, allocate(A, 300), {"300 minor units tagged t", "record 11"},
              "Give them to their purpose");
}

TEST_CASE("R17 pooling: no more than went in leaves under the tag, whatever the mode") {
  for (const char* mode : {"enforce", "override", "observe", "off"})
    pooled(earmarked_transfer("t", 300, "Q"))(rule("R17", mode))
        .when(allocate(B, 301).overriding("mayor", "doc 7"))
        .refused("R16: pool p would have given out 301 minor units under the tag \"t\"",
                 "only 300 went in");
}

TEST_CASE("R17 pooling: a transfer without a purpose goes anywhere, and is among the evidence") {
  check_accepted("R17", pooled(transfer("t", 300)), allocate(A, 300));
  check_refused("R17", pooled(transfer("t", 300)), allocate(A, 300).citing({}),
                {"the transfer, record 11, is not among the evidence", "Cite record 11"});
  check_accepted("R17", pooled(unit("W")), allocate(A, 300).citing({}));
}

TEST_CASE("R17 pooling: money that moves between lines takes its tag along") {
  // A virement that tagged only what it took away made earmarked money free.
  for (const Kind kind : {Kind::VIREMENT, Kind::RESERVE_DRAW}) {
    check_accepted("R17", plain_under, adjust(kind, {{A, -10, "t"}, {B, 10, "t"}}));
    check_refused(
        "R17", plain_under, adjust(kind, {{A, -10, "t"}, {B, 10, ""}}),
        {"the legs tagged t sum to -10 minor units, not to 0", "the tag of those that give it"});
    check_refused("R17", plain_under, adjust(kind, {{A, -10, "t"}, {B, 9, "t"}, {B, 1, ""}}),
                  {"the legs tagged t sum to -1 minor units"});
  }
  check_modes("R17", plain_under, adjust(Kind::VIREMENT, {{A, -10, ""}, {B, 10, "t"}}),
              {"the legs tagged t sum to 10 minor units"}, "Give the legs");
}

TEST_CASE("R17 pooling: a virement to another purpose is held to it too") {
  given({city(), rule("R17", "enforce"), earmarked_transfer("t", 300, "P")})
      .when(CommandOf(adjust(Kind::VIREMENT, {{A, -10, "t"}, {B, 10, "t"}})).citing({received_t}))
      .refused("R17: ", "10 minor units tagged t would go to project Q", "earmarked for project P");
}

TEST_CASE("TransferReceived: earmarked money names its project, and its tag has one purpose") {
  given({city()})
      .when(earmarked_transfer("t", 300, "Q"))
      .then({recorded(R"({"transferReceived": {"fiscalYear": 2024, "earmarked": true,
              "amount": "300", "fund": "general", "sourceTag": "t", "purpose": "Q"}})")})
      .when(earmarked_transfer("t", 50, "Q"))
      .then({})
      // A second transfer of the same tag would have freed the first.
      .when(transfer("t", 50))
      .refused("the tag t is of record 11, which is earmarked for project Q", "a tag of its own")
      .when(earmarked_transfer("t", 50, "P"))
      .refused("earmarked for project Q")
      .when(together({reverse(next), reverse(next + 1), transfer("t", 50)}))
      .then({})
      .when(earmarked_transfer("t", 50, "P"))
      .refused("the tag t is of record 14, which is not earmarked");
  given({city()}).when(transfer("t", -1)).invalid("a transfer is -1; it may not be below 0");
  given({city()}).when(earmarked_transfer("t", 1, "")).invalid("names the project that it is for");
  given({city()}).when(earmarked_transfer("t", 1, "X")).refused("project/X is not known");
}
