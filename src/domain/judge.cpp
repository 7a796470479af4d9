#include "domain/judge.h"

#include "domain/rules/rule.h"

namespace counterfoil {

Result<std::vector<RuleFinding>> judge(Book& before, Book& after, schema::Record::Reader record,
                                       const RuleSet& rules, Date decided_on) {
  capnp::MallocMessageBuilder command_message;
  auto command = command_message.initRoot<schema::Command>();
  command.setEvidence(record.getEvidence());
  command.setReason(record.getReason());
  command.setDocuments(record.getDocuments());
  capnp::MallocMessageBuilder record_message;
  record_message.setRoot(record);

  Stamp stamp;
  stamp.epoch = Epoch{record.getEpoch()};
  stamp.first = Sequence{record.getSequence()};
  stamp.recorded_at = Instant{record.getRecordedAt()};
  stamp.decided_at = Instant{record.getDecidedAt()};
  stamp.decided_on = decided_on;
  stamp.effective_on = Date{record.getEffectiveOn()};
  stamp.actor = view(record.getActor());
  stamp.role = record.getRole();
  stamp.organisation = view(record.getOrganisation());

  std::vector<RuleFinding> findings;
  Deciding deciding{after,  command.asReader(),
                    stamp,  Sequence{record.getSequence()},
                    &rules, record_message.getRoot<schema::Record>(),
                    {},     &findings};
  CF_TRY(check_rules(deciding, before));
  return findings;
}

}  // namespace counterfoil
