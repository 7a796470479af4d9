#include <CLI/TypeTools.hpp>

#include "counterfoil/commands/command.h"

namespace counterfoil {

CLI::Validator at_least(std::int64_t least) {
  const auto check = [least](const std::string& text) -> std::string {
    std::int64_t number = least;
    // What is no number at all, or too large a one, is left to the conversion.
    if (!CLI::detail::lexical_cast(text, number) || number >= least) return {};
    return fmt::format("{} is too small: write a whole number from {} on", text, least);
  };
  return {check, ""};
}

}  // namespace counterfoil
