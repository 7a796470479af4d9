#include "service/writer.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "core/limits.h"

namespace counterfoil {
namespace {

struct Request {
  Principal principal;
  std::vector<PreparedCommand> commands;
  Writer::Done done;
  Author author = Author::client;
  std::size_t bytes = 0;
  std::vector<std::optional<Answer>> answers = {};
  std::chrono::steady_clock::time_point queued = std::chrono::steady_clock::now();

  void decide(Sequencer& sequencer) {
    answers.resize(commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i) {
      if (author == Author::ledger)
        sequencer.add_own(principal, commands[i], answers[i]);
      else
        sequencer.add(principal, commands[i], answers[i]);
    }
  }
  void answer_all(const tl::unexpected<Error>& error) {
    done(std::vector<Answer>(commands.size(), Answer(error)));
  }
  static void count(const Answer& answer, WriterMeters& meters) {
    if (answer)
      ++(answer->again ? meters.again : meters.accepted);
    else if (const auto& finding = answer.error().finding)
      meters.count_failed(finding->rule);
    else
      meters.count_failed(std::string(name_of(answer.error().code)));
  }
  void deliver(WriterMeters& meters) {
    meters.append_s.observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - queued).count());
    std::vector<Answer> out;
    out.reserve(answers.size());
    for (auto& answer : answers) {
      COUNTERFOIL_ASSERT(answer.has_value());
      count(*answer, meters);
      out.push_back(std::move(*answer));
    }
    done(std::move(out));
  }
};

}  // namespace

struct Writer::Impl {
  Journal& journal;
  Sequencer sequencer;
  std::function<void()> grown;

  std::mutex mutex;  // guards queue, queued_bytes, stopping
  std::condition_variable wake;
  std::deque<Request> queue;
  std::size_t queued_bytes = 0;
  bool stopping = false;
  std::thread thread;

  std::deque<Request> take() {
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return stopping || !queue.empty(); });
    std::deque<Request> round;
    std::size_t bytes = 0;
    // About a group: those who come first need not wait for the answers of all who come after.
    while (!stopping && !queue.empty() && bytes < limits::group_bytes) {
      bytes += queue.front().bytes;
      queued_bytes -= queue.front().bytes;
      round.push_back(std::move(queue.front()));
      queue.pop_front();
    }
    return round;
  }

  /// A round is decided, made durable, and only then answered.
  void run() {
    for (;;) {
      std::deque<Request> round = take();
      if (round.empty()) return;
      const std::uint64_t before = journal.size();
      for (Request& request : round) request.decide(sequencer);
      sequencer.flush();
      if (journal.size() != before) grown();
      for (Request& request : round) request.deliver(sequencer.meters());
    }
  }
};

Writer::Writer(Journal& journal, const Zone& zone, Clock clock, std::function<void()> grown)
    : impl_(new Impl{.journal = journal,
                     .sequencer = Sequencer(journal, zone, std::move(clock)),
                     .grown = std::move(grown),
                     .mutex = {},
                     .wake = {},
                     .queue = {},
                     .thread = {}}) {}

Writer::~Writer() {
  stop();
}

void Writer::start() {
  impl_->thread = std::thread([this] { impl_->run(); });
}

void Writer::stop() {
  std::deque<Request> refused;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
    refused.swap(impl_->queue);
    impl_->queued_bytes = 0;
  }
  impl_->wake.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
  for (Request& request : refused)
    request.answer_all(
        fail(ErrorCode::busy,
             "the ledger is stopping and did not record this: send it again, with the "
             "same command id, when it is back"));
}

const WriterMeters& Writer::meters() const {
  return impl_->sequencer.meters();
}

std::size_t Writer::queued_bytes() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->queued_bytes;
}

void Writer::submit_own(Principal principal, PreparedCommand command, Done done) {
  std::vector<PreparedCommand> commands;
  commands.push_back(std::move(command));
  submit(std::move(principal), std::move(commands), std::move(done), Author::ledger);
}

void Writer::submit(Principal principal, std::vector<PreparedCommand> commands, Done done,
                    Author author) {
  Request request{std::move(principal), std::move(commands), std::move(done), author};
  for (const PreparedCommand& command : request.commands)
    request.bytes += bytes_of(command.words).size();
  bool stopped = false;
  {
    const std::lock_guard lock(impl_->mutex);
    stopped = impl_->stopping;
    if (!stopped && impl_->queued_bytes + request.bytes <= limits::queued_bytes) {
      impl_->queued_bytes += request.bytes;
      impl_->queue.push_back(std::move(request));
      impl_->wake.notify_one();
      return;
    }
  }
  if (stopped)
    request.answer_all(fail(ErrorCode::busy,
                            "the ledger is stopping: send it again, with the same "
                            "command id, when it is back"));
  else
    request.answer_all(
        fail(ErrorCode::busy,
             "{} bytes of commands wait already: send it again in a moment, with the "
             "same command id",
             limits::queued_bytes));
}

}  // namespace counterfoil
