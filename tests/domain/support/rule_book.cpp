#include "domain/support/rule_book.h"

#include <boost/json/serialize.hpp>

#include "codec/json.h"
#include "codec/text.h"
#include "support/catch.h"

namespace counterfoil::test {
namespace {

std::string all_of(const Pages& pages) {
  std::string bytes;
  for (const auto& [key, page] : pages) bytes += key + ": " + encode_page(page) + "\n";
  return bytes;
}

schema::Record::Reader newest(MemoryLedger& ledger) {
  return ledger.record(Sequence{ledger.records().size() - 1}).value();
}

void expect_line(MemoryLedger& ledger, const std::string& line, Money LineState::*sum,
                 std::int64_t amount) {
  INFO(line);
  CHECK((ledger.state<LineState>(line).*sum).minor == amount);
}

}  // namespace

Outcome::Outcome(std::shared_ptr<MemoryLedger> ledger, const CommandOf& command, int line)
    : ledger_(std::move(ledger)),
      line_(line),
      pages_before_(all_of(ledger_->pages())),
      records_before_(ledger_->records().size()),
      result_(ledger_->submit(command)) {}

Outcome& Outcome::then(const std::vector<Expectation>& expectations) {
  INFO("the command of line " << line_);
  if (!result_) FAIL("refused: " << result_.error().message);
  CHECK(what_is_wrong(ledger_->records(), ledger_->pages()).empty());
  for (const Expectation& expectation : expectations) expectation(*ledger_);
  return *this;
}

Outcome& Outcome::fails(ErrorCode code, std::initializer_list<std::string_view> parts) {
  INFO("the command of line " << line_);
  if (result_) FAIL("it was accepted");
  CHECK(name_of(result_.error().code) == name_of(code));
  for (const std::string_view part : parts)
    CHECK_THAT(result_.error().message, Catch::Matchers::Contains(std::string(part)));
  CHECK(all_of(ledger_->pages()) == pages_before_);
  CHECK(ledger_->records().size() == records_before_);
  return *this;
}

Outcome Outcome::when(const CommandOf& command, int line) const {
  return Outcome(ledger_, command, line);
}

Given::Given(std::initializer_list<CommandOf> history, int line)
    : ledger_(std::make_shared<MemoryLedger>()) {
  INFO("the history of line " << line);
  for (const CommandOf& command : history) {
    const auto result = ledger_->submit(command);
    if (!result) FAIL("refused: " << result.error().message);
  }
}

Outcome Given::when(const CommandOf& command, int line) const {
  return Outcome(ledger_, command, line);
}

CommandOf ledger_under(std::string_view r19) {
  return together({opened(), rules(rule_set(r19))});
}

CommandOf city(std::string_view r19) {
  return together({opened(), rules(rule_set(r19)), unit("U"), unit("V", "D"), project("P", "U"),
                   project("Q", "V"), line(A), line(B), line(C), appropriate(A, 1'000)});
}

Expectation current(std::string line, std::int64_t amount) {
  return [=](MemoryLedger& ledger) { expect_line(ledger, line, &LineState::current, amount); };
}

Expectation committed(std::string line, std::int64_t amount) {
  return [=](MemoryLedger& ledger) { expect_line(ledger, line, &LineState::committed, amount); };
}

Expectation spent(std::string line, std::int64_t amount) {
  return [=](MemoryLedger& ledger) { expect_line(ledger, line, &LineState::spent, amount); };
}

Expectation pool(std::string pool, std::string source_tag, std::int64_t in, std::int64_t out) {
  return [=](MemoryLedger& ledger) {
    INFO("pool " << pool << " tag " << source_tag);
    const auto state = ledger.state<PoolState>(pool_key(pool, source_tag));
    CHECK(state.incoming.minor == in);
    CHECK(state.outgoing.minor == out);
  };
}

Expectation recorded(std::string_view fact) {
  return [json = parse_json(fact).value()](MemoryLedger& ledger) {
    const auto got = to_json(newest(ledger).getFact());
    INFO("want " << json << "\ngot  " << got);
    CHECK(got == json);
  };
}

Expectation record_has(std::string pointer, std::string json) {
  return [=](MemoryLedger& ledger) {
    INFO(pointer);
    const auto record = to_json(newest(ledger));
    boost::json::error_code code;
    const auto* const found = record.find_pointer(pointer, code);
    CHECK((found == nullptr ? "absent" : boost::json::serialize(*found)) == json);
  };
}

Expectation breach(std::string rule, schema::Breach::Mode mode, std::string part) {
  return [=](MemoryLedger& ledger) {
    const auto breaches = newest(ledger).getBreaches();
    REQUIRE(breaches.size() == 1);
    CHECK(view(breaches[0].getRule()) == rule);
    CHECK(breaches[0].getMode() == mode);
    CHECK_THAT(std::string(view(breaches[0].getFinding())), Catch::Matchers::Contains(part));
  };
}

Expectation no_breach() {
  return [](MemoryLedger& ledger) { CHECK(newest(ledger).getBreaches().size() == 0); };
}

}  // namespace counterfoil::test
