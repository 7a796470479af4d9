#pragma once

#include <cstdint>
#include <string>

namespace counterfoil {

/// What a read is narrowed to; empty and zero mean any.
struct Filter {
  std::int32_t fiscal_year = 0;
  std::string unit;
  std::string project;
  std::string fund;
  std::string measure;
  std::string kind;  // of an adjustment, as the schema spells it
  std::string request;
  std::string state;  // of a target, a correction, a grade or an obligation
  std::string rule;   // of a breach
  std::string pool;
};

}  // namespace counterfoil
