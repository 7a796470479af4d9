#include "core/ids.h"

#include <string>

#include "core/limits.h"
#include "support/catch.h"

using namespace counterfoil;

TEST_CASE("a position names its epoch only from the second life of the ledger on") {
  CHECK(format_position(Epoch{0}, Sequence{1234}) == "1234");
  CHECK(format_position(Epoch{2}, Sequence{0}) == "e2:0");
}

TEST_CASE("an id is one segment of unreserved ASCII") {
  for (const char* text : {"a", "A-1_b.c", "2024", "-", "."}) CHECK(is_id(text));
  for (const char* text : {"", "a/b", "a b", "é", "a\n", "a:b"}) CHECK_FALSE(is_id(text));
  CHECK_FALSE(is_id(std::string_view("a\0b", 3)));
  CHECK(is_id(std::string(limits::subject_bytes, 'x')));
  CHECK_FALSE(is_id(std::string(limits::subject_bytes + 1, 'x')));
}

TEST_CASE("a subject is a known kind and ids, joined by slashes") {
  for (const char* text : {"ledger", "project/P-1", "line/2024/P-1/general/net/salaries",
                           "fund/2024/general", "ruleset/r-1.2", "principal/a_b"}) {
    INFO(text);
    CHECK(check_subject(text).has_value());
  }
}

TEST_CASE("what is no subject is refused with the reason") {
  for (const char* text : {"", "/", "ledger/", "/ledger", "project//P", "project/P 1",
                           "project/预算", "projects/P", "Project/P", "project/P\n"}) {
    INFO(text);
    const auto checked = check_subject(text);
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().code == ErrorCode::invalid);
  }
  CHECK_FALSE(check_subject(std::string_view("project/P\0", 10)).has_value());
}

TEST_CASE("a subject may fill its limit and not pass it") {
  const std::string longest = "project/" + std::string(limits::subject_bytes - 8, 'x');
  CHECK(check_subject(longest).has_value());
  const auto beyond = check_subject(longest + "x");
  REQUIRE_FALSE(beyond.has_value());
  CHECK(beyond.error().code == ErrorCode::limit);
  CHECK(beyond.error().message.find("the limit is 96") != std::string::npos);
}

// Cause: the message cut the subject after 32 bytes, in the middle of a character, and so could not
// be sent as text.
TEST_CASE("the refusal of a long subject is text itself") {
  std::string subject = "project/x";
  while (subject.size() <= limits::subject_bytes) subject += "é";
  CHECK(is_text(check_subject(subject).error().message));
}

TEST_CASE("a command id is printable ASCII without spaces") {
  CHECK(check_command_id("import:2012/row-7#a").has_value());
  CHECK(check_command_id(std::string(limits::command_id_bytes, '~')).has_value());
  for (const char* text : {"", "a b", "a\tb", "\x7f", "é"}) {
    INFO(text);
    CHECK(check_command_id(text).error().code == ErrorCode::invalid);
  }
  CHECK(check_command_id(std::string(limits::command_id_bytes + 1, 'x')).error().code ==
        ErrorCode::limit);
}
