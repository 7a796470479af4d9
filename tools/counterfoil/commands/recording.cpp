#include "counterfoil/commands/recording.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <system_error>

#include "codec/json.h"
#include "codec/subjects.h"
#include "codec/text.h"
#include "core/limits.h"
#include "net/failure.h"

namespace counterfoil {

Result<void> want_daemon(const GlobalOptions& global, std::string_view what) {
  if (global.ledger.empty()) return {};
  return fail(ErrorCode::invalid,
              "{} goes through a daemon: leave out --ledger, start counterfoild, and name it with "
              "--connect",
              what);
}

std::string sentence_of(schema::Breach::Reader breach) {
  if (breach.getMode() == schema::Breach::Mode::OVERRIDE)
    return fmt::format("{} is broken, as {} decided in {}, and that is recorded: {}",
                       view(breach.getRule()), view(breach.getAuthority()),
                       view(breach.getDocument()), view(breach.getFinding()));
  return fmt::format("{} is broken, and that is recorded: {}", view(breach.getRule()),
                     view(breach.getFinding()));
}

void Answers::failed(std::string_view what, const Error& error) {
  ++failed_;
  worst_ = std::max(worst_, exit_status(error.code));
  fmt::print(stderr, "{}: {}: {}\n", what, name_of(error.code), error.message);
}

void Answers::take(std::string_view what, schema::Answer::Reader answer) {
  if (answer.isFailed()) {
    const auto failure = answer.getFailed();
    failed(what, error_named(view(failure.getCode()), std::string(view(failure.getMessage()))));
    return;
  }
  const auto accepted = answer.getAccepted();
  ++(accepted.getAgain() ? again_ : accepted_);
  std::cout << fmt::format(
      "{}: {} {} event{} from {}\n", what, accepted.getAgain() ? "recorded earlier:" : "recorded",
      accepted.getCount(), accepted.getCount() == 1 ? "" : "s", accepted.getFirst());
  for (const auto breach : accepted.getBreaches())
    std::cout << fmt::format("{}: {}\n", what, sentence_of(breach));
}

void Answers::sum_up() const {
  fmt::print(stderr, "{} recorded, {} recorded earlier, {} not recorded\n", accepted_, again_,
             failed_);
}

void CommandQueue::add(schema::Command::Reader command) {
  auto message = std::make_unique<capnp::MallocMessageBuilder>();
  message->setRoot(command);
  for (auto expectation : message->getRoot<schema::Command>().getExpectations()) {
    const auto found = ahead_.find(view(expectation.asReader().getSubject()));
    if (found != ahead_.end()) expectation.setCount(expectation.getCount() + found->second);
  }
  for (const auto fact : command.getFacts()) {
    // Of a fact that is about what another one is about, only the ledger knows the subjects; a
    // command behind it that expects one of them is then a conflict, and can be made anew.
    const auto subjects = subjects_of(fact);
    if (!subjects) continue;
    for (const std::string& subject : *subjects) ++ahead_[subject];
  }
  commands_.push_back(std::move(message));
}

Result<void> CommandQueue::record(LedgerAccess& access, Answers& answers) const {
  constexpr std::size_t commands_in_request = 64;
  static_assert(commands_in_request * limits::record_bytes < limits::request_bytes);
  for (std::size_t first = 0; first < commands_.size(); first += commands_in_request) {
    const std::size_t count = std::min(commands_in_request, commands_.size() - first);
    auto request = access.recorder().recordRequest();
    auto list = request.initCommands(static_cast<unsigned>(count));
    for (std::size_t i = 0; i < count; ++i)
      list.setWithCaveats(static_cast<unsigned>(i),
                          commands_[first + i]->getRoot<schema::Command>().asReader());
    CF_LET(auto response, access.call(kj::mv(request)));
    for (std::size_t i = 0; i < count; ++i)
      answers.take(view(commands_[first + i]->getRoot<schema::Command>().asReader().getCommandId()),
                   response.getAnswers()[static_cast<unsigned>(i)]);
  }
  return {};
}

Result<void> CommandQueue::write(const std::string& file) const {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  for (const auto& command : commands_)
    out << boost::json::serialize(to_json(command->getRoot<schema::Command>().asReader())) << '\n';
  out.close();
  if (out) return {};
  return fail(ErrorCode::io, "cannot write {}: {}", file, std::generic_category().message(errno));
}

}  // namespace counterfoil
