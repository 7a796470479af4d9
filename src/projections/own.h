#pragma once

#include <capnp/message.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/text.h"
#include "core/bytes.h"
#include "domain/page.h"
#include "domain/standing.h"
#include "projections/projection.h"
#include "projections/row_codec.h"

/// What folds have in common: how keys and rows are put, and what a fold remembers. All of it is
/// kept among the view's own entries, so a fold stays a function of its records.
namespace counterfoil {

/// Rows of a read model stand behind this; entries behind other letters are its fold's own.
inline constexpr std::string_view row_letter = "r";

/// Builds keys: numbers sort as numbers, and a text is ended by a NUL.
class Key {
 public:
  explicit Key(std::string_view letter) : bytes_(letter) {}
  Key& number(std::uint64_t value) {
    put_big_endian(bytes_, value);
    return *this;
  }
  Key& year(std::int32_t value) {
    put_big_endian(bytes_, static_cast<std::uint32_t>(value));
    return *this;
  }
  Key& text(std::string_view part) {
    bytes_.append(part).append(1, '\0');
    return *this;
  }
  operator std::string_view() const { return bytes_; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Stores the row that `fill` fills in; texts that are set but empty are left out.
template <typename Row, typename Fill>
void put_row(Rows& rows, std::string_view key, Fill fill) {
  RowBuilder filled;
  auto row = filled.initRoot<Row>();
  fill(row);
  rows.put(key, present_row(row));
}

/// What the read models with such rows have in common.
template <typename Row>
class RowProjection : public Projection {
 public:
  std::uint32_t version() const override { return 1; }
  capnp::StructSchema row_schema() const override { return capnp::Schema::from<Row>(); }
  std::string_view row_prefix() const override { return row_letter; }
};

/// Removes every entry whose key starts with the prefix.
Result<void> erase_all(Rows& rows, std::string_view prefix);

/// A fact that came to stand, or that was reversed.
struct Change {
  HeldRecord record;
  std::uint64_t reversed_by = 0;  // sequence of the reversal; 0: it came to stand
};

/// Facts that a fold looks back at: each stands under its keys until it is reversed, as in the book
/// (domain/standing.h), and an approval of a target under "YEAR/ABOUT".
class Standings {
 public:
  explicit Standings(Rows& rows) : rows_(rows) {}

  /// Notes the record where its fact is one of these, or reverses one of them.
  Result<std::optional<Change>> note(schema::Record::Reader record,
                                     std::initializer_list<schema::Fact::Which> kinds);
  /// The facts of that kind under the key, oldest first.
  Result<std::vector<HeldRecord>> all(schema::Fact::Which kind, std::string_view key);
  Result<std::optional<HeldRecord>> newest(schema::Fact::Which kind, std::string_view key);

  /// A record that was noted, also where it was reversed since; nothing where it was not, as in a
  /// fold of a part of the events.
  Result<std::optional<HeldRecord>> kept(Sequence sequence);

  static std::vector<Standing> places_of(schema::Fact::Reader fact);

 private:
  Result<std::vector<Sequence>> sequences(std::string_view place);
  Result<HeldRecord> noted(Sequence sequence);

  Rows& rows_;
};

/// Remembers the unit of each project that is proposed, and the ledger's fiscal year.
void remember_registry(schema::Record::Reader record, Rows& rows);
/// Empty where the project is not known.
Result<std::string> unit_of(Rows& rows, std::string_view project);
/// The fiscal year of a day.
Result<std::int32_t> fiscal_year_on(Rows& rows, std::int32_t days);

/// Project and unit that a subject ("project/P", "unit/U") stands for; empty where none.
struct About {
  std::string project;
  std::string unit;
};
Result<About> about_of(Rows& rows, std::string_view about);

/// Where a record belongs: its first line, else its first project, else its first unit. Without a
/// line the fiscal year is that in which it counts.
struct Place {
  std::int32_t fiscal_year = 0;
  std::string project;
  std::string unit;
  std::string fund;
  std::string subjects;  // joined by spaces
};
Result<Place> place_of(schema::Record::Reader record, Rows& rows);

/// The number of the record's first document, or nothing.
std::string_view document_of(schema::Record::Reader record);

}  // namespace counterfoil
