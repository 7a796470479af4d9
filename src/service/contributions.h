#pragma once

#include <schema/views.capnp.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "domain/effects.h"
#include "service/room.h"

namespace counterfoil {

/// Whether an effect of that component is part of the number.
bool is_part_of(schema::Figure figure, schema::Component component);

/// The number in a row of the view budgets.
Money number_of(schema::BudgetRow::Reader row, schema::Figure figure);

/// Where a page goes on inside the contributions to one number.
struct Inside {
  Ordinal from = {};         // of the first record on it, in the history of what the number is of
  std::uint32_t before = 0;  // contributions on the pages before
  std::uint32_t events = 0;  // contributions in all; 0: it begins with the number
  Money sum = {};            // of those before
};
constexpr std::size_t inside_bytes = 24;
void put(std::string& bytes, const Inside& inside);
Inside get_inside(std::string_view bytes);

/// Whether a line is open for those events that count at one moment: before it nothing counts.
class Opening {
 public:
  explicit Opening(bool open = false) : open_(open) {}
  void note(schema::Fact::Reader fact);
  bool is_open() const { return open_; }

 private:
  bool open_;
};

/// Contributions to several numbers: rows of ContributionRow. Of those to the first number some may
/// be on the pages before, and of those to the last one on those behind.
struct ContributionPage {
  std::vector<std::string> contributions;
  std::uint32_t events_before = 0;
  std::uint32_t events_after = 0;
};

/// What events add to one number: rows of schema/views.capnp (ContributionRow, canonical words),
/// with the sum so far, in the order in which they are added. Of what the answer has no room for,
/// only the sum is kept.
class Contributions {
 public:
  /// Whether the answer has room for what comes with the record, beside its rows.
  using Admits = std::function<Result<bool>(schema::Record::Reader record)>;
  /// The room outlives it.
  explicit Contributions(Room& room, const Inside& inside = {}, Admits admits = {})
      : room_(room), admits_(std::move(admits)), inside_(inside), sum_(inside.sum) {}

  /// Adds what the record does to that line and number; `taken_back` adds the opposite.
  Result<void> add_line(schema::Record::Reader record, std::string_view line, schema::Figure figure,
                        bool taken_back = false);
  /// Adds what the record does to the pool, of the money with that source tag.
  Result<void> add_pool(schema::Record::Reader record, std::string_view pool,
                        std::string_view source_tag);

  const std::vector<std::string>& rows() const { return rows_; }
  /// Puts them behind those to the numbers that are on the page already.
  void put_on(ContributionPage& page) const;
  /// Of all that was added, and of what was before.
  Money sum() const { return sum_; }
  /// How many there are in all, once the number's whole history was added.
  std::uint32_t events() const { return inside_.events != 0 ? inside_.events : added_; }
  std::uint32_t before() const { return inside_.before; }
  std::uint32_t after() const {
    return events() - before() - static_cast<std::uint32_t>(rows_.size());
  }
  /// Whether there was something that the answer had no room for.
  bool is_cut() const { return rest_.has_value(); }
  /// Where the next page goes on, where it is cut.
  Inside rest() const;

 private:
  struct Part {
    schema::Component component;
    Money amount;
  };
  struct Whose {
    std::string subject;
    std::string_view measure;
    std::string_view source_tag;
  };
  Result<void> add(schema::Record::Reader record, const Whose& whose,
                   const std::vector<Part>& parts);
  void put_row(schema::Record::Reader record, const Whose& whose, const Part& part);

  Room& room_;
  Admits admits_;
  Inside inside_;
  Money sum_;
  std::uint32_t added_ = 0;  // on the page or not
  std::optional<Inside> rest_;
  std::vector<std::string> rows_;
};

}  // namespace counterfoil
