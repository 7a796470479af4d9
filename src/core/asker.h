#pragma once

#include <atomic>
#include <memory>

#include "core/go_on.h"

namespace counterfoil {

/// Whoever waits for an answer that another thread makes: work that takes long looks whether they
/// are still there. Copies are of the same asker; one that nobody else holds stays to the end.
class Asker {
 public:
  bool is_gone() const { return gone_->load(std::memory_order_relaxed); }
  void leave() const { gone_->store(true, std::memory_order_relaxed); }
  /// `busy` once they are gone.
  Result<void> check_there() const {
    return check([this] { return !is_gone(); });
  }

 private:
  std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace counterfoil
