#pragma once

#include <map>
#include <optional>
#include <string>

#include "projections/projection.h"
#include "storage/rocks.h"

namespace counterfoil {

/// Entries in memory only: for folding a part of the journal without touching the views.
class MemoryRows final : public Rows {
 public:
  Result<bool> get(std::string_view key, std::string& value) override;
  void put(std::string_view key, std::string_view value) override;
  void erase(std::string_view key) override;
  Result<std::string*> edit(std::string_view key) override;
  Result<void> each(std::string_view prefix, const Visit& visit) override;

 private:
  std::map<std::string, std::string, std::less<>> entries_;
};

/// Entries of a family of the views' database with changes that are not written yet. Reading sees
/// them; take() moves them into a batch, or into a file that is to be ingested.
class PendingRows final : public Rows {
 public:
  /// What the family holds already; of an empty one nothing is looked up.
  enum class Stored { nothing, entries };
  PendingRows(const Rocks& rocks, Rocks::FamilyPtr family, Stored stored = Stored::entries)
      : rocks_(rocks), family_(std::move(family)), stored_(stored) {}

  Result<bool> get(std::string_view key, std::string& value) override;
  void put(std::string_view key, std::string_view value) override;
  void erase(std::string_view key) override;
  Result<std::string*> edit(std::string_view key) override;
  /// Of what is written, with the changes put over it.
  Result<void> each(std::string_view prefix, const Visit& visit) override;

  /// Memory that the changes take, about.
  std::size_t bytes() const { return bytes_; }
  void take(Rocks::Batch& batch);
  /// Once the file is ingested, the family holds entries.
  Result<void> take(Rocks::SortedFile& file);
  /// Forgets the changes.
  void clear();

 private:
  using Changes = std::map<std::string, std::optional<std::string>, std::less<>>;
  void change(std::string_view key, std::optional<std::string_view> value);
  Changes::iterator insert(Changes::iterator at, std::string_view key,
                           std::optional<std::string> value);

  const Rocks& rocks_;
  Rocks::FamilyPtr family_;
  Stored stored_;
  std::optional<Rocks::Cursor> stored_entries_;  // of a moment since which nothing was taken
  Changes changes_;                              // nothing: erased
  std::size_t bytes_ = 0;
};

}  // namespace counterfoil
