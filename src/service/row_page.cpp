#include "service/row_page.h"

#include <algorithm>

#include "projections/budgets.h"
#include "projections/views.h"

namespace counterfoil {

PageBuilder::PageBuilder(capnp::StructSchema schema, RowFilter wanted, std::size_t limit)
    : buffer_(std::make_unique<AnyRowBuffer>(schema)), wanted_(std::move(wanted)), room_(limit) {}

Result<PageBuilder> PageBuilder::of(const Projection& projection, const Filter& filter,
                                    std::size_t limit) {
  CF_LET(RowFilter wanted, RowFilter::of(projection.row_schema(), projection.name(), filter));
  return PageBuilder(projection.row_schema(), std::move(wanted), limit);
}

Result<bool> PageBuilder::add(std::string_view key, std::string_view value) {
  if (!room_.is_left()) {
    page_.next = last_;
    return false;
  }
  CF_LET(const auto row, buffer_->read(value));
  if (!wanted_(row)) return true;
  page_.rows.emplace_back(value);
  room_.take(value.size());
  last_ = key;
  return true;
}

Result<void> PageBuilder::add_all(Rocks::Cursor cursor, std::string_view prefix,
                                  std::string_view after) {
  cursor.seek(std::max(prefix, after));
  if (cursor.valid() && !after.empty() && cursor.key() == after) cursor.next();
  for (; cursor.valid() && cursor.key().starts_with(prefix) && cursor.key() != position_entry;
       cursor.next()) {
    CF_LET(const bool more, add(cursor.key(), cursor.value()));
    if (!more) return {};
  }
  if (!cursor.valid()) CF_TRY(cursor.status());
  return {};
}

std::string prefix_of(const Projection& projection, const Filter& filter) {
  if (projection.name() == "budgets" && filter.fiscal_year != 0)
    return Budgets::key_prefix(filter.fiscal_year, filter.project);
  return std::string(projection.row_prefix());
}

}  // namespace counterfoil
