#include "net/recorder.h"

#include "codec/text.h"
#include "core/limits.h"
#include "net/failure.h"

namespace counterfoil {
namespace {

void fill(schema::Answer::Builder out, const Answer& answer) {
  if (!answer) {
    auto failed = out.initFailed();
    failed.setCode(text_of(std::string(name_of(answer.error().code))));
    failed.setMessage(text_of(answer.error().message));
    if (const auto& finding = answer.error().finding) {
      failed.setRule(text_of(finding->rule));
      failed.setLine(text_of(finding->line));
      failed.setAmount(finding->amount);
      failed.setAllowed(finding->allowed);
    }
    return;
  }
  auto accepted = out.initAccepted();
  accepted.setFirst(answer->first.value);
  accepted.setCount(answer->count);
  accepted.setAgain(answer->again);
  auto breaches = accepted.initBreaches(static_cast<unsigned>(answer->breaches.size()));
  for (unsigned i = 0; i < answer->breaches.size(); ++i) fill(breaches[i], answer->breaches[i]);
}

class RecorderServer final : public schema::Recorder::Server {
 public:
  RecorderServer(Ledger& ledger, Principal principal, Preparer preparer)
      : ledger_(ledger), principal_(std::move(principal)), preparer_(std::move(preparer)) {}

  kj::Promise<void> record(RecordContext context) override {
    const auto commands = context.getParams().getCommands();
    or_throw(check_size(context.getParams().totalSize().wordCount, commands.size()));

    // What is malformed is answered here; the rest goes to the writer, in order.
    std::vector<std::optional<Answer>> answers(commands.size());
    std::vector<PreparedCommand> prepared;
    for (unsigned i = 0; i < commands.size(); ++i) {
      auto one = preparer_.prepare(commands[i]);
      if (one)
        prepared.push_back(std::move(*one));
      else
        answers[i] = tl::make_unexpected(one.error());
    }
    context.releaseParams();

    auto pair = kj::newPromiseAndCrossThreadFulfiller<std::vector<Answer>>();
    auto fulfiller = std::make_shared<decltype(pair.fulfiller)>(kj::mv(pair.fulfiller));
    ledger_.writer().submit(
        principal_, std::move(prepared),
        [fulfiller](std::vector<Answer> decided) { (*fulfiller)->fulfill(std::move(decided)); });
    return pair.promise.then(
        [context, answers = std::move(answers)](std::vector<Answer> decided) mutable {
          auto next = decided.begin();
          auto out = context.getResults().initAnswers(static_cast<unsigned>(answers.size()));
          for (unsigned i = 0; i < answers.size(); ++i)
            fill(out[i], answers[i] ? *answers[i] : *next++);
        });
  }

  kj::Promise<void> accepted(AcceptedContext context) override {
    const auto ids = context.getParams().getCommandIds();
    or_throw(check_size(0, ids.size()));
    auto first = context.getResults().initFirst(ids.size());
    for (unsigned i = 0; i < ids.size(); ++i) {
      const auto found = or_throw(ledger_.journal().acceptance(principal_.id, view(ids[i])));
      const bool shown = found && found->first.value < ledger_.journal().size();
      first.set(i, shown ? found->first.value : never_recorded);
    }
    return kj::READY_NOW;
  }

 private:
  static Result<void> check_size(std::uint64_t words, std::size_t commands) {
    if (commands > limits::commands_in_request)
      return fail(ErrorCode::limit,
                  "the request has {} commands; the limit is {}: send it in parts", commands,
                  limits::commands_in_request);
    if (words * sizeof(capnp::word) > limits::request_bytes)
      return fail(ErrorCode::limit,
                  "the request is {} bytes long; the limit is {}: send it in parts",
                  words * sizeof(capnp::word), limits::request_bytes);
    return {};
  }

  Ledger& ledger_;
  Principal principal_;
  Preparer preparer_;
};

}  // namespace

schema::Recorder::Client make_recorder(Ledger& ledger, Principal principal) {
  auto preparer = or_throw(Preparer::of_suite(ledger.facts().suite));
  return kj::heap<RecorderServer>(ledger, std::move(principal), std::move(preparer));
}

}  // namespace counterfoil
