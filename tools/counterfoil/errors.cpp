#include "counterfoil/errors.h"

namespace counterfoil {

ExitStatus exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::refused:
    case ErrorCode::conflict:
    case ErrorCode::not_found:
      return ExitStatus::answer_is_no;
    case ErrorCode::invalid:
    case ErrorCode::limit:
      return ExitStatus::wrong_usage;
    case ErrorCode::corrupt:
    case ErrorCode::busy:
    case ErrorCode::unsupported:
    case ErrorCode::denied:
    case ErrorCode::io:
      return ExitStatus::could_not;
  }
  return ExitStatus::could_not;
}

}  // namespace counterfoil
