#include "domain/support/modes.h"

#include "support/catch.h"

namespace counterfoil::test {
namespace {

using Mode = schema::Breach::Mode;

void refuses(Outcome outcome, const std::string& rule_id,
             std::initializer_list<std::string> parts) {
  outcome.refused(rule_id + ": ");
  for (const std::string& part : parts) outcome.refused(part);
}

void records(Outcome outcome, const std::string& rule_id, Mode mode,
             std::initializer_list<std::string> parts) {
  for (const std::string& part : parts) outcome.then({breach(rule_id, mode, part)});
}

}  // namespace

void check_modes(const std::string& rule_id, const HistoryUnder& history, const CommandOf& breaking,
                 std::initializer_list<std::string> finding, const std::string& remedy, int line) {
  INFO("the modes of line " << line);
  const CommandOf overriding = breaking.overriding("mayor", "doc 7");
  for (const CommandOf& command : {breaking, overriding}) {
    const Outcome enforced = history(rule(rule_id, "enforce")).when(command, line);
    refuses(enforced, rule_id, finding);
    refuses(enforced, rule_id, {remedy});
  }
  for (const CommandOf& command :
       {breaking, breaking.overriding("mayor", ""), breaking.overriding("", "doc 7")}) {
    const Outcome unallowed = history(rule(rule_id, "override")).when(command, line);
    refuses(unallowed, rule_id, finding);
    refuses(unallowed, rule_id, {remedy, "or give an override with its authority and document"});
  }
  Outcome allowed = history(rule(rule_id, "override")).when(overriding, line);
  records(allowed, rule_id, Mode::OVERRIDE, finding);
  allowed.then({record_has("/breaches/0/authority", R"("mayor")"),
                record_has("/breaches/0/document", R"("doc 7")")});
  records(history(rule(rule_id, "observe")).when(breaking, line), rule_id, Mode::OBSERVE, finding);
  history(rule(rule_id, "off")).when(breaking, line).then({no_breach()});
}

void check_refused(const std::string& rule_id, const HistoryUnder& history,
                   const CommandOf& breaking, std::initializer_list<std::string> parts, int line) {
  refuses(history(rule(rule_id, "enforce")).when(breaking, line), rule_id, parts);
}

void check_accepted(const std::string& rule_id, const HistoryUnder& history,
                    const CommandOf& command, int line) {
  history(rule(rule_id, "enforce")).when(command, line).then({no_breach()});
}

}  // namespace counterfoil::test
