#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <optional>
#include <string>
#include <vector>

#include "codec/json.h"
#include "core/limits.h"

namespace counterfoil {
namespace {

namespace json = boost::json;

/// Builds the tree from Boost's events, because its own builder keeps the last of two equal keys
/// and makes a double of whatever does not fit an integer.
class TreeHandler {
 public:
  static constexpr std::size_t max_object_size = limits::json_members;
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return open(json::object()); }
  bool on_object_end(std::size_t, json::error_code&) { return close(); }
  bool on_array_begin(json::error_code&) { return open(json::array()); }
  bool on_array_end(std::size_t, json::error_code&) { return close(); }

  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& code) {
    text_.append(part.data(), part.size());
    Frame& frame = frames_.back();
    frame.key = std::move(text_);
    text_.clear();
    if (frame.key.find('\0') != std::string::npos) return refuse(code, "a key holds a NUL");
    if (frame.value.as_object().contains(frame.key))
      return refuse(code, "the key stands there twice");
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code& code) {
    text_.append(part.data(), part.size());
    const std::string text = std::move(text_);
    text_.clear();
    if (text.find('\0') != std::string::npos) return refuse(code, "a text holds a NUL");
    return add(json::value(text));
  }

  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, json::error_code&) { return add(value); }
  bool on_uint64(std::uint64_t value, json::string_view, json::error_code&) { return add(value); }
  bool on_double(double, json::string_view token, json::error_code& code) {
    token_size_ = token.size();
    if (token.find_first_of(".eE") != json::string_view::npos)
      return refuse(code,
                    "a number with a fraction or an exponent is not exact: write an integer (money "
                    "in minor units), or a decimal number as a string");
    return refuse(code, "an integer does not fit 64 bits");
  }
  bool on_bool(bool value, json::error_code&) { return add(value); }
  bool on_null(json::error_code&) { return add(nullptr); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

  json::value take() { return std::move(root_); }
  const std::optional<std::string>& refusal() const { return refusal_; }
  /// How far the parser had read on behind the start of what was refused.
  std::size_t token_size() const { return token_size_; }

  /// The place of the value that is being read, as in codec/path.h; empty at the top.
  std::string path() const {
    std::string text;
    for (const Frame& frame : frames_) {
      if (frame.value.is_array())
        text += fmt::format("[{}]", frame.value.get_array().size());
      else if (!frame.key.empty())
        text += (text.empty() ? "" : ".") + frame.key;
    }
    return text;
  }

 private:
  struct Frame {
    json::value value;  // an array or object that is still open
    std::string key;    // of the object's member that is being read
  };

  bool open(json::value value) {
    frames_.push_back({std::move(value), {}});
    return true;
  }
  bool close() {
    json::value value = std::move(frames_.back().value);
    frames_.pop_back();
    return add(std::move(value));
  }
  bool add(json::value value) {
    if (frames_.empty())
      root_ = std::move(value);
    else if (Frame& frame = frames_.back(); frame.value.is_array())
      frame.value.get_array().push_back(std::move(value));
    else
      frame.value.get_object().emplace(frame.key, std::move(value));
    return true;
  }
  bool refuse(json::error_code& code, std::string why) {
    refusal_ = std::move(why);
    code = json::error::syntax;
    return false;
  }

  std::vector<Frame> frames_;
  std::string text_;
  json::value root_;
  std::optional<std::string> refusal_;
  std::size_t token_size_ = 0;
};

std::string reason(const json::error_code& code) {
  if (code == json::error::too_deep)
    return fmt::format("it nests deeper than the limit of {}", limits::message_depth);
  if (code == json::error::object_too_large)
    return fmt::format("an object has more than {} members, the limit", limits::json_members);
  if (code == json::error::incomplete) return "the text ends before the value does";
  if (code == json::error::extra_data) return "something stands behind the value";
  return code.message();
}

Error describe(std::string_view text, std::size_t offset, const TreeHandler& handler,
               const json::error_code& code) {
  const std::string_view before = text.substr(0, offset - handler.token_size());
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::string_view in_line = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
  const auto column =
      std::count_if(in_line.begin(), in_line.end(), [](char c) { return (c & 0xc0) != 0x80; }) + 1;
  const std::string path = handler.path();
  const bool is_limit = code == json::error::too_deep || code == json::error::object_too_large;
  return Error{is_limit ? ErrorCode::limit : ErrorCode::invalid,
               fmt::format("not usable as JSON at line {}, column {}{}{}: {}", line, column,
                           path.empty() ? "" : ", ", path,
                           handler.refusal() ? *handler.refusal() : reason(code))};
}

}  // namespace

Result<boost::json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = limits::message_depth;
  json::basic_parser<TreeHandler> parser(options);
  json::error_code code;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), code);
  if (!code && read < text.size()) code = json::error::extra_data;
  if (code) return tl::make_unexpected(describe(text, read, parser.handler(), code));
  return parser.handler().take();
}

}  // namespace counterfoil
