#include "counterfoil/schema_comments.h"

#include <vector>

#include "counterfoil/schema_texts.h"

namespace counterfoil {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The lines between the braces of a struct. Each level of nesting is indented by two more spaces,
/// so its end is the first brace at its own indentation.
std::vector<std::string_view> body_of(const std::vector<std::string_view>& lines,
                                      std::string_view structure, std::size_t indentation) {
  const std::string spaces(indentation, ' ');
  const std::string opening = spaces + "struct " + std::string(structure) + " {";
  std::vector<std::string_view> body;
  bool inside = false;
  for (const std::string_view line : lines) {
    if (inside && line == spaces + "}") return body;
    if (inside) body.push_back(line);
    if (line == opening) inside = true;
  }
  return body;
}

std::string_view after_hash(std::string_view line) {
  const std::size_t hash = line.find('#');
  return hash == std::string_view::npos ? std::string_view() : trimmed(line.substr(hash + 1));
}

}  // namespace

std::string comment_of(std::string_view structure, std::string_view field) {
  std::vector<std::string_view> body = lines_of(event_schema_text());
  std::size_t indentation = 0;
  for (std::string_view rest = structure; !rest.empty(); indentation += 2) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    body = body_of(body, rest.substr(0, dot), indentation);
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  std::string comment;
  for (const std::string_view line : body) {
    const std::string_view text = trimmed(line);
    if (field.empty()) {
      if (!text.starts_with('#')) break;
      comment.append(comment.empty() ? "" : " ").append(after_hash(text));
      continue;
    }
    const std::string start = std::string(field) + " @";
    if (text.starts_with(start)) return std::string(after_hash(text));
  }
  return comment;
}

}  // namespace counterfoil
