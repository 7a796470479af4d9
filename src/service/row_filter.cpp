#include "service/row_filter.h"

#include "codec/text.h"

namespace counterfoil {
namespace {

/// The value that the schema spells so, of an enumeration.
Result<std::uint16_t> enumerant_of(capnp::EnumSchema schema, std::string_view what,
                                   std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto enumerant : schema.getEnumerants()) {
    const std::string_view known = view(enumerant.getProto().getName());
    if (known == "unspecified") continue;
    if (known == name) return static_cast<std::uint16_t>(enumerant.getOrdinal());
    names.push_back(known);
  }
  return fail(ErrorCode::invalid, "\"{}\" is no {}; there are {}", name, what,
              fmt::join(names, ", "));
}

Result<capnp::StructSchema::Field> field_of(capnp::StructSchema rows, std::string_view view,
                                            const char* name, const char* or_name = nullptr) {
  for (const char* const wanted : {name, or_name}) {
    if (wanted == nullptr) continue;
    KJ_IF_MAYBE (field, rows.findFieldByName(wanted)) return *field;
  }
  return fail(ErrorCode::invalid, "the rows of {} have no {} to be chosen by: leave it out", view,
              name);
}

}  // namespace

Result<RowFilter> RowFilter::of(capnp::StructSchema rows, std::string_view view,
                                const Filter& filter) {
  RowFilter found;
  if (filter.fiscal_year != 0) {
    CF_LET(found.year_, field_of(rows, view, "fiscalYear", "evaluatedYear"));
    found.fiscal_year_ = filter.fiscal_year;
  }
  const std::pair<const char*, const std::string&> wishes[] = {
      {"unit", filter.unit},       {"project", filter.project}, {"fund", filter.fund},
      {"measure", filter.measure}, {"kind", filter.kind},       {"request", filter.request},
      {"state", filter.state},     {"rule", filter.rule},       {"pool", filter.pool}};
  for (const auto& [name, wanted] : wishes) {
    if (wanted.empty()) continue;
    CF_LET(const auto field, field_of(rows, view, name));
    if (!field.getType().isEnum()) {
      found.texts_.push_back({field, wanted});
      continue;
    }
    const std::string_view what = std::string_view(name) == "kind" ? "kind of adjustment" : name;
    CF_LET(const std::uint16_t value, enumerant_of(field.getType().asEnum(), what, wanted));
    found.enums_.push_back({field, value});
  }
  return found;
}

bool RowFilter::operator()(capnp::DynamicStruct::Reader row) const {
  if (fiscal_year_ != 0 && row.get(year_).as<std::int32_t>() != fiscal_year_) return false;
  for (const auto& [field, wanted] : texts_)
    if (view(row.get(field).as<capnp::Text>()) != wanted) return false;
  for (const auto& [field, wanted] : enums_)
    if (row.get(field).as<capnp::DynamicEnum>().getRaw() != wanted) return false;
  return true;
}

}  // namespace counterfoil
