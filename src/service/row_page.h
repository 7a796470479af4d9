#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "projections/projection.h"
#include "projections/row_codec.h"
#include "service/room.h"
#include "service/row_filter.h"
#include "storage/rocks.h"

namespace counterfoil {

/// Rows as stored (canonical words of the view's row struct), and where the next page starts.
struct RowPage {
  std::vector<std::string> rows;
  std::string next;  // empty at the end
};

/// A page on its way: what the filter accepts of the rows that it is shown, as many as fit. The
/// page's `next` is the key of its last row.
class PageBuilder {
 public:
  /// At most `limit` rows; 0: as many as a page may have.
  static Result<PageBuilder> of(const Projection& projection, const Filter& filter,
                                std::size_t limit);
  /// False where the page is full: the row is on the next one.
  Result<bool> add(std::string_view key, std::string_view value);
  /// Adds the rows whose keys start with the prefix, behind `after`, until the page is full.
  Result<void> add_all(Rocks::Cursor cursor, std::string_view prefix, std::string_view after);
  RowPage take() { return std::move(page_); }

 private:
  PageBuilder(capnp::StructSchema schema, RowFilter wanted, std::size_t limit);

  std::unique_ptr<AnyRowBuffer> buffer_;
  RowFilter wanted_;
  Room room_;
  std::string last_;
  RowPage page_;
};

/// What the keys of the rows start with that a filter may accept.
std::string prefix_of(const Projection& projection, const Filter& filter);

}  // namespace counterfoil
