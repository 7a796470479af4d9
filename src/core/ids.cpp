#include "core/ids.h"

#include <algorithm>
#include <array>

#include "core/limits.h"

namespace counterfoil {
namespace {

constexpr std::array<std::string_view, 14> subject_kinds = {
    "ledger", "project",  "line",   "unit",    "department", "fund",       "pool",
    "list",   "standard", "period", "ruleset", "request",    "evaluation", "principal"};

/// By the character's value: checking subjects is a good part of deciding and folding.
constexpr std::array<bool, 256> id_characters = [] {
  std::array<bool, 256> allowed{};
  for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789._-"))
    allowed[static_cast<unsigned char>(c)] = true;
  return allowed;
}();

bool is_id_character(char c) {
  return id_characters[static_cast<unsigned char>(c)];
}

}  // namespace

std::string format_position(Epoch epoch, Sequence sequence) {
  if (epoch.value == 0) return std::to_string(sequence.value);
  return fmt::format("e{}:{}", epoch.value, sequence.value);
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= limits::subject_bytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_id_character(c); });
}

Result<void> check_subject(std::string_view text) {
  if (text.size() > limits::subject_bytes)
    return fail(ErrorCode::limit, "the subject {} is {} bytes long; the limit is {}", quote(text),
                text.size(), limits::subject_bytes);
  std::string_view rest = text;
  for (bool first = true;; first = false) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    if (!is_id(segment))
      return fail(
          ErrorCode::invalid,
          "{} is not a subject: between slashes stand letters a-z and A-Z, digits, '.', '_' "
          "and '-', at least one",
          quote(text));
    if (first &&
        std::find(subject_kinds.begin(), subject_kinds.end(), segment) == subject_kinds.end())
      return fail(ErrorCode::invalid, "{} is not a subject: it starts with one of {}", quote(text),
                  fmt::join(subject_kinds, ", "));
    if (slash == std::string_view::npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

Result<void> check_command_id(std::string_view text) {
  if (text.size() > limits::command_id_bytes)
    return fail(ErrorCode::limit, "the command id is {} bytes long; the limit is {}", text.size(),
                limits::command_id_bytes);
  if (text.empty() ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; }))
    return fail(
        ErrorCode::invalid,
        "a command needs an id of printable ASCII characters without spaces; choose one that "
        "you would choose again when sending the command again");
  return {};
}

}  // namespace counterfoil
