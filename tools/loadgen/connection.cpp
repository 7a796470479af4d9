#include "loadgen/connection.h"

#include <algorithm>

#include "codec/text.h"
#include "loadgen/workload.h"

namespace counterfoil::loadgen {
namespace {

void note(Acks& acks, const std::string& id, schema::Answer::Reader answer) {
  if (answer.isFailed()) return acks.failed(id, view(answer.getFailed().getCode()));
  const auto accepted = answer.getAccepted();
  if (accepted.getAgain())
    acks.again(id, accepted.getFirst(), accepted.getCount());
  else
    acks.recorded(id, accepted.getFirst(), accepted.getCount());
}

}  // namespace

Result<void> run_connection(const Load& load, unsigned place, Acks& acks) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  const auto is_over = [&](std::uint64_t sent) {
    return (load.commands != 0 && sent >= load.commands) ||
           (load.seconds > 0 &&
            std::chrono::duration<double>(Clock::now() - start).count() >= load.seconds);
  };
  const Workload workload(load.seed, place, load.facts_per_command);
  CF_LET(const auto access, LedgerAccess::open(load.global));
  for (std::uint64_t next = 0; !is_over(next);) {
    // The first command stands alone: what follows rests on it.
    std::uint64_t batch = next == 0 ? 1 : load.batch;
    if (load.commands != 0) batch = std::min(batch, load.commands - next);
    auto request = access->recorder().recordRequest();
    auto commands = request.initCommands(static_cast<unsigned>(batch));
    for (unsigned i = 0; i < batch; ++i) workload.fill(commands[i], next + i);
    const auto response = access->call(kj::mv(request));
    bool is_known = true;
    for (unsigned i = 0; i < batch; ++i) {
      const std::string id = workload.id(next + i);
      if (response)
        note(acks, id, response->getAnswers()[i]);
      else
        acks.lost(id);
      is_known = is_known && response && response->getAnswers()[i].isAccepted();
    }
    CF_TRY(acks.flush());
    if (!response || (next == 0 && !is_known)) return {};
    next += batch;
  }
  return {};
}

}  // namespace counterfoil::loadgen
