#include "http/request_reader.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "core/limits.h"

namespace counterfoil::http {
namespace {

namespace beast = boost::beast::http;
using Parser = beast::request_parser<beast::string_body>;
using ErrorOfBeast = boost::beast::error_code;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

tl::unexpected<Problem> too_large() {
  return refuse(
      413, ErrorCode::limit,
      fmt::format("the body is longer than {} bytes: send it in parts", limits::request_bytes));
}

tl::unexpected<Problem> problem_of_beast(const ErrorOfBeast& error, bool in_target) {
  if (error == beast::error::header_limit && in_target)
    return refuse(414, ErrorCode::limit,
                  fmt::format("the request line is longer than {} bytes", limits::http_head_bytes));
  if (error == beast::error::header_limit)
    return refuse(431, ErrorCode::limit,
                  fmt::format("the headers are longer than {} bytes", limits::http_head_bytes));
  if (error == beast::error::body_limit) return too_large();
  if (error == beast::error::bad_version)
    return refuse(505, ErrorCode::unsupported, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  return refuse(400, ErrorCode::invalid, "this is no HTTP request: " + error.message());
}

}  // namespace

struct RequestReader::Impl {
  std::string arrived;
  std::optional<Parser> parser;

  /// Hands the parser what has arrived; gives why it cannot go on, but for want of more.
  Outcome<void> parse() {
    ErrorOfBeast error;
    while (!arrived.empty() && !parser->is_done()) {
      const bool was_head = !parser->is_header_done();
      const std::size_t used =
          parser->put(boost::asio::const_buffer(arrived.data(), arrived.size()), error);
      arrived.erase(0, used);
      if (error == beast::error::need_more) return {};
      if (error) return problem_of_beast(error, parser->get().target().empty());
      if (was_head && parser->is_header_done()) return {};
      if (used == 0) return {};
    }
    return {};
  }
};

RequestReader::RequestReader() : impl_(std::make_unique<Impl>()) {}
RequestReader::~RequestReader() = default;

void RequestReader::add(std::string_view bytes) {
  impl_->arrived.append(bytes);
}

bool RequestReader::has_begun() const {
  return impl_->parser.has_value() || !impl_->arrived.empty();
}

Outcome<bool> RequestReader::head(Request& request) {
  if (impl_->arrived.empty()) return false;
  if (!impl_->parser) {
    impl_->parser.emplace();
    impl_->parser->header_limit(limits::http_head_bytes);
    impl_->parser->body_limit(limits::request_bytes);
  }
  Parser& parser = *impl_->parser;
  CF_TRY(impl_->parse());
  if (!parser.is_header_done()) return false;
  const auto& message = parser.get();
  request = Request{};
  request.method = view(message.method_string());
  request.target = view(message.target());
  request.version = message.version();
  request.keeps_alive = parser.keep_alive();
  request.has_body = !parser.is_done();
  for (const auto& field : message)
    request.headers.push_back(
        {std::string(view(field.name_string())), std::string(view(field.value()))});
  if (request.target.size() > limits::http_target_bytes)
    return refuse(414, ErrorCode::limit,
                  fmt::format("the request's target is {} bytes long; the limit is {}",
                              request.target.size(), limits::http_target_bytes));
  return true;
}

Outcome<bool> RequestReader::body(Request& request, std::size_t bytes_max) {
  Parser& parser = *impl_->parser;
  parser.eager(true);
  if (const auto length = parser.content_length(); length && *length > bytes_max)
    return too_large();
  CF_TRY(impl_->parse());
  if (parser.get().body().size() > bytes_max) return too_large();
  if (!parser.is_done()) return false;
  request.body = std::move(parser.get().body());
  impl_->parser.reset();
  return true;
}

}  // namespace counterfoil::http
