#pragma once

#include "core/time.h"
#include "domain/book.h"

namespace counterfoil {

/// What a line held at some time past: as it is now, without what came later. Found by reading the
/// line's history, newest first.
struct Holding {
  Money current;
  Money spent;
};

/// On that day, by the days from which events count.
Result<Holding> holding_on(Book& book, std::string_view line, Date day);
/// When that event was recorded.
Result<Holding> holding_at(Book& book, std::string_view line, Sequence event);

}  // namespace counterfoil
