#include "counterfoil/import/text.h"

#include <algorithm>

#include "counterfoil/import/number.h"

namespace counterfoil::intake {
namespace {

/// Characters of UTF-8 text: bytes that continue none.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Result<std::string> transform(const Text& rules, std::string text) {
  if (!rules.blank.empty() && std::ranges::find(rules.blank, trimmed(text)) != rules.blank.end())
    text.clear();
  if (!rules.remove.empty())
    std::erase_if(text, [&](char c) { return rules.remove.find(c) != std::string::npos; });
  if (text.empty()) text = rules.empty;
  if (text.empty()) return text;
  if (const std::size_t have = characters(text); have < rules.pad)
    text.insert(0, rules.pad - have, rules.pad_with);
  if (rules.lookup) {
    const auto found = rules.lookup->find(std::string(trimmed(text)));
    if (found == rules.lookup->end())
      return fail(ErrorCode::invalid, "\"{}\" is not among the codes of {}; add it to the lookup",
                  text, rules.place);
    text = found->second;
  }
  if (!rules.prefix.empty() && !text.empty()) text.insert(0, rules.prefix);
  return text;
}

}  // namespace

void Inputs::add_value(std::string name, Text text) {
  value_names_.emplace(std::move(name), values_.size());
  values_.push_back(std::move(text));
}

Text::Part Inputs::named(std::string_view name) {
  if (const auto value = value_names_.find(name); value != value_names_.end())
    return {Text::Part::Kind::value, std::string(name), value->second};
  const auto column = std::ranges::find(columns_, name);
  const auto slot = static_cast<std::size_t>(column - columns_.begin());
  if (column == columns_.end()) columns_.emplace_back(name);
  return {Text::Part::Kind::column, std::string(name), slot};
}

Text Inputs::text_named(std::string_view name) {
  Text text;
  text.parts.push_back(named(name));
  return text;
}

void Inputs::share(const Text& text) {
  for (const Text::Part& part : text.parts) {
    if (part.kind == Text::Part::Kind::column) shared_.insert(part.index);
    if (part.kind == Text::Part::Kind::value) share(values_[part.index]);
  }
}

Result<std::string> Inputs::text_of(const Text& text, const Row& row) const {
  std::string joined;
  for (const Text::Part& part : text.parts) {
    const std::size_t before = joined.size();
    switch (part.kind) {
      case Text::Part::Kind::literal:
        joined += part.literal;
        break;
      case Text::Part::Kind::column:
        joined += row.field(part.index);
        break;
      case Text::Part::Kind::value: {
        auto value = text_of(values_[part.index], row);
        if (!value) return fail_at(part.literal, std::move(value).error());
        joined += *value;
      }
    }
    if (text.whole && joined.size() == before)
      return fail(ErrorCode::invalid, "\"{}\" is empty, and an id is made of it", part.literal);
  }
  return transform(text, std::move(joined));
}

Result<Text> read_template(std::string_view text, std::string place, Inputs& inputs) {
  Text result;
  result.place = std::move(place);
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) result.parts.push_back({Text::Part::Kind::literal, literal, 0});
    literal.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
      literal += c;
      ++i;
    } else if (c == '{') {
      const std::size_t close = text.find('}', i);
      if (close == text.npos || close == i + 1)
        return fail(ErrorCode::invalid, "{}: \"{}\" has a brace without a name and a closing brace",
                    result.place, text);
      end_literal();
      result.parts.push_back(inputs.named(text.substr(i + 1, close - i - 1)));
      i = close;
    } else if (c == '}') {
      return fail(ErrorCode::invalid, "{}: \"{}\" closes a brace that is not open; write \"}}}}\"",
                  result.place, text);
    } else {
      literal += c;
    }
  }
  end_literal();
  return result;
}

Result<Text> read_text(TomlReader& reader, Inputs& inputs, const Lookups& lookups) {
  const std::string place = place_of(reader.table().source(), reader.file());
  CF_LET(const auto column, reader.text("column"));
  CF_LET(const auto whole, reader.text("template"));
  if (column.has_value() == whole.has_value())
    return fail(ErrorCode::invalid, "{}: give either \"column\" or \"template\"", place);
  Text text;
  if (column) {
    text.parts.push_back(inputs.named(*column));
    text.place = place;
  } else {
    CF_LET(text, read_template(*whole, place, inputs));
  }
  CF_LET(text.blank, reader.texts("blank"));
  CF_LET(const auto remove, reader.text("remove"));
  text.remove = remove.value_or("");
  CF_LET(const auto empty, reader.text("empty"));
  text.empty = empty.value_or("");
  CF_LET(const auto pad, reader.integer("pad"));
  if (pad && (*pad < 1 || *pad > 96))
    return fail(ErrorCode::invalid, "{}: \"pad\" must be a number from 1 to 96", place);
  text.pad = static_cast<std::size_t>(pad.value_or(0));
  CF_LET(const auto pad_with, reader.text("pad_with"));
  if (pad_with && pad_with->size() != 1)
    return fail(ErrorCode::invalid, "{}: \"pad_with\" must be one ASCII character", place);
  if (pad_with) text.pad_with = pad_with->front();
  CF_LET(const auto prefix, reader.text("prefix"));
  text.prefix = prefix.value_or("");
  if (const toml::node* node = reader.take("lookup")) {
    if (const toml::table* table = node->as_table()) {
      CF_LET(text.lookup, read_lookup(*table, reader.file()));
    } else {
      const auto name = node->value_exact<std::string>();
      const auto found = lookups.find(name.value_or(""));
      if (found == lookups.end())
        return fail_in(*node, reader.file(),
                       "\"lookup\" must be a table or the name of a [lookups.NAME]");
      text.lookup = found->second;
    }
  }
  return text;
}

Result<Text> read_text(const toml::node& node, std::string_view file, Inputs& inputs,
                       const Lookups& lookups) {
  if (const auto text = node.value_exact<std::string>())
    return read_template(*text, place_of(node.source(), file), inputs);
  const toml::table* table = node.as_table();
  if (table == nullptr) return fail_in(node, file, "this must be text in quotes, or a table");
  TomlReader reader(*table, file);
  CF_LET(Text text, read_text(reader, inputs, lookups));
  CF_TRY(reader.finish());
  return text;
}

Result<std::shared_ptr<const Lookup>> read_lookup(const toml::table& table, std::string_view file) {
  auto lookup = std::make_shared<Lookup>();
  for (const auto& [key, node] : table) {
    const auto value = node.value_exact<std::string>();
    if (!value) return fail_in(node, file, "what \"{}\" means must be text in quotes", key.str());
    lookup->emplace(key.str(), *value);
  }
  return std::shared_ptr<const Lookup>(std::move(lookup));
}

}  // namespace counterfoil::intake
