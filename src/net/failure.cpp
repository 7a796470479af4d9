#include "net/failure.h"

#include <array>
#include <string_view>

namespace counterfoil {
namespace {

constexpr std::array codes = {ErrorCode::invalid,   ErrorCode::refused,     ErrorCode::conflict,
                              ErrorCode::not_found, ErrorCode::corrupt,     ErrorCode::limit,
                              ErrorCode::busy,      ErrorCode::unsupported, ErrorCode::denied,
                              ErrorCode::io};

std::string sentence(std::string_view text) {
  return fmt::format("{}{}", text, text.ends_with('.') ? "" : ".");
}

}  // namespace

kj::Exception to_exception(const Error& error) {
  const std::string text = fmt::format("[{}] {}", name_of(error.code), error.message);
  const auto type =
      error.code == ErrorCode::busy ? kj::Exception::Type::OVERLOADED : kj::Exception::Type::FAILED;
  return kj::Exception(type, "ledger", 0, kj::heapString(text.data(), text.size()));
}

Error error_named(std::string_view name, std::string message) {
  for (const ErrorCode code : codes)
    if (name_of(code) == name) return {code, std::move(message)};
  return {ErrorCode::io, std::move(message)};
}

Error from_exception(const kj::Exception& exception) {
  std::string_view text(exception.getDescription().cStr(), exception.getDescription().size());
  constexpr std::string_view remote = "remote exception: ";  // Cap'n Proto's, once a hop
  while (text.starts_with(remote)) text.remove_prefix(remote.size());
  for (const ErrorCode code : codes) {
    const std::string prefix = fmt::format("[{}] ", name_of(code));
    if (text.starts_with(prefix)) return {code, std::string(text.substr(prefix.size()))};
  }
  const bool was_connected = !text.starts_with("cannot connect");
  if (exception.getType() == kj::Exception::Type::DISCONNECTED && was_connected)
    return {ErrorCode::io,
            fmt::format("the connection to the ledger ended: {} When its daemon runs, give the "
                        "command again: what was recorded is not recorded twice",
                        sentence(text))};
  return {ErrorCode::io, std::string(text)};
}

}  // namespace counterfoil
