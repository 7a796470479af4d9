#include "domain/support/rule_book.h"
#include "support/catch.h"

// R16 for pools: pool in = Σ clawbacks and savings; out ≤ in, per pool and source tag.

using namespace counterfoil;
using namespace counterfoil::test;

TEST_CASE("R16 pools: a clawback goes into its pool, an allocation comes out of it") {
  given({city()})
      .when(adjust(Kind::CLAWBACK, {{A, -300, "transfer"}, {A, -50, ""}}, "livelihood"))
      .then(
          {pool("livelihood", "transfer", 300, 0), pool("livelihood", "", 50, 0), current(A, 650)})
      .when(adjust(Kind::POOL_ALLOCATION, {{B, 300, "transfer"}}, "livelihood"))
      .then({pool("livelihood", "transfer", 300, 300), current(B, 300)});
}

TEST_CASE("R16 pools: savings of an appropriation go into the pool that it names") {
  given({city()})
      .when(appropriate(B, 500, {70, 30, "livelihood", 600}))
      .then({pool("livelihood", "", 100, 0), current(B, 500)})
      .when(adjust(Kind::POOL_ALLOCATION, {{A, 101, ""}}, "livelihood"))
      .refused("R16", "pool livelihood", "given out 101 minor units", "only 100 went in");
}

TEST_CASE("R16 pools: a pool gives out no more than went in, per source tag") {
  given({city(), adjust(Kind::CLAWBACK, {{A, -300, "a"}}, "p")})
      .when(adjust(Kind::POOL_ALLOCATION, {{B, 301, "a"}}, "p"))
      .refused("R16: pool p", "301", "tag \"a\"", "only 300 went in")
      .when(adjust(Kind::POOL_ALLOCATION, {{B, 1, "b"}}, "p"))
      .refused("R16", "tag \"b\"")
      .when(adjust(Kind::POOL_ALLOCATION, {{B, 1, "a"}}, "q"))
      .refused("R16: pool q")
      .when(adjust(Kind::POOL_ALLOCATION, {{B, 200, "a"}, {C, 101, "a"}}, "p"))
      .refused("R16: pool p")
      .when(adjust(Kind::POOL_ALLOCATION, {{B, 200, "a"}, {C, 100, "a"}}, "p"))
      .then({pool("p", "a", 300, 300)});
}

TEST_CASE("R16 pools: a clawback takes and an allocation gives") {
  given({city()}).when(adjust(Kind::CLAWBACK, {{A, 1, ""}}, "p")).invalid("a clawback takes", A);
  given({city()})
      .when(adjust(Kind::POOL_ALLOCATION, {{A, -1, ""}}, "p"))
      .invalid("a pool allocation gives", A);
  given({city()}).when(adjust(Kind::POOL_ALLOCATION, {{A, 1, ""}})).invalid("names the pool");
  given({city()}).when(adjust(Kind::CLAWBACK, {{A, -1, ""}})).then({current(A, 999)});
}

TEST_CASE("R16 pools: only a clawback and an allocation name a pool") {
  // The pool's history would have had an event that never touched its balance.
  for (const Kind kind : {Kind::SUPPLEMENT, Kind::REDUCTION, Kind::CANCELLATION, Kind::RESTATEMENT})
    given({city()}).when(adjust(kind, {{A, 1, ""}}, "p")).invalid("only a clawback", "name a pool");
}

TEST_CASE("R16 pools: what a pool gave out stays covered when a clawback is reversed") {
  given({city(), adjust(Kind::CLAWBACK, {{A, -300, "a"}}, "p"),
         adjust(Kind::POOL_ALLOCATION, {{B, 200, "a"}}, "p")})
      .when(reverse(next))
      .refused("R16: pool p", "given out 200", "only 0 went in")
      .when(reverse(next + 1))
      .then({pool("p", "a", 300, 0), current(B, 0)})
      .when(reverse(next))
      .then({pool("p", "a", 0, 0), current(A, 1'000)});
}

TEST_CASE("R16 pools: what a pool gave out stays covered when an appropriation is reversed") {
  given({city(), appropriate(B, 500, {70, 30, "p", 600}),
         adjust(Kind::POOL_ALLOCATION, {{C, 1, ""}}, "p")})
      .when(reverse(next))
      .refused("R16: pool p", "only 0 went in")
      .when(reverse(next + 1))
      .then({})
      .when(reverse(next))
      .then({pool("p", "", 0, 0), current(B, 0),
             record_has("/fact/eventReversed/poolEffects/0/incoming", R"("-100")")});
}

TEST_CASE("R16 pools: a pool's sum beyond 64 bits is refused") {
  given({city("off"), adjust(Kind::CLAWBACK, {{B, -INT64_MAX, ""}}, "p")})
      .when(adjust(Kind::CLAWBACK, {{C, -1, ""}}, "p"))
      .beyond_limit("p: adding 1", "64 bits");
}
