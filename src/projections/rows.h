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
/// them; take() moves them into a batch.
class PendingRows final : public Rows {
 public:
  PendingRows(const Rocks& rocks, Rocks::FamilyPtr family)
      : rocks_(rocks), family_(std::move(family)) {}

  Result<bool> get(std::string_view key, std::string& value) override;
  void put(std::string_view key, std::string_view value) override;
  void erase(std::string_view key) override;
  Result<std::string*> edit(std::string_view key) override;
  /// Of what is written, with the changes put over it.
  Result<void> each(std::string_view prefix, const Visit& visit) override;

  std::size_t bytes() const { return bytes_; }
  void take(Rocks::Batch& batch);

 private:
  void change(std::string_view key, std::optional<std::string> value);

  const Rocks& rocks_;
  Rocks::FamilyPtr family_;
  std::map<std::string, std::optional<std::string>, std::less<>> changes_;  // nothing: erased
  std::size_t bytes_ = 0;
};

}  // namespace counterfoil
