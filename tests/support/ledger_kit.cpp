#include "support/ledger_kit.h"

#include <capnp/message.h>

#include <atomic>
#include <future>
#include <random>

#include "codec/json.h"
#include "core/zone.h"

namespace counterfoil::kit {

PreparedCommand prepare(std::string_view json) {
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  must(command_from_json(must(parse_json(json)), command));
  return must(must(Preparer::of_suite(default_suite)).prepare(command.asReader()));
}

PreparedCommand command(std::string_view id, std::string_view facts) {
  return prepare(fmt::format(R"({{"commandId":"{}","facts":[{}]}})", id, facts));
}

std::string unit(std::string_view id) {
  return fmt::format(R"({{"unitRegistered":{{"unit":"{}","name":"Unit {}"}}}})", id, id);
}

std::string project(std::string_view id, std::string_view of_unit) {
  return fmt::format(R"({{"projectProposed":{{"project":"{}","unit":"{}","name":"Project"}}}})", id,
                     of_unit);
}

std::string line_id(std::string_view project) {
  return fmt::format("line/2024/{}/general/net/-", project);
}

std::string line(std::string_view project) {
  return fmt::format(R"({{"lineOpened":{{"line":"{}"}}}})", line_id(project));
}

std::string appropriation(std::string_view project, std::int64_t amount) {
  return fmt::format(R"({{"budgetAppropriated":{{"line":"{}","amount":{}}}}})", line_id(project),
                     amount);
}

std::string adjustment(std::string_view kind,
                       const std::vector<std::pair<std::string, std::int64_t>>& legs,
                       std::string_view more) {
  std::string list;
  for (const auto& [project, amount] : legs)
    list += fmt::format(R"({}{{"line":"{}","amount":{},"vintage":2024}})", list.empty() ? "" : ",",
                        line_id(project), amount);
  return fmt::format(R"({{"budgetAdjusted":{{"kind":"{}","legs":[{}]{}}}}})", kind, list, more);
}

std::string commitment(std::string_view project, std::int64_t amount) {
  return fmt::format(R"({{"commitmentRecorded":{{"line":"{}","amount":{}}}}})", line_id(project),
                     amount);
}

std::string payment(std::string_view project, std::int64_t amount, std::uint64_t commitment) {
  return fmt::format(R"({{"paymentRecorded":{{"line":"{}","amount":{},"commitment":{}}}}})",
                     line_id(project), amount, commitment);
}

std::string reversal(std::uint64_t event) {
  return fmt::format(R"({{"eventReversed":{{"event":{}}}}})", event);
}

std::string rules(std::string_view mode) {
  return fmt::format(
      R"({{"name":"test","version":"1","rules":{{"R19":{{"mode":"{}"}}}},"balanceGroups":[["net"]],)"
      R"("expenditureMeasures":["net"]}})",
      mode);
}

Clock ticking() {
  constexpr std::int64_t start_us = 1'709'251'200'000'000;  // 2024-03-01T00:00:00Z
  auto now = std::make_shared<std::atomic<std::int64_t>>(start_us);
  return [now] { return Instant{now->fetch_add(1'000'000)}; };
}

namespace {

/// Of PKCS #8 in base64.
SigningKey key_of(const std::string& base64) {
  return must(SigningKey::from_pem(
      origin, "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n"));
}

}  // namespace

SigningKey signing_key(std::string_view suite) {
  return key_of(suite == default_suite
                    ? "MC4CAQAwBQYDK2VwBCIEIIV1DYkVeuUHM48GTK+CaQh5SF74PIGkNjvqEDnFTk7f"
                    : "MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQgvRs6fBwrbxl8d7Lk\n"
                      "+q76dwX+F/auig+QIWX7SiB3qpKhRANCAATyY18Dsn2jfPS1msgiBZ8wa/cIsXaW\n"
                      "v1wLD+ILNIDfiGTqUFbB/iBO2LGRcT1AZqQgIQZn/GHVm9LSRu1Xzt1e");
}

SigningKey recovery_key(std::string_view suite) {
  return key_of(suite == default_suite
                    ? "MC4CAQAwBQYDK2VwBCIEIHDkZUdqfVbdzlLjaqjOHA3UhC8Lts/TSVfe8ynMz74o"
                    : "MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQgg4szJpzGOsowtPly\n"
                      "pWgIT91qzxD0iX/2alO1QLfN+QmhRANCAAR5ZTEutTFFjvEvTOZx4Uaxo6sFkLxO\n"
                      "vFs8V32fFkI/m42rWBfyOwzJrv6ZHVRBhwdnFdn/+IoAN9FRpwd2O3to");
}

Journal create_journal(const LedgerFolder& folder, std::string_view rule_mode,
                       std::string_view suite) {
  Journal journal = must(Journal::create(folder, suite, Epoch{0}));
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  command.setCommandId("init");
  auto facts = command.initFacts(2);
  auto opened = facts[0].initLedgerOpened();
  opened.setCurrencyExponent(2);
  opened.setFiscalYearMonth(1);
  opened.setFiscalYearDay(1);
  opened.setConfidentiality(schema::LedgerOpened::Confidentiality::PUBLIC);
  opened.setSuite(std::string(suite).c_str());
  opened.setOrigin(std::string(origin).c_str());
  opened.setVerifierKey(signing_key(suite).verifier().text().c_str());
  opened.setRecoveryKey(recovery_key(suite).verifier().text().c_str());
  opened.setCurrency("CNY");
  opened.setTimeZone("Asia/Shanghai");
  auto published = facts[1].initRuleSetPublished();
  published.setInForceFrom(0);
  published.setName("test");
  published.setVersion("1");
  published.setDocument(rules(rule_mode).c_str());
  const auto prepared = must(must(Preparer::of_suite(suite)).prepare(command.asReader()));
  Sequencer sequencer(journal, must(Zone::find("Asia/Shanghai")), ticking());
  must(record(sequencer, prepared, {"admin", schema::Role::ADMIN, "bureau"}));
  return journal;
}

void create_ledger_in(const std::string& folder, std::string_view rule_mode,
                      std::string_view suite) {
  const LedgerFolder created = must(LedgerFolder::create(folder));
  create_journal(created, rule_mode, suite);
}

Answer record(Sequencer& sequencer, const PreparedCommand& command, const Principal& principal) {
  std::optional<Answer> answer;
  sequencer.add(principal, command, answer);
  sequencer.flush();
  return *answer;
}

std::vector<Answer> send_all(Writer& writer, std::vector<PreparedCommand> commands,
                             const Principal& principal) {
  auto answered = std::make_shared<std::promise<std::vector<Answer>>>();
  writer.submit(principal, std::move(commands), [answered](std::vector<Answer> answers) {
    answered->set_value(std::move(answers));
  });
  return answered->get_future().get();
}

Answer send(Writer& writer, PreparedCommand command, const Principal& principal) {
  std::vector<PreparedCommand> commands;
  commands.push_back(std::move(command));
  return send_all(writer, std::move(commands), principal).front();
}

std::vector<PreparedCommand> story(unsigned seed, unsigned projects, unsigned changes,
                                   std::string_view prefix) {
  std::mt19937 engine(seed);
  const auto random = [&] { return static_cast<unsigned>(engine()); };
  std::vector<PreparedCommand> commands;
  const auto add = [&](const std::string& facts) {
    commands.push_back(command(fmt::format("{}-{}", prefix, commands.size()), facts));
  };
  const auto name = [&](unsigned i) { return fmt::format("{}P{}", prefix, i); };
  const auto any = [&] { return name(random() % projects); };
  const auto amount = [&] { return static_cast<std::int64_t>(random() % 1'000 + 1); };
  add(unit(fmt::format("{}U", prefix)));
  for (unsigned i = 0; i < projects; ++i)
    add(project(name(i), fmt::format("{}U", prefix)) + "," + line(name(i)) + "," +
        appropriation(name(i), 10'000 + amount()));
  static constexpr std::string_view one_sided[] = {"supplement",   "reduction", "carryOver",
                                                   "cancellation", "clawback",  "restatement"};
  for (unsigned i = 0; i < changes; ++i) {
    const std::int64_t sum = amount();
    const std::string from = any();
    const std::string to = any();
    switch (random() % 4) {
      case 0:
        add(adjustment("virement", {{from, -sum}, {to, sum}}));
        break;
      case 1:
        add(commitment(from, sum));
        break;
      case 2:
        add(payment(from, sum));
        break;
      default:
        add(adjustment(one_sided[random() % 6], {{from, -sum}, {to, -1}}));
        break;
    }
  }
  return commands;
}

}  // namespace counterfoil::kit
