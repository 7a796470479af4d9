#include "counterfoil/table.h"

#include <sstream>

#include "support/catch.h"

using namespace counterfoil;
using Catch::Matchers::Contains;

namespace {

Cell cell(std::string text) {
  const bool is_absent = text.empty();
  return {std::move(text), is_absent};
}

}  // namespace

TEST_CASE("columns align by what a terminal shows, numbers to the right") {
  std::ostringstream out;
  Table table(out, Language::english, {{"unit", false}, {"amount", true}, {"note", false}});
  table.add({cell("财政局"), cell("1.00"), cell("a")});
  table.add({cell("bureau"), cell("1,234.00"), cell("")});
  table.add({cell("x"), cell("-5.00"), cell("b")});
  table.finish();
  CHECK(out.str() ==
        "unit      amount  note\n"
        "财政局      1.00  a\n"
        "bureau  1,234.00  \n"
        "x          -5.00  b\n");
}

TEST_CASE("a column without any value is left out and named below the table") {
  for (const Language language : {Language::english, Language::chinese}) {
    std::ostringstream out;
    Table table(out, language, {{"a", false}, {"b", true}, {"c", true}});
    table.add({cell("x"), {"0.00", true}, {"0", true}});
    table.finish();
    CHECK(out.str() == (language == Language::english
                            ? "a\nx\n\nLeft out, as no row has a value: b, c.\n"
                            : "a\nx\n\n以下各列均无数值，已省略：b、c。\n"));
  }
}

TEST_CASE("a value that comes after the widths were chosen is never hidden") {
  std::ostringstream out;
  Table table(out, Language::english, {{"a", false}, {"b", true}});
  for (std::size_t i = 0; i < Table::rows_held; ++i) table.add({cell("x"), {"0.00", true}});
  CHECK_THAT(out.str(), Contains("a\nx\n"));  // the rows so far are printed and not kept
  table.add({cell("a longer one"), {"0.00", true}});
  table.add({cell("y"), cell("7.00")});
  table.add({cell("z"), {"0.00", true}});
  table.finish();
  CHECK_THAT(out.str(),
             Catch::Matchers::EndsWith("x\na longer one\n\na     b\ny  7.00\nz  0.00\n"));
}

TEST_CASE("a table that is followed shows each row as it comes, and a header before the first") {
  std::ostringstream out;
  Table table(out, Language::english, {{"a", false}, {"b", true}});
  table.show();
  CHECK(out.str().empty());
  table.add({cell("x"), cell("1.00")});
  CHECK(out.str().empty());
  table.show();
  CHECK(out.str() == "a     b\nx  1.00\n");
  table.add({cell("y"), cell("2.00")});
  CHECK(out.str() == "a     b\nx  1.00\ny  2.00\n");
}

TEST_CASE("a table without rows says so") {
  std::ostringstream out;
  Table table(out, Language::chinese, {{"a", false}});
  table.finish();
  CHECK(out.str() == "没有记录。\n");
}
