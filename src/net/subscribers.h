#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>

#include "core/limits.h"
#include "core/result.h"

namespace counterfoil {

/// The subscriptions of the whole process, over all sessions: how many there may be, and the way to
/// end them all. For one thread.
class Subscribers {
 public:
  explicit Subscribers(std::size_t limit = limits::subscribers) : limit_(limit) {}

  /// Told why the subscription ends; it may give its place back in the call.
  using End = std::function<void(const Error&)>;
  /// Gives its place back when it is dropped, which may be after the Subscribers are gone.
  using Place = std::shared_ptr<void>;

  /// `busy` where all places are taken. `end` is called only while the place is held.
  Result<Place> enter(End end);
  void end_all(const Error& why);
  std::size_t size() const { return ends_->size(); }

 private:
  std::size_t limit_;
  std::shared_ptr<std::list<End>> ends_ = std::make_shared<std::list<End>>();
};

}  // namespace counterfoil
