#include "counterfoil/rule_sets.h"

#include <filesystem>

#include "core/files.h"

namespace counterfoil {

Result<std::string> rule_set_document(const std::string& name_or_file) {
  for (const ShippedRuleSet& shipped : shipped_rule_sets())
    if (shipped.name == name_or_file) return std::string(shipped.json);
  std::error_code error;
  if (std::filesystem::exists(name_or_file, error)) return read_file(name_or_file);
  std::vector<std::string_view> names;
  for (const ShippedRuleSet& shipped : shipped_rule_sets()) names.push_back(shipped.name);
  return fail(ErrorCode::invalid, "there is no rule set \"{}\": name one of {}, or a JSON file",
              name_or_file, fmt::join(names, ", "));
}

}  // namespace counterfoil
