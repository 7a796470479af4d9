#include "counterfoil/import_ledger.h"

#include "codec/text.h"
#include "counterfoil/commands/recording.h"
#include "net/failure.h"
#include "net/recorder.h"

namespace counterfoil {
namespace {

intake::Answer answer_of(schema::Answer::Reader answer) {
  if (answer.isFailed())
    return tl::make_unexpected(error_named(view(answer.getFailed().getCode()),
                                           std::string(view(answer.getFailed().getMessage()))));
  const auto accepted = answer.getAccepted();
  intake::Accepted out{Sequence{accepted.getFirst()}, accepted.getCount(), accepted.getAgain(), {}};
  for (const auto breach : accepted.getBreaches())
    out.findings.push_back({std::string(view(breach.getRule())), sentence_of(breach)});
  return out;
}

}  // namespace

Result<std::vector<intake::Answer>> ImportLedger::record(
    std::span<const schema::Command::Reader> commands) {
  auto request = access_.recorder().recordRequest();
  auto list = request.initCommands(static_cast<unsigned>(commands.size()));
  for (unsigned i = 0; i < commands.size(); ++i) list.setWithCaveats(i, commands[i]);
  CF_LET(auto response, access_.call(kj::mv(request)));
  std::vector<intake::Answer> answers;
  answers.reserve(commands.size());
  for (const auto answer : response.getAnswers()) answers.push_back(answer_of(answer));
  if (answers.size() != commands.size())
    return fail(ErrorCode::corrupt, "the ledger answered {} of {} commands", answers.size(),
                commands.size());
  return answers;
}

Result<std::vector<std::optional<Sequence>>> ImportLedger::first_of(
    std::span<const std::string> command_ids) {
  auto request = access_.recorder().acceptedRequest();
  auto list = request.initCommandIds(static_cast<unsigned>(command_ids.size()));
  for (unsigned i = 0; i < command_ids.size(); ++i) list.set(i, text_of(command_ids[i]));
  CF_LET(auto response, access_.call(kj::mv(request)));
  std::vector<std::optional<Sequence>> found;
  for (const std::uint64_t first : response.getFirst())
    found.push_back(first == never_recorded ? std::nullopt
                                            : std::optional<Sequence>(Sequence{first}));
  return found;
}

}  // namespace counterfoil
