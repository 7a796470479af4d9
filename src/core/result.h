#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace counterfoil {

/// What kind of failure it is. Few codes, used truthfully; the sentence in Error says the rest.
enum class ErrorCode {
  invalid,      // the input is malformed: sending it again changes nothing
  refused,      // a rule or an identity forbids it
  conflict,     // the state moved on, or the id was used for something else
  not_found,    // what was named does not exist
  corrupt,      // stored bytes are not what was written
  limit,        // larger than core/limits.h allows
  busy,         // held by another process, or a queue is full: try again later
  unsupported,  // written by a newer version
  denied,       // the credential or the role does not allow it
  io            // the machine could not do it: disk, network, permissions
};

/// The code's name as users see it, for instance "not found".
std::string_view name_of(ErrorCode code);

/// What a program may want to know of a rule's refusal without reading its sentence.
struct ErrorFinding {
  std::string rule;  // "R4"
  std::string line;  // empty where no amount is above a ceiling
  std::int64_t amount = 0;
  std::int64_t allowed = 0;
};

/// An expected failure: `message` is a sentence that says what is wrong and what to do next.
struct Error {
  ErrorCode code;
  std::string message;
  std::shared_ptr<const ErrorFinding> finding = {};  // of a rule
};

template <typename T>
using Result = tl::expected<T, Error>;

template <typename... Args>
tl::unexpected<Error> fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

/// The same failure, with where it happened put before the sentence.
inline tl::unexpected<Error> fail_at(std::string_view where, Error error) {
  error.message = fmt::format("{}: {}", where, error.message);
  return tl::unexpected<Error>(std::move(error));
}

/// Aborts the process: an invariant of the program itself is broken, and nothing wrong may be
/// written or served. Never used for input.
[[noreturn]] void broken_invariant(const char* condition, const char* file, int line);

}  // namespace counterfoil

#define COUNTERFOIL_ASSERT(condition) \
  ((condition) ? void() : ::counterfoil::broken_invariant(#condition, __FILE__, __LINE__))

#define COUNTERFOIL_JOIN_(a, b) a##b
#define COUNTERFOIL_JOIN(a, b) COUNTERFOIL_JOIN_(a, b)

/// CF_TRY(expression): returns its error from the enclosing function, if it has one.
#define CF_TRY(...)                                                \
  do {                                                             \
    if (auto cf_result_ = (__VA_ARGS__); !cf_result_)              \
      return ::tl::make_unexpected(std::move(cf_result_).error()); \
  } while (false)

/// CF_LET(declaration, expression): declares the expression's value, or returns its error.
#define CF_LET(declaration, ...)                                                            \
  auto COUNTERFOIL_JOIN(cf_value_, __LINE__) = (__VA_ARGS__);                               \
  if (!COUNTERFOIL_JOIN(cf_value_, __LINE__))                                               \
    return ::tl::make_unexpected(std::move(COUNTERFOIL_JOIN(cf_value_, __LINE__)).error()); \
  declaration = std::move(*COUNTERFOIL_JOIN(cf_value_, __LINE__))
