#include "net/presence.h"

#include <vector>

namespace counterfoil {

Presence::Place Presence::enter(std::string principal, std::string token, bool bound,
                                std::function<void()> hang_up) {
  const auto at = sessions_->insert(
      sessions_->end(), {std::move(principal), std::move(token), bound, std::move(hang_up)});
  return Place(nullptr, [sessions = sessions_, at](void*) { sessions->erase(at); });
}

template <typename Is>
std::size_t Presence::end_where(Is is) {
  std::vector<std::function<void()>> ends;  // each leaves the list as it ends
  for (const Session& session : *sessions_)
    if (is(session)) ends.push_back(session.hang_up);
  for (const auto& end : ends) end();
  return ends.size();
}

std::size_t Presence::end_of_principal(std::string_view principal) {
  return end_where([&](const Session& session) { return session.principal == principal; });
}

std::size_t Presence::end_of_token(std::string_view token) {
  return end_where([&](const Session& session) { return session.token == token; });
}

std::size_t Presence::end_of_bound() {
  return end_where([](const Session& session) { return session.bound; });
}

}  // namespace counterfoil
