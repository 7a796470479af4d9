#include "counterfoil/waterfall.h"

#include "support/catch.h"

using namespace counterfoil;
using Catch::Matchers::Contains;

namespace {

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++count;
  return count;
}

}  // namespace

TEST_CASE("a waterfall has a bar, a label and an amount a step, and a line at zero") {
  const std::string svg = waterfall_svg("Unit 1", "net, CNY",
                                        {{"original", "100", 0, 100, true},
                                         {"supplement", "+50", 100, 150, false},
                                         {"clawback", "-180", 150, -30, false},
                                         {"current", "-30", 0, -30, true}});
  CHECK(count(svg, "<rect class=\"total\"") == 2);
  CHECK(count(svg, "<rect class=\"more\"") == 1);
  CHECK(count(svg, "<rect class=\"less\"") == 1);
  CHECK(count(svg, "class=\"zero\"") == 1);
  for (const char* text : {">original<", ">+50<", ">-180<", ">current<", ">Unit 1<"})
    CHECK_THAT(svg, Contains(text));
}

TEST_CASE("texts of a waterfall cannot become markup, nor leave XML") {
  const std::string svg = waterfall_svg("<script>&\"", "\x01", {{"a<b", "1", 0, 1, true}});
  CHECK_THAT(svg, Contains("&lt;script&gt;&amp;&quot;") && !Contains("<script") &&
                      Contains(">a&lt;b<") && !Contains("\x01"));
}

TEST_CASE("a waterfall of zeros, and one of the greatest amounts, stay inside the picture") {
  CHECK_THAT(waterfall_svg("", "", {{"original", "0", 0, 0, true}}), !Contains("nan"));
  const std::string svg = waterfall_svg(
      "", "",
      {{"original", "", 0, INT64_MAX, true}, {"reduction", "", INT64_MAX, INT64_MIN, false}});
  CHECK_THAT(svg, !Contains("nan") && !Contains("inf") && !Contains("width=\"-"));
}
