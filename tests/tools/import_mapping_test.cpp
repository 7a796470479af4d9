// Mistakes of a mapping, and of a file's header, are found before anything is recorded.

#include "counterfoil/import/mapping.h"
#include "import_support.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::intake;
using namespace counterfoil::testing;

namespace {

constexpr std::string_view good = R"(name = "test"
[[table]]
name = "units"
form = "facts"
[table.command]
commandId = "unit/{unit}"
[[table.command.facts]]
unitRegistered = { unit = "{unit}", name = "{name}" }
[[table]]
name = "payments"
form = "facts"
[table.command]
commandId = "payment/{payment}"
decidedAt = "{day}"
[[table.command.facts]]
paymentRecorded = { line = "line/{line}", amount = "{amount}", reference = "{payment}" }
[[table]]
name = "requests"
form = "adjustments"
group = ["request"]
[table.command]
commandId = "request/{request}"
[table.adjustment]
kind = "virement"
[table.line]
fiscal_year = "{year}"
project = "{project}"
fund = "general"
[table.measures]
net = { change = "net", unit = 1000 }
)";

/// The mapping with one part replaced; the error without the folder's name, or "fine".
std::string read_with(std::string_view part, std::string_view other) {
  std::string text(good);
  REQUIRE(text.find(part) != text.npos);
  text.replace(text.find(part), part.size(), other);
  const Folder folder;
  const auto mapping = Mapping::read(folder.write("m.toml", text));
  if (mapping) return "fine";
  return mapping.error().message.substr(mapping.error().message.find("m.toml"));
}

/// The error of importing a file with that header.
std::string import_header(std::string_view header) {
  const Folder folder;
  const auto mapping = Mapping::read(folder.write("m.toml", good)).value();
  MemoryLedger ledger;
  Account account;
  const std::vector files{folder.write("rows.csv", header)};
  const auto done = import_files(mapping, files, ledger, options(), account);
  CHECK(ledger.requests == 0);
  return done ? "fine" : done.error().message;
}

}  // namespace

TEST_CASE("a mistake in a mapping is an error that names its line") {
  struct Case {
    const char* part;
    const char* other;
    const char* error;
  };
  const std::vector<Case> cases = {
      {"name = \"test\"", "name = \"test\"\nencodign = \"utf-8\"",
       "m.toml:2:1: \"encodign\" means nothing here"},
      {"name = \"test\"", "name = \"test\"\nencoding = \"latin1\"",
       "m.toml:2:12: \"latin1\" is no known encoding"},
      {"name = \"test\"", "name = \"test\"\norder = \"day\"", "m.toml:2:9: \"order\" must be"},
      {"name = \"test\"", "name = \"test\"\ndates = [\"%d\"]", "m.toml:2:9: the date form \"%d\""},
      {"name = \"test\"", "name = \"test\"\n[numbers]\nthousands = \".\"", "the same"},
      {"name = \"test\"", "name = \"a b\"", "m.toml:1:8: \"name\" must be"},
      {"name = \"test\"\n", "", "the key \"name\" is missing"},
      {"form = \"facts\"", "form = \"fact\"", "m.toml:4:8: \"fact\" is no form of table"},
      {"form = \"facts\"", "form = \"facts\"\nforms = 1",
       "m.toml:5:1: \"forms\" means nothing here"},
      {"form = \"facts\"", "form = \"facts\"\nmeasures = 1",
       "m.toml:5:1: \"measures\" means nothing here"},
      {"name = \"{name}\"", "nam = \"{name}\"",
       "\"nam\" is no field of UnitRegistered; it has unit, name"},
      {"unitRegistered", "unitRegistred", "m.toml:8:17: \"unitRegistred\" is no field of Fact"},
      {"name = \"{name}\"", "name = \"{name\"", "a brace without"},
      {"name = \"{name}\"", "name = \"name}\"", "closes a brace that is not open"},
      {"name = \"{name}\"", "name = { column = \"name\", pda = 2 }",
       "m.toml:8:63: \"pda\" means nothing here"},
      {"name = \"{name}\"", "name = { column = \"name\", lookup = \"codes\" }", "[lookups.NAME]"},
      {"name = \"{name}\"", "name = { column = \"name\", as = \"money\" }",
       "cannot be read as \"money\""},
      {"name = \"{name}\"", "name = { sequence_of = \"unit/{unit}\" }", "holds no sequence"},
      {"commandId = \"unit/{unit}\"",
       "commandId = \"unit/{unit}\"\ndocuments = { sequences_of = \"unit\" }",
       "\"documents\" holds no sequences"},
      {"commandId = \"unit/{unit}\"",
       "commandId = \"unit/{unit}\"\nevidence = { sequences_of = \"unit\", optional = true }",
       "\"optional\" means nothing here"},
      {"amount = \"{amount}\"", "amount = 5", "\"amount\" must be a template"},
      {"amount = \"{amount}\"", "amount = { column = \"amount\", as = \"integer\" }",
       "cannot be read as \"integer\""},
      {"amount = \"{amount}\"", "spentAfter = \"{amount}\"", "\"spentAfter\" is set by the ledger"},
      {"decidedAt = \"{day}\"", "decidedAt = 2024-02-30", "m.toml:14:23: "},
      {"commandId = \"unit/{unit}\"", "reason = \"{unit}\"", "the key \"commandId\" is missing"},
      {"kind = \"virement\"", "legs = []", "\"legs\" is made by this form"},
      {"net = { change = \"net\", unit = 1000 }", "net = { original = \"net\" }",
       "the key \"change\" is missing"},
      {"unit = 1000", "unit = 0", "\"unit\" must be"},
      {"unit = 1000", "unit = 1.5", "\"unit\" must be a whole number"},
      {"group = [\"request\"]", "group = \"request\"", "m.toml:20:9: \"group\" must be a list"},
      {"[table.adjustment]\nkind = \"virement\"", "", "the key \"adjustment\" is missing"},
      {"name = \"test\"", "name = \"test", "m.toml:1:"},
  };
  REQUIRE(read_with("name = \"test\"", "name = \"other\"") == "fine");
  for (const auto& [part, other, error] : cases) {
    INFO(part << " → " << other);
    CHECK_THAT(read_with(part, other), Catch::Contains(error) && Catch::StartsWith("m.toml:"));
  }
  CHECK_FALSE(Mapping::read("/nowhere.toml").has_value());
}

TEST_CASE(
    "a file whose header fits no table, two tables or names a column twice is refused before "
    "anything is recorded") {
  CHECK_THAT(import_header("unit,nam\n"),
             Catch::Contains("units lacks \"name\"") &&
                 Catch::Contains("payments lacks \"payment\", \"day\", \"line\", \"amount\""));
  CHECK_THAT(import_header("unit,name,payment,line,amount,day\n"), Catch::Contains("two tables"));
  CHECK_THAT(import_header("unit,name,unit\n"),
             Catch::Contains("the column \"unit\" occurs twice"));
  CHECK(import_header("unit,name,other,other\n") == "fine");
}
