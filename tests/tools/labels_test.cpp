#include "counterfoil/labels.h"

#include <capnp/schema.h>
#include <schema/ledger.capnp.h>
#include <schema/views.capnp.h>

#include <string>

#include "support/catch.h"

using namespace counterfoil;

namespace {

template <typename Row>
void check_labels() {
  const capnp::StructSchema schema = capnp::Schema::from<Row>();
  for (const auto field : schema.getFields()) {
    const std::string name = field.getProto().getName().cStr();
    INFO(name);
    const auto english = field_label(name, Language::english);
    const auto chinese = field_label(name, Language::chinese);
    REQUIRE(english.has_value());
    REQUIRE(chinese.has_value());
    CHECK_FALSE(english->empty());
    CHECK(static_cast<unsigned char>(chinese->front()) >= 0xe4);  // a Chinese character, in UTF-8
    if (!field.getType().isEnum()) continue;
    for (const auto enumerant : field.getType().asEnum().getEnumerants()) {
      const std::string value = enumerant.getProto().getName().cStr();
      INFO(value);
      if (value == "unspecified") continue;  // shown as nothing
      CHECK(value_label(value, Language::english) == value);
      REQUIRE(value_label(value, Language::chinese).has_value());
      CHECK(static_cast<unsigned char>(value_label(value, Language::chinese)->front()) >= 0xe4);
    }
  }
}

}  // namespace

TEST_CASE("every column of a table, and every enum value in it, has a label in both languages") {
  check_labels<schema::BudgetRow>();
  check_labels<schema::AdjustmentRow>();
  check_labels<schema::ViewInfo>();
  check_labels<schema::DifferenceRow>();
  check_labels<schema::EventRow>();
  check_labels<schema::RebuiltRow>();
  check_labels<schema::ViewDifferenceRow>();
  check_labels<schema::TargetRow>();
  check_labels<schema::MonitoringRow>();
  check_labels<schema::GradeRow>();
  check_labels<schema::ObligationRow>();
  check_labels<schema::ComplianceRow>();
  check_labels<schema::StaleRow>();
  check_labels<schema::PriorityRow>();
  check_labels<schema::PoolRow>();
  check_labels<schema::LibraryRow>();
  check_labels<schema::UnitRow>();
  check_labels<schema::CutRow>();
  check_labels<schema::CeilingRow>();
  check_labels<schema::ProposalRow>();
  check_labels<schema::FactRow>();
  check_labels<schema::FieldRow>();
  check_labels<schema::ReportRow>();
  check_labels<schema::StatementRow>();
  check_labels<schema::SampleRow>();
  check_labels<schema::WaterfallRow>();
  check_labels<schema::ConsumerRow>();
  check_labels<schema::ParkedRow>();
}

TEST_CASE("the Chinese labels are the terms of the budget documents") {
  CHECK(field_label("original", Language::chinese) == "年初批复数");
  CHECK(field_label("current", Language::chinese) == "变动后预算数");
  CHECK(field_label("executionRate", Language::chinese) == "预算执行率");
  CHECK(value_label("excellent", Language::chinese) == "优");
  CHECK(value_label("library", Language::chinese) == "预算项目库");
  CHECK(field_label("grade", Language::chinese) == "评价等级");
  CHECK(value_label("poolAllocation", Language::chinese) == "统筹");
}
