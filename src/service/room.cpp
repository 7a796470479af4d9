#include "service/room.h"

#include <algorithm>

#include "core/limits.h"

namespace counterfoil {

std::size_t rows_at_most(std::size_t limit) {
  return limit == 0 ? limits::rows_in_page : std::min(limit, limits::rows_in_page);
}

bool Room::is_left() const {
  return rows_ < rows_max_ && bytes_ < limits::request_bytes / 2;
}

}  // namespace counterfoil
