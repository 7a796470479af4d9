#include "domain/page.h"

#include <rapidcheck.h>

#include "support/catch.h"

using namespace counterfoil;

namespace {

std::vector<Page> pages() {
  const Sequence far{UINT64_MAX};
  return {
      Page{},
      Page{7, Sequence{12}, {}},
      Page{1, far, LedgerState{}},
      Page{2, Sequence{1},
           LedgerState{true, {{Date{-719'162}, Sequence{1}, "a@1"}, {Date{1}, far, ""}}, 12, 28}},
      Page{1, Sequence{2}, UnitState{true, "D", "V"}},
      Page{1, Sequence{3}, ProjectState{true, "unit-7"}},
      Page{9, Sequence{4},
           LineState{true,
                     true,
                     Sequence{8},
                     {5},
                     {INT64_MIN},
                     {{2023, {INT64_MIN}}, {2024, {0}}},
                     {INT64_MAX},
                     {-1}}},
      Page{0, Sequence{}, LineState{false, true, {}, {}, {}, {}, {}, {}}},
      Page{0, Sequence{}, PoolState{{INT64_MAX}, {1}}},
      Page{0, Sequence{}, TargetState{}},
      Page{0, Sequence{}, TargetState{{{Sequence{9}, Sequence{8}}, {far, Sequence{7}}}}},
      Page{0, Sequence{}, EventState{true, far, {-5}, UINT32_MAX}},
      Page{0, Sequence{}, StandingState{}},
      Page{0, Sequence{}, StandingState{{Sequence{1}, far}}},
      Page{3, Sequence{8}, FundState{{{"net", {INT64_MIN}}, {"conditional", {1}}}}},
  };
}

}  // namespace

TEST_CASE("a page of every state decodes to what was encoded") {
  for (const Page& page : pages()) {
    const auto decoded = decode_page(encode_page(page));
    REQUIRE(decoded.has_value());
    CHECK(*decoded == page);
  }
}

TEST_CASE("a page that is too short or too long is refused") {
  for (const Page& page : pages()) {
    const std::string bytes = encode_page(page);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      CHECK(decode_page(bytes.substr(0, size)).error().code == ErrorCode::corrupt);
    CHECK(decode_page(bytes + '\0').error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("a page has one encoding: damaged bytes are refused or are another page") {
  // A truth value of 2 was read as true.
  for (const Page& page : pages()) {
    const std::string bytes = encode_page(page);
    for (std::size_t at = 0; at < bytes.size(); ++at)
      for (int flip = 1; flip < 256; flip += 2) {
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ flip);
        const auto decoded = decode_page(damaged);
        if (decoded) CHECK(encode_page(*decoded) == damaged);
      }
  }
}

TEST_CASE("no bytes make decoding fail otherwise than by saying so") {
  CHECK(rc::check([](std::uint8_t state, const std::vector<std::uint8_t>& rest) {
    std::string bytes(1, static_cast<char>(state % 10));
    bytes.append(16, '\0').append(rest.begin(), rest.end());
    const auto decoded = decode_page(bytes);
    const bool good = !decoded || encode_page(*decoded) == bytes;
    RC_ASSERT(good);
  }));
}

TEST_CASE("the rule set in force starts last, and of those that start together it is the newest") {
  const LedgerState ledger{true,
                           {{Date{10}, Sequence{1}, "a"},
                            {Date{20}, Sequence{2}, "b"},
                            {Date{20}, Sequence{3}, "c"},
                            {Date{5}, Sequence{4}, "d"}}};
  const auto on = [&](int day) {
    const auto found = in_force(ledger, Date{day});
    return found ? found->version : "none";
  };
  CHECK(on(4) == "none");
  CHECK(on(5) == "d");
  CHECK(on(9) == "d");
  CHECK(on(10) == "a");
  CHECK(on(19) == "a");
  CHECK(on(20) == "c");
}

TEST_CASE("keys of pages that are no subject's cannot be one") {
  CHECK(event_key(Sequence{7}) == "@event/7");
  CHECK(target_key("project/P", 2024) == "@target/2024/project/P");
  CHECK(pool_key("p", "a/b") == "@pool/p/a/b");
  for (const auto& key : {event_key({}), target_key("unit/U", 1), pool_key("p", "")})
    CHECK_FALSE(check_subject(key).has_value());
}
