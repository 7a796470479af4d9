#include "counterfoil/event_row.h"

#include <boost/json/serialize.hpp>

#include "codec/json.h"
#include "codec/line.h"
#include "codec/shape.h"
#include "codec/text.h"
#include "core/money.h"

namespace counterfoil {
namespace {

namespace json = boost::json;

struct Exponents {
  unsigned currency;
  unsigned amount;  // of what counts on the line at hand
};

std::string_view text(const json::value& value) {
  return {value.get_string().data(), value.get_string().size()};
}

void to_major_units(const StructShape& shape, json::object& object, Exponents exponents);

void to_major_units(const ValueShape& shape, json::value& value, Exponents exponents) {
  if (shape.form == Form::structure) {
    to_major_units(*shape.structure, value.get_object(), exponents);
  } else if (shape.form == Form::list) {
    for (json::value& element : value.get_array())
      to_major_units(*shape.element, element, exponents);
  } else if (shape.marks.amount || shape.marks.money) {
    const Money minor{std::stoll(std::string(text(value)))};
    value = format_major(minor, shape.marks.amount ? exponents.amount : exponents.currency);
  }
}

void to_major_units(const StructShape& shape, json::object& object, Exponents exponents) {
  if (const json::value* line = object.if_contains("line")) {
    const auto parts = parse_line(text(*line));
    if (parts && parts->measure == headcount_measure) exponents.amount = headcount_exponent;
  }
  for (const FieldShape& field : shape.fields)
    if (json::value* value = object.if_contains({field.name.data(), field.name.size()}))
      to_major_units(field.value, *value, exponents);
}

std::string join_subjects(schema::Record::Reader record) {
  std::string joined;
  for (const auto subject : record.getSubjects()) {
    if (!joined.empty()) joined += ' ';
    joined += view(subject.getId());
  }
  return joined;
}

}  // namespace

void fill(schema::EventRow::Builder row, schema::Record::Reader record,
          unsigned currency_exponent) {
  json::value fact = to_json(record.getFact());
  to_major_units(shape_of(capnp::Schema::from<schema::Fact>()), fact.get_object(),
                 {currency_exponent, currency_exponent});
  std::string name = "unknown";
  std::string detail;
  if (!fact.get_object().empty()) {
    name = std::string_view(fact.get_object().begin()->key());
    detail = json::serialize(fact.get_object().begin()->value());
  }
  row.setSequence(record.getSequence());
  row.setFact(text_of(name));
  row.setEffectiveOn(record.getEffectiveOn());
  row.setDecidedAt(record.getDecidedAt());
  row.setRecordedAt(record.getRecordedAt());
  row.setActor(record.getActor());
  row.setRole(record.getRole());
  row.setOrganisation(record.getOrganisation());
  if (record.getDocuments().size() != 0) row.setDocument(record.getDocuments()[0].getNumber());
  row.setReason(record.getReason());
  row.setSubjects(text_of(join_subjects(record)));
  row.setDetail(text_of(detail));
}

}  // namespace counterfoil
