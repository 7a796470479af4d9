#include "projections/rows.h"

#include <algorithm>

#include "projections/views.h"

namespace counterfoil {
namespace {

/// Of the map and of the allocator, beside the bytes of a key and a value.
constexpr std::size_t bytes_in_node = 128;

}  // namespace

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
  if (found != changes_.end()) {
    if (found->second) value = *found->second;
    return found->second.has_value();
  }
  if (stored_ == Stored::nothing) return false;
  return rocks_.get(*family_, key, value);
}

void PendingRows::put(std::string_view key, std::string_view value) {
  change(key, value);
}

void PendingRows::erase(std::string_view key) {
  change(key, std::nullopt);
}

Result<std::string*> PendingRows::edit(std::string_view key) {
  auto found = changes_.lower_bound(key);
  if (found == changes_.end() || found->first != key) {
    if (stored_ == Stored::nothing) return nullptr;
    std::string value;
    CF_LET(const bool stored, rocks_.get(*family_, key, value));
    if (!stored) return nullptr;
    found = insert(found, key, std::move(value));
  }
  return found->second ? &*found->second : nullptr;
}

void PendingRows::change(std::string_view key, std::optional<std::string_view> value) {
  const auto found = changes_.lower_bound(key);
  if (found == changes_.end() || found->first != key) {
    insert(found, key, value ? std::optional<std::string>(*value) : std::nullopt);
    return;
  }
  bytes_ -= found->second ? std::min(bytes_, found->second->size()) : 0;
  bytes_ += value ? value->size() : 0;
  if (!value)
    found->second.reset();
  else if (found->second)
    found->second->assign(*value);
  else
    found->second.emplace(*value);
}

PendingRows::Changes::iterator PendingRows::insert(Changes::iterator at, std::string_view key,
                                                   std::optional<std::string> value) {
  bytes_ += bytes_in_node + key.size() + (value ? value->size() : 0);
  return changes_.emplace_hint(at, key, std::move(value));
}

Result<void> PendingRows::each(std::string_view prefix, const Visit& visit) {
  if (stored_ == Stored::entries) {
    if (!stored_entries_) stored_entries_.emplace(rocks_.walk(*family_));
    stored_entries_->seek(prefix);
  }
  const auto is_stored = [&] {
    return stored_entries_ && stored_entries_->valid() &&
           stored_entries_->key().starts_with(prefix) && stored_entries_->key() != position_entry;
  };
  auto at = changes_.lower_bound(prefix);
  const auto is_changed = [&] {
    return at != changes_.end() && at->first.starts_with(prefix) &&
           (!is_stored() || at->first <= stored_entries_->key());
  };
  for (bool more = true; more && (is_changed() || is_stored());) {
    if (is_changed()) {
      if (is_stored() && stored_entries_->key() == at->first) stored_entries_->next();
      if (at->second) {
        CF_LET(more, visit(at->first, *at->second));
      }
      ++at;
    } else {
      CF_LET(more, visit(stored_entries_->key(), stored_entries_->value()));
      stored_entries_->next();
    }
  }
  if (stored_entries_ && !stored_entries_->valid()) CF_TRY(stored_entries_->status());
  return {};
}

void PendingRows::take(Rocks::Batch& batch) {
  for (const auto& [key, value] : changes_) {
    if (value)
      batch.put(*family_, key, *value);
    else
      batch.erase(*family_, key);
  }
  clear();
  stored_ = Stored::entries;
  stored_entries_.reset();
}

Result<void> PendingRows::take(Rocks::SortedFile& file) {
  for (const auto& [key, value] : changes_) {
    if (value)
      CF_TRY(file.put(key, *value));
    else if (stored_ == Stored::entries)
      CF_TRY(file.erase(key));
  }
  clear();
  stored_ = Stored::entries;
  stored_entries_.reset();
  return {};
}

void PendingRows::clear() {
  changes_.clear();
  bytes_ = 0;
}

}  // namespace counterfoil
