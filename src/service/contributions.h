#pragma once

#include <schema/views.capnp.h>

#include <string>
#include <string_view>
#include <vector>

#include "domain/effects.h"

namespace counterfoil {

/// Whether an effect of that component is part of the number.
bool is_part_of(schema::Figure figure, schema::Component component);

/// The number in a row of the view budgets.
Money number_of(schema::BudgetRow::Reader row, schema::Figure figure);

/// What events add to one number: rows of schema/views.capnp (ContributionRow, canonical words),
/// with the sum so far, in the order in which they are added.
class Contributions {
 public:
  /// Adds what the record does to that line and number; `taken_back` adds the opposite.
  Result<void> add_line(schema::Record::Reader record, std::string_view line, schema::Figure figure,
                        bool taken_back = false);
  /// Adds what the record does to the pool, of the money with that source tag.
  Result<void> add_pool(schema::Record::Reader record, std::string_view pool,
                        std::string_view source_tag);

  /// Fails where one answer has no room for all of them: a number stands on one page with all that
  /// makes it up.
  Result<void> check_room(std::string_view subject) const;
  Money sum() const { return sum_; }
  const std::vector<std::string>& rows() const { return rows_; }

 private:
  struct Part {
    std::string subject;
    std::string_view measure;
    std::string_view source_tag;
    schema::Component component;
    Money amount;
  };
  Result<void> add(schema::Record::Reader record, const Part& part);

  Money sum_;
  std::vector<std::string> rows_;
};

}  // namespace counterfoil
