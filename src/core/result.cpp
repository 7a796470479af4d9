#include "core/result.h"

#include <cstdio>
#include <cstdlib>

namespace counterfoil {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::refused:
      return "refused";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::not_found:
      return "not found";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::limit:
      return "over a limit";
    case ErrorCode::busy:
      return "busy";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::denied:
      return "denied";
    case ErrorCode::io:
      return "could not";
  }
  broken_invariant("a known error code", __FILE__, __LINE__);
}

void broken_invariant(const char* condition, const char* file, int line) {
  std::fprintf(
      stderr,
      "counterfoil: broken invariant: %s (%s:%d); stopping before anything wrong is written\n",
      condition, file, line);
  std::abort();
}

}  // namespace counterfoil
