#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace counterfoil {

/// Who is logged in, over all connections, and the way to end that. For one thread.
class Presence {
 public:
  /// Gives its place back when it is dropped, which may be after the Presence is gone.
  using Place = std::shared_ptr<void>;

  /// `hang_up` is called only while the place is held, and may give it back. `token`: its id.
  /// `bound`: its reach changes with the units.
  Place enter(std::string principal, std::string token, bool bound, std::function<void()> hang_up);
  /// Each gives the number of connections that were closed.
  std::size_t end_of_principal(std::string_view principal);
  std::size_t end_of_token(std::string_view token);
  std::size_t end_of_bound();

 private:
  struct Session {
    std::string principal;
    std::string token;
    bool bound;
    std::function<void()> hang_up;
  };
  template <typename Is>
  std::size_t end_where(Is is);

  std::shared_ptr<std::list<Session>> sessions_ = std::make_shared<std::list<Session>>();
};

}  // namespace counterfoil
