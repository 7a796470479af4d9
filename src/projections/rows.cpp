#include "projections/rows.h"

#include "projections/views.h"

namespace counterfoil {

Result<bool> MemoryRows::get(std::string_view key, std::string& value) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return false;
  value = found->second;
  return true;
}

void MemoryRows::put(std::string_view key, std::string_view value) {
  entries_.insert_or_assign(std::string(key), std::string(value));
}

void MemoryRows::erase(std::string_view key) {
  const auto found = entries_.find(key);
  if (found != entries_.end()) entries_.erase(found);
}

Result<std::string*> MemoryRows::edit(std::string_view key) {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

Result<void> MemoryRows::each(std::string_view prefix, const Visit& visit) {
  for (auto at = entries_.lower_bound(prefix);
       at != entries_.end() && at->first.starts_with(prefix); ++at) {
    CF_LET(const bool more, visit(at->first, at->second));
    if (!more) break;
  }
  return {};
}

Result<bool> PendingRows::get(std::string_view key, std::string& value) {
  const auto found = changes_.find(key);
  if (found == changes_.end()) return rocks_.get(*family_, key, value);
  if (found->second) value = *found->second;
  return found->second.has_value();
}

void PendingRows::put(std::string_view key, std::string_view value) {
  change(key, std::string(value));
}

void PendingRows::erase(std::string_view key) {
  change(key, std::nullopt);
}

Result<std::string*> PendingRows::edit(std::string_view key) {
  auto found = changes_.find(key);
  if (found == changes_.end()) {
    std::string value;
    CF_LET(const bool stored, rocks_.get(*family_, key, value));
    if (!stored) return nullptr;
    bytes_ += key.size() + value.size();
    found = changes_.emplace(key, std::move(value)).first;
  }
  return found->second ? &*found->second : nullptr;
}

void PendingRows::change(std::string_view key, std::optional<std::string> value) {
  bytes_ += key.size() + (value ? value->size() : 0);
  changes_.insert_or_assign(std::string(key), std::move(value));
}

Result<void> PendingRows::each(std::string_view prefix, const Visit& visit) {
  MemoryRows merged;
  auto cursor = rocks_.walk(*family_);
  const auto is_wanted = [&](std::string_view key) {
    return key.starts_with(prefix) && key != position_entry;
  };
  for (cursor.seek(prefix); cursor.valid() && is_wanted(cursor.key()); cursor.next())
    merged.put(cursor.key(), cursor.value());
  if (!cursor.valid()) CF_TRY(cursor.status());
  for (auto at = changes_.lower_bound(prefix);
       at != changes_.end() && at->first.starts_with(prefix); ++at) {
    if (at->second)
      merged.put(at->first, *at->second);
    else
      merged.erase(at->first);
  }
  return merged.each(prefix, visit);
}

void PendingRows::take(Rocks::Batch& batch) {
  for (const auto& [key, value] : changes_) {
    if (value)
      batch.put(*family_, key, *value);
    else
      batch.erase(*family_, key);
  }
  changes_.clear();
  bytes_ = 0;
}

}  // namespace counterfoil
