#include "http/response_head.h"

#include <fmt/format.h>

#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/serializer.hpp>

namespace counterfoil::http {
namespace {

namespace beast = boost::beast::http;

boost::beast::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

std::string format_head(const Response& response, std::variant<std::size_t, BodyLength> length,
                        bool keeps_alive) {
  beast::response<beast::empty_body> message;
  message.version(11);
  message.result(response.status);
  message.reason(view(reason_of(response.status)));
  if (!response.content_type.empty())
    message.set(beast::field::content_type, view(response.content_type));
  for (const Header& header : response.headers)
    message.insert(view(header.name), view(header.value));
  message.set("X-Content-Type-Options", "nosniff");
  if (message.find(beast::field::cache_control) == message.end())
    message.set(beast::field::cache_control, "no-store");
  message.keep_alive(keeps_alive);
  const bool may_have_body = response.status != 204 && response.status != 304;
  if (const auto* const bytes = std::get_if<std::size_t>(&length)) {
    if (may_have_body) message.content_length(*bytes);
  } else if (std::get<BodyLength>(length) == BodyLength::in_chunks) {
    message.chunked(true);
  }

  std::string head;
  beast::response_serializer<beast::empty_body> serializer(message);
  serializer.split(true);
  boost::beast::error_code error;
  while (!error && !serializer.is_header_done()) {
    serializer.next(error, [&](boost::beast::error_code&, const auto& buffers) {
      std::size_t size = 0;
      for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
        head.append(static_cast<const char*>(buffer.data()), buffer.size());
        size += buffer.size();
      }
      serializer.consume(size);
    });
  }
  return head;
}

std::string format_chunk(std::string_view bytes) {
  return bytes.empty() ? "0\r\n\r\n" : fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

}  // namespace counterfoil::http
