#include "counterfoil/import/csv.h"

#include "core/limits.h"
#include "import_support.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::intake;
using namespace counterfoil::testing;

namespace {

/// Every record as "line: field|field", or "line! reason".
std::vector<std::string> read_all(std::string_view bytes, Encoding encoding = Encoding::utf8) {
  const Folder folder;
  auto reader = CsvReader::open(folder.write("rows.csv", bytes), encoding);
  if (!reader) return {reader.error().message.substr(reader.error().message.find("rows.csv"))};
  std::vector<std::string> records;
  CsvRecord record;
  while (reader->next(record).value()) {
    std::string text =
        std::to_string(record.line) + (record.refusal.empty() ? ":" : "! " + record.refusal);
    for (std::size_t i = 0; i < record.fields.size(); ++i)
      text.append(i == 0 ? " " : "|").append(record.fields[i]);
    records.push_back(text);
  }
  CHECK(reader->bytes_done() == reader->bytes_total());
  return records;
}

using Records = std::vector<std::string>;

}  // namespace

TEST_CASE("records are read as RFC 4180 writes them") {
  CHECK(read_all("a,b\n1,2\n3,4\n") == Records{"2: 1|2", "3: 3|4"});
  CHECK(read_all("a,b\r\n1,2\r\n3,4") == Records{"2: 1|2", "3: 3|4"});
  CHECK(read_all("\xEF\xBB\xBF"
                 "a,b\n1,2\n") == Records{"2: 1|2"});
  CHECK(read_all("a,b\n\"1,5\",\"say \"\"so\"\"\"\n") == Records{"2: 1,5|say \"so\""});
  CHECK(read_all("a,b\n\"two\nlines\",x\nnext,y\n") == Records{"2: two\nlines|x", "4: next|y"});
  CHECK(read_all("a,b\n,\n\"\",\"\"\"\"\n") == Records{"2: |", "3: |\""});
  CHECK(read_all("a,b\n\n1,2\n\r\n3,4\n\n") == Records{"3: 1|2", "5: 3|4"});
  CHECK(read_all("a,b\n1,") == Records{"2: 1|"});
}

TEST_CASE("a record that is no row is refused at its line and reading goes on at the next") {
  struct Case {
    const char* what;
    std::string row;
    const char* reason;
  };
  const std::vector<Case> cases = {
      {"too few fields", "1", "it has 1 field, the header has 2; add what is missing"},
      {"too many fields", "1,2,3", "it has 3 fields, the header has 2; quote a field"},
      {"NUL", std::string("1,\0", 3), "it contains a NUL byte; save the file as plain text"},
      {"not UTF-8", "1,\xC3\x28", "it is not UTF-8; save it so, or put encoding"},
      {"overlong UTF-8", "1,\xC0\xAF", "it is not UTF-8"},
      {"text behind a quote", "1,\"2\"x", "text follows a closing quote"},
      {"quote within a field", "1,2\"x\"", "a quote stands within a field"},
      {"stray carriage return", "1\r2,3", "a carriage return that ends no line"},
      {"unclosed quote", "1,\"2", "a quote is not closed before the file's end"},
      {"long", "1," + std::string(limits::csv_record_bytes, 'x'),
       "it is longer than 1048576 bytes"},
      {"very long", "1," + std::string(5u << 20, 'x'), "it is longer than 1048576 bytes"},
      {"long quoted", "1,\"" + std::string(2u << 20, 'x') + "\"",
       "a quote is not closed within 1048576"},
  };
  for (const auto& [what, row, reason] : cases) {
    INFO(what);
    const auto records = read_all("a,b\n1,2\n" + row + "\n3,4\n5,6\n");
    REQUIRE(records.size() == 4);
    CHECK(records[0] == "2: 1|2");
    CHECK(records[1].substr(0, 3) == "3! ");
    CHECK(records[1].find(reason) != std::string::npos);
    CHECK(records[2] == "4: 3|4");
    CHECK(records[3] == "5: 5|6");
  }
}

TEST_CASE("an unclosed quote costs one record, also where many lines and a far quote follow") {
  std::string text = "a,b\n\"open,2\n";
  for (int i = 0; i < 300'000; ++i) text += "1,2\n";
  const auto records = read_all(text);
  CHECK(records.size() == 300'001);
  CHECK(records[0] == "2! a quote is not closed within 1048576 bytes");
  CHECK(records[1] == "3: 1|2");
  // The next quoted field closes it, so that text stands behind the closing quote.
  CHECK(read_all("a,b\n\"open,2\n1,2\n3,\"4\"\n")[0] ==
        "2! text follows a closing quote; a quote within a quoted field is doubled");
  CHECK(read_all("a,b\n\"open,2\n1,2\n3,\"4\"\n").size() == 3);
  // Where what it joins is well formed, the refusal says which lines are in it.
  CHECK(
      read_all("a,b\n\"open,2\n1,2\",3,4\n5,6\n") ==
      Records{
          "2! it has 3 fields, the header has 2; quotes join the lines 2 to 3; quote a field that "
          "holds a comma",
          "4: 5|6"});
}

TEST_CASE("a header that cannot be read is an error of the file") {
  CHECK(read_all("") == Records{"rows.csv is empty; its first line must name its columns"});
  CHECK(read_all("\xFF\xFE"
                 "a\0")
            .front()
            .find("the header cannot be read: ") != std::string::npos);
  CHECK_FALSE(CsvReader::open("/nowhere/rows.csv", Encoding::utf8).has_value());
  CHECK_FALSE(CsvReader::open("/", Encoding::utf8).has_value());
}

TEST_CASE("GB 18030 becomes UTF-8, and bytes that are not GB 18030 are refused") {
  // 项目 and 金额; 0x81 0x30 0x81 0x30 is U+0080, four bytes with digits among them.
  CHECK(read_all("\xCF\xEE\xC4\xBF,b\n\xBD\xF0\xB6\xEE,\"1,\"\"2\"\n", Encoding::gb18030) ==
        Records{"2: 金额|1,\"2"});
  CHECK(read_all("\x84\x31\x95\x33"
                 "a,b\n\x81\x30\x81\x30,2\n",
                 Encoding::gb18030) == Records{"2: \xC2\x80|2"});
  const std::string refusal =
      "2! it is not GB 18030; save it so, or leave encoding out of the mapping if it is UTF-8";
  CHECK(read_all("a,b\n\xBD,2\n3,4\n", Encoding::gb18030) == Records{refusal, "3: 3|4"});
  CHECK(read_all("a,b\n\xFF\xFF,2\n", Encoding::gb18030) == Records{refusal});
}
