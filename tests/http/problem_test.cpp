#include <capnp/message.h>

#include "http/problem.h"
#include "net/failure.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::http;

namespace {

std::string text(const boost::json::object& object, const char* name) {
  const auto& value = object.at(name).as_string();
  return {value.data(), value.size()};
}

}  // namespace

TEST_CASE("a problem names the rule, the numbers and the place") {
  capnp::MallocMessageBuilder message;
  auto failure = message.initRoot<schema::Failure>();
  failure.setCode("refused");
  failure.setMessage("facts[1]: R4: 600 of line/2024/P/general/net/- is above 500. Give it less");
  failure.setRule("R4");
  failure.setLine("line/2024/P/general/net/-");
  failure.setAmount(600);
  failure.setAllowed(500);
  const Problem problem = problem_of(failure.asReader());
  CHECK(problem.status == 422);
  const auto document = document_of(problem);
  CHECK(text(document, "rule") == "R4");
  CHECK(text(document, "place") == "facts[1]");
  const auto& numbers = document.at("numbers").as_object();
  CHECK(text(numbers, "line") == "line/2024/P/general/net/-");
  CHECK(text(numbers, "amount") == "600");
  CHECK(text(numbers, "allowed") == "500");
}

TEST_CASE("a sentence that begins with no path has no place") {
  for (const char* sentence :
       {"R16: the legs do not balance", "the ledger is stopping: send it again"})
    CHECK_FALSE(document_of(problem_of({ErrorCode::refused, sentence})).contains("place"));
}

TEST_CASE("who is told that the ledger is busy is told when to come again") {
  const Response response = response_of(problem_of({ErrorCode::busy, "a queue is full"}));
  CHECK(response.status == 503);
  REQUIRE(response.headers.size() == 1);
  CHECK(response.headers[0].name == "Retry-After");
}
