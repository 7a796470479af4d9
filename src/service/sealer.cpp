#include "service/sealer.h"

#include <chrono>
#include <future>

namespace counterfoil {
namespace {

/// How often growth makes it look, how often the clock does, and how long it waits after a failure.
constexpr auto look_again = std::chrono::milliseconds(200);
constexpr auto look_at_clock = std::chrono::seconds(1);
constexpr auto after_failure = std::chrono::minutes(10);

}  // namespace

Sealer::Sealer(const Journal& journal, Projector& projector, Writer& writer,
               const LedgerFacts& facts, Clock clock)
    : journal_(journal),
      projector_(projector),
      writer_(writer),
      facts_(facts),
      clock_(std::move(clock)) {}

Sealer::~Sealer() {
  stop();
}

/// The newest seal, where it covers all records but itself.
Result<std::optional<Sealer::Sealed>> Sealer::newest_that_stands() const {
  CF_LET(const auto newest, newest_seal(journal_));
  if (!newest || newest->sequence().value + 1 != journal_.size() ||
      newest->fact().getLedgerSealed().getSize() != newest->sequence().value)
    return std::nullopt;
  return Sealed{newest->sequence(), true, {}};
}

Result<Sealer::Sealed> Sealer::seal() {
  const std::lock_guard lock(sealing_);
  CF_LET(auto stands, newest_that_stands());
  if (stands) return std::move(*stands);
  CF_LET(ComputedSeal computed,
         compute_seal(journal_, projector_, facts_, [this] { return !is_stopping(); }));
  std::promise<Answer> answered;
  auto answer = answered.get_future();
  writer_.submit_own({facts_.administrator, schema::Role::ADMIN, ""}, std::move(computed.command),
                     [&](std::vector<Answer> answers) { answered.set_value(answers.front()); });
  CF_LET(const Accepted accepted, answer.get());
  return Sealed{accepted.first, accepted.again, std::move(computed.left_out)};
}

Result<std::optional<Sealer::Sealed>> Sealer::seal_if_closed() {
  CF_LET(const bool unsealed, is_close_unsealed(journal_));
  if (!unsealed) return std::nullopt;
  CF_LET(Sealed sealed, seal());
  return sealed;
}

void Sealer::start(Schedule schedule) {
  schedule_ = std::move(schedule);
  thread_ = std::thread([this] { run(); });
}

void Sealer::notify() {
  {
    const std::lock_guard lock(mutex_);
    grown_ = true;
  }
  wake_.notify_one();
}

bool Sealer::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Sealer::request_stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
}

void Sealer::stop() {
  request_stop();
  if (thread_.joinable()) thread_.join();
}

Result<bool> Sealer::is_due() const {
  CF_LET(const bool unsealed, is_close_unsealed(journal_));
  if (unsealed || !schedule_.every_us) return unsealed;
  CF_LET(const auto newest, newest_seal(journal_));
  if (!newest) return true;
  CF_LET(const auto stands, newest_that_stands());
  return !stands && clock_().microseconds - (*newest)->getRecordedAt() >= *schedule_.every_us;
}

void Sealer::run() {
  std::unique_lock lock(mutex_);
  const auto pause = [&](auto how_long) {
    wake_.wait_for(lock, how_long, [&] { return stopping_; });
  };
  while (!stopping_) {
    grown_ = false;
    lock.unlock();
    const auto attempt = [&]() -> Result<std::optional<Sealed>> {
      CF_LET(const bool due, is_due());
      if (!due) return std::nullopt;
      CF_LET(Sealed sealed, seal());
      return sealed;
    };
    const auto done = attempt();
    lock.lock();
    if (stopping_) break;
    if (!done) {
      schedule_.notice(fmt::format("not sealed: {}", done.error().message));
      pause(after_failure);
      continue;
    }
    if (*done) {
      schedule_.notice(fmt::format("sealed by record {}", (*done)->sequence.value));
      for (const std::string& why : (*done)->left_out)
        schedule_.notice(fmt::format("the seal leaves one out: {}", why));
    }
    pause(look_again);
    if (schedule_.every_us)
      wake_.wait_for(lock, look_at_clock, [&] { return stopping_ || grown_; });
    else
      wake_.wait(lock, [&] { return stopping_ || grown_; });
  }
}

}  // namespace counterfoil
