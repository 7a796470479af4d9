#include "net/subscribers.h"

namespace counterfoil {

Result<Subscribers::Place> Subscribers::enter(End end) {
  if (ends_->size() >= limit_)
    return fail(ErrorCode::busy,
                "{} subscribers are connected, which is the limit: subscribe again later", limit_);
  const auto at = ends_->insert(ends_->end(), std::move(end));
  return Place(nullptr, [ends = ends_, at](void*) { ends->erase(at); });
}

void Subscribers::end_all(const Error& why) {
  const std::list<End> all = *ends_;  // each leaves the list as it ends
  for (const End& end : all) end(why);
}

}  // namespace counterfoil
