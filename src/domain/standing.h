#pragma once

#include <capnp/message.h>
#include <schema/event.capnp.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/book.h"

namespace counterfoil {

/// Facts stand under keys until they are reversed, and the newest under a key is the one in force:
/// a classification under its project, a ceiling under year and unit, an approval under the event
/// that it approves. Whatever a decision has to look up is found by such a key; the table of them
/// is `standings_of`, and in schema/FORMAT.md.
struct Standing {
  schema::Fact::Which fact;
  std::string key;
};

/// Under which keys the fact stands. A pure function of the fact; for many facts there is none.
std::vector<Standing> standings_of(schema::Fact::Reader fact);

/// The key of the book's page.
std::string standing_key(schema::Fact::Which fact, std::string_view key);

/// Keys: "2024/P", "2024/project/P", "17".
std::string key_of(std::int32_t fiscal_year, std::string_view id);
std::string key_of(Sequence event);
std::string estimate_key(std::int32_t fiscal_year, std::string_view fund,
                         schema::RevenueEstimated::Source source);
std::string factor_key(std::int32_t fiscal_year, std::string_view about, schema::FactorKind kind);
/// Proposals stand under each project that they take over, too.
std::string successors_key(std::string_view predecessor);
/// Reviews of what serves the three guarantees or debt service stand under this, too.
std::string rigid_key(std::int32_t fiscal_year, std::string_view fund);

/// The facts that stand under the key, oldest first.
Result<std::vector<Sequence>> standing(Book& book, schema::Fact::Which fact, std::string_view key);

/// A record that stays whatever the book reads next.
class HeldRecord {
 public:
  explicit HeldRecord(schema::Record::Reader record);
  schema::Record::Reader operator*() const { return record_; }
  const schema::Record::Reader* operator->() const { return &record_; }
  schema::Fact::Reader fact() const { return record_.getFact(); }
  Sequence sequence() const { return Sequence{record_.getSequence()}; }

 private:
  std::unique_ptr<capnp::MallocMessageBuilder> message_;
  schema::Record::Reader record_;
};

Result<HeldRecord> held_record(Book& book, Sequence sequence);
/// The newest fact under the key, if there is one.
Result<std::optional<HeldRecord>> newest(Book& book, schema::Fact::Which fact,
                                         std::string_view key);

}  // namespace counterfoil
