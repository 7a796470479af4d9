#include "net/progress.h"

namespace counterfoil {

kj::Promise<void> tell(kj::Timer& timer, schema::Progress::Client progress,
                       const std::shared_ptr<Position>& position) {
  return timer.afterDelay(200 * kj::MILLISECONDS)
      .then([progress, position]() mutable {
        auto call = progress.reportRequest();
        call.setDone(position->done);
        call.setTotal(position->total);
        return call.send().ignoreResult();
      })
      .then([&timer, progress,
             position]() mutable { return tell(timer, kj::mv(progress), position); },
            [](kj::Exception&&) -> kj::Promise<void> { return kj::NEVER_DONE; });
}

}  // namespace counterfoil
