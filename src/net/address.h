#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// Where to listen or to connect. `host` is a name or a numeric address (IPv6 without brackets).
struct Address {
  std::string host;
  std::uint16_t port = 0;
};

/// Reads "HOST:PORT" or "[IPV6]:PORT".
Result<Address> parse_address(std::string_view text);

/// Whether only processes of this machine reach it: `localhost`, 127.0.0.0/8 or ::1.
bool is_loopback(const Address& address);

/// The inverse of parse_address.
std::string format_address(const Address& address);

}  // namespace counterfoil
