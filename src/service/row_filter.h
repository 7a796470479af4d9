#pragma once

#include <capnp/dynamic.h>
#include <capnp/schema.h>

#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "service/filter.h"

namespace counterfoil {

/// A filter that was looked up once in the struct of a view's rows.
class RowFilter {
 public:
  /// `invalid` where it names what the rows of that view do not have, or no value of an
  /// enumeration.
  static Result<RowFilter> of(capnp::StructSchema rows, std::string_view view,
                              const Filter& filter);
  bool operator()(capnp::DynamicStruct::Reader row) const;

 private:
  using Field = capnp::StructSchema::Field;

  std::int32_t fiscal_year_ = 0;  // 0: any
  Field year_;
  std::vector<std::pair<Field, std::string>> texts_;
  std::vector<std::pair<Field, std::uint16_t>> enums_;
};

}  // namespace counterfoil
