#pragma once

#include <optional>
#include <string_view>

namespace counterfoil {

enum class Language { english, chinese };

/// What a table's reader sees instead of a field's name, or nothing where no label was chosen.
std::optional<std::string_view> field_label(std::string_view field, Language language);

/// The same for an enum's value. In English that is the name itself, which filters take.
std::optional<std::string_view> value_label(std::string_view value, Language language);

}  // namespace counterfoil
