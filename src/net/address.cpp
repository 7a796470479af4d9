#include "net/address.h"

#include <arpa/inet.h>

#include <charconv>
#include <system_error>

namespace counterfoil {

Result<Address> parse_address(std::string_view text) {
  const auto refuse = [&] {
    return fail(ErrorCode::invalid,
                "\"{}\" is not an address: write HOST:PORT, for example 127.0.0.1:7400 or "
                "[::1]:7400, with a port from 0 to 65535",
                text);
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse();
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);

  Address address;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, address.port);
  if (digits.empty() || stop != end || error != std::errc()) return refuse();

  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return refuse();  // "::1:7400" could mean two things
  if (host.empty() || host.find_first_of("[] \t\r\n") != std::string_view::npos) return refuse();
  address.host = host;
  return address;
}

bool is_loopback(const Address& address) {
  in_addr four{};
  in6_addr six{};
  if (::inet_pton(AF_INET, address.host.c_str(), &four) == 1)
    return (ntohl(four.s_addr) >> 24) == IN_LOOPBACKNET;
  if (::inet_pton(AF_INET6, address.host.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six);
  return address.host == "localhost";
}

std::string format_address(const Address& address) {
  const bool brackets = address.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", brackets ? "[" : "", address.host, brackets ? "]" : "",
                     address.port);
}

}  // namespace counterfoil
