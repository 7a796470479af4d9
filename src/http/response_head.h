#pragma once

#include <string>
#include <variant>

#include "http/message.h"

namespace counterfoil::http {

/// How the peer knows where the body ends, where its length is not known.
enum class BodyLength { in_chunks, to_the_end };

/// The status line and the headers, up to the empty line behind them.
std::string format_head(const Response& response, std::variant<std::size_t, BodyLength> length,
                        bool keeps_alive);

/// One chunk of a body; the last one is empty.
std::string format_chunk(std::string_view bytes);

}  // namespace counterfoil::http
