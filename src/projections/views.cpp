#include "projections/views.h"

#include <charconv>
#include <filesystem>
#include <set>

#include "core/bytes.h"
#include "projections/rows.h"
#include "proof/tree.h"

namespace counterfoil {
namespace {

constexpr std::string_view meta_family = "meta";
constexpr std::string_view ledger_key = "ledger";

std::string serving_key(std::string_view projection) {
  return std::string("serving/").append(projection);
}
std::string building_key(std::string_view projection) {
  return std::string("building/").append(projection);
}
std::string position_key(std::string_view family) {
  return std::string("position/").append(family);
}

std::string family_name(const Projection& projection, std::uint64_t generation) {
  return fmt::format("{}.{}.{}", projection.name(), projection.version(), generation);
}

/// Version and generation that a family of the projection is named for, if it is one of it.
struct Named {
  std::uint32_t version = 0;
  std::uint64_t generation = 0;
};
std::optional<Named> named(std::string_view family, std::string_view projection) {
  if (!family.starts_with(projection) || !family.substr(projection.size()).starts_with('.'))
    return std::nullopt;
  Named found;
  const char* const end = family.data() + family.size();
  const auto version = std::from_chars(family.data() + projection.size() + 1, end, found.version);
  if (version.ec != std::errc() || version.ptr == end || *version.ptr != '.') return std::nullopt;
  const auto generation = std::from_chars(version.ptr + 1, end, found.generation);
  if (generation.ec != std::errc() || generation.ptr != end) return std::nullopt;
  return found;
}

std::string number(std::uint64_t value) {
  std::string bytes;
  put_big_endian(bytes, value);
  return bytes;
}

Result<std::uint64_t> number_at(const Rocks& rocks, const Rocks::Family& meta,
                                std::string_view key) {
  CF_LET(const auto stored, rocks.get(meta, key));
  if (!stored || stored->size() != 8) return 0;
  return get_big_endian<std::uint64_t>(*stored);
}

}  // namespace

Result<Views> Views::open(const std::string& path, std::string_view ledger,
                          std::uint64_t journal_size,
                          const std::vector<const Projection*>& projections,
                          const std::function<void(const std::string&)>& notice) {
  const auto open = [&]() -> Result<Views> {
    CF_LET(Rocks rocks,
           Rocks::open(path, {std::string(meta_family)},
                       {.create_if_missing = true,
                        .remedy = "Views are built again from the journal when the ledger opens, "
                                  "or with `counterfoil rebuild`"}));
    Views views(std::move(rocks));
    CF_TRY(views.load(ledger, journal_size, projections, notice));
    return views;
  };
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_directory(path, error))
    return fail(ErrorCode::io, "{} is no folder: remove it, views are built again from the journal",
                path);
  auto views = open();
  if (views || views.error().code != ErrorCode::corrupt) return views;
  notice(fmt::format("the views are built again now: {}", views.error().message));
  std::filesystem::remove_all(path, error);
  if (error) return fail(ErrorCode::io, "cannot remove {}: {}", path, error.message());
  return open();
}

Result<void> Views::load(std::string_view ledger, std::uint64_t journal_size,
                         const std::vector<const Projection*>& projections,
                         const std::function<void(const std::string&)>& notice) {
  meta_ = rocks_.family(meta_family);
  CF_LET(const auto stored_ledger, rocks_.get(*meta_, ledger_key));
  const bool ours = stored_ledger && *stored_ledger == ledger;
  std::set<std::string> kept = {std::string(meta_family), "default"};
  for (const Projection* projection : projections) {
    std::optional<View> serving;
    std::optional<View> building;
    if (ours) {
      CF_LET(serving, stored_serving(*projection, journal_size, notice));
      CF_LET(building, stored_building(*projection, journal_size));
    }
    if (building) {
      kept.insert(building->family_name);
      building_.insert_or_assign(std::string(projection->name()), *building);
    }
    if (!serving) {
      CF_LET(serving, begin_generation(*projection));
      CF_TRY(serve(*projection, *serving));
    }
    kept.insert(serving->family_name);
    serving_.insert_or_assign(std::string(projection->name()), *serving);
  }
  // What was begun and is not to serve, and what another ledger left behind.
  for (const std::string& family : rocks_.families())
    if (!kept.contains(family)) CF_TRY(drop(family));
  Rocks::Batch batch;
  for (const Projection* projection : projections)
    if (!building_.contains(projection->name()))
      batch.erase(*meta_, building_key(projection->name()));
  batch.put(*meta_, ledger_key, ledger);
  return rocks_.write(batch, Rocks::Durability::synced);
}

std::optional<View> Views::find_generation(std::string_view projection,
                                           std::uint64_t generation) const {
  for (const std::string& name : rocks_.families()) {
    const auto found = named(name, projection);
    if (!found || found->generation != generation) continue;
    View view;
    view.family = rocks_.family(name);
    view.family_name = name;
    view.generation = generation;
    view.version = found->version;
    return view;
  }
  return std::nullopt;
}

/// The generation that served, unless it is none to serve from.
Result<std::optional<View>> Views::stored_serving(
    const Projection& projection, std::uint64_t journal_size,
    const std::function<void(const std::string&)>& notice) {
  CF_LET(const auto generation, number_at(rocks_, *meta_, serving_key(projection.name())));
  auto view = find_generation(projection.name(), generation);
  if (!view) return std::nullopt;
  CF_LET(view->position, number_at(rocks_, *meta_, position_key(view->family_name)));
  CF_LET(const auto own, number_at(rocks_, *view->family, position_entry));
  if (own != view->position) {
    notice(fmt::format("view {} is not whole and is built again", projection.name()));
    return std::nullopt;
  }
  if (view->position > journal_size) {
    notice(fmt::format("view {} is ahead of the journal and is built again", projection.name()));
    return std::nullopt;
  }
  if (view->version != projection.version()) {
    if (view->position == 0) return std::nullopt;
    notice(fmt::format("view {} serves on as version {} while version {} is built",
                       projection.name(), view->version, projection.version()));
  }
  return view;
}

/// The generation that was being built, unless it is of another version or ahead of the journal.
/// How far it is only its own entry tells: that is in the same file or batch as what was folded.
Result<std::optional<View>> Views::stored_building(const Projection& projection,
                                                   std::uint64_t journal_size) {
  CF_LET(const auto generation, number_at(rocks_, *meta_, building_key(projection.name())));
  if (generation == 0) return std::nullopt;
  auto view = find_generation(projection.name(), generation);
  if (!view || view->version != projection.version()) return std::nullopt;
  CF_LET(view->position, number_at(rocks_, *view->family, position_entry));
  if (view->position > journal_size) return std::nullopt;
  return view;
}

View Views::view(const Projection& projection) const {
  const std::lock_guard lock(*mutex_);
  return serving_.find(projection.name())->second;
}

std::optional<View> Views::view(const Projection& projection, std::uint64_t generation) const {
  const std::lock_guard lock(*mutex_);
  const View& serving = serving_.find(projection.name())->second;
  if (serving.generation == generation) return serving;
  const auto before = replaced_.find(projection.name());
  if (before == replaced_.end() || before->second.view.generation != generation)
    return std::nullopt;
  return before->second.view;
}

std::optional<View> Views::building(const Projection& projection) const {
  const std::lock_guard lock(*mutex_);
  const auto found = building_.find(projection.name());
  if (found == building_.end()) return std::nullopt;
  return found->second;
}

Result<View> Views::begin_generation(const Projection& projection) {
  const std::lock_guard beginning(*beginning_);
  CF_LET(std::uint64_t generation, number_at(rocks_, *meta_, serving_key(projection.name())));
  // A generation has its number alone, whatever its version.
  for (const std::string& family : rocks_.families())
    if (const auto found = named(family, projection.name()))
      generation = std::max(generation, found->generation);
  View view;
  view.generation = generation + 1;
  view.version = projection.version();
  view.family_name = family_name(projection, view.generation);
  CF_LET(view.family, rocks_.create_family(view.family_name));
  // A family of that name may have been dropped in a crash without its position. It holds no entry
  // of its own for that: RocksDB would have to write it to a table before it takes in the first
  // file.
  Rocks::Batch batch;
  batch.put(*meta_, position_key(view.family_name), number(0));
  CF_TRY(rocks_.write(batch, Rocks::Durability::buffered));
  return view;
}

Result<View> Views::begin_scratch() {
  View view;
  view.family_name = fmt::format("asof.{}", (*scratches_)++);
  CF_LET(view.family, rocks_.create_family(view.family_name));
  return view;
}

Result<View> Views::begin_building(const Projection& projection) {
  if (auto begun = building(projection)) {
    CF_LET(begun->position, number_at(rocks_, *begun->family, position_entry));
    return *begun;
  }
  CF_LET(const View view, begin_generation(projection));
  Rocks::Batch batch;
  batch.put(*meta_, building_key(projection.name()), number(view.generation));
  CF_TRY(rocks_.write(batch, Rocks::Durability::synced));
  const std::lock_guard lock(*mutex_);
  building_.insert_or_assign(std::string(projection.name()), view);
  return view;
}

Result<void> Views::discard(const View& view) {
  std::string projection;
  {
    const std::lock_guard lock(*mutex_);
    for (const auto& [name, building] : building_)
      if (building.family_name == view.family_name) projection = name;
    if (!projection.empty()) building_.erase(projection);
  }
  if (!projection.empty()) {
    Rocks::Batch forget;
    forget.erase(*meta_, building_key(projection));
    CF_TRY(rocks_.write(forget, Rocks::Durability::buffered));
  }
  return drop(view.family_name);
}

Result<void> Views::drop(const std::string& family) {
  Rocks::Batch forget;
  forget.erase(*meta_, position_key(family));
  CF_TRY(rocks_.write(forget, Rocks::Durability::buffered));
  return rocks_.drop_family(family);
}

Result<void> Views::advance(View& view, Rocks::Batch& batch, std::uint64_t position) {
  batch.put(*meta_, position_key(view.family_name), number(position));
  batch.put(*view.family, position_entry, number(position));
  CF_TRY(rocks_.write(batch, Rocks::Durability::buffered));
  batch.clear();
  view.position = position;
  return {};
}

Result<void> Views::ingest(View& view, PendingRows& rows, std::uint64_t position) {
  CF_LET(Rocks::SortedFile file, rocks_.begin_file(*view.family));
  CF_TRY(rows.take(file));
  CF_TRY(file.put(position_entry, number(position)));  // behind every other key
  CF_TRY(rocks_.ingest(*view.family, std::move(file)));
  view.position = position;
  return {};
}

Result<void> Views::advance_serving(const Projection& projection, Rocks::Batch& batch,
                                    std::uint64_t position) {
  View current = view(projection);
  CF_TRY(advance(current, batch, position));
  const std::lock_guard lock(*mutex_);
  serving_.find(projection.name())->second.position = position;
  return {};
}

std::optional<Views::Clock::time_point> Views::let_go(Clock::duration kept) {
  std::vector<Replaced> gone;  // outside the lock
  std::optional<Clock::time_point> next;
  const std::lock_guard lock(*mutex_);
  for (auto at = replaced_.begin(); at != replaced_.end();) {
    const Clock::time_point due = at->second.at + kept;
    if (due <= Clock::now()) {
      gone.push_back(std::move(at->second));
      at = replaced_.erase(at);
    } else {
      next = std::min(next.value_or(due), due);
      ++at;
    }
  }
  return next;
}

Result<void> Views::serve(const Projection& projection, const View& view) {
  Rocks::Batch batch;
  batch.put(*meta_, serving_key(projection.name()), number(view.generation));
  batch.put(*meta_, position_key(view.family_name), number(view.position));
  const auto begun = building(projection);
  const bool was_begun = begun && begun->family_name == view.family_name;
  if (was_begun) batch.erase(*meta_, building_key(projection.name()));
  CF_TRY(rocks_.write(batch, Rocks::Durability::synced));
  std::string before;
  Replaced oldest;  // is let go outside the lock
  {
    const std::lock_guard lock(*mutex_);
    View& serving = serving_[std::string(projection.name())];
    before = serving.family_name;
    if (!before.empty() && before != view.family_name)
      oldest = std::exchange(replaced_[std::string(projection.name())], {serving, Clock::now()});
    serving = view;
    if (was_begun) building_.erase(std::string(projection.name()));
  }
  if (before.empty() || before == view.family_name) return {};
  (void)drop(before);  // it is swapped; what stays behind is dropped when views are opened
  return {};
}

Result<Views::Digest> Views::digest(const View& view) const {
  Hasher hasher = Hasher::sha256();
  auto cursor = rocks_.walk(*view.family, Rocks::Walk::whole);
  return digest(cursor, hasher);
}

Result<Views::Digest> Views::digest(Rocks::Cursor& cursor, Hasher& hasher, const GoOn& go_on) {
  TreeEdge tree;
  std::string entry;
  for (cursor.seek({}); cursor.valid() && cursor.key() != position_entry; cursor.next()) {
    entry.clear();
    put_big_endian(entry, static_cast<std::uint32_t>(cursor.key().size()));
    entry.append(cursor.key()).append(cursor.value());
    tree.append(hasher.leaf(entry), hasher);
    if (tree.size() % steps_between_asking == 0) CF_TRY(check(go_on));
  }
  std::uint64_t position = 0;
  if (cursor.valid() && cursor.value().size() == sizeof(position))
    position = get_big_endian<std::uint64_t>(cursor.value());
  else
    CF_TRY(cursor.status());
  return Digest{tree.root(hasher), tree.size(), position};
}

}  // namespace counterfoil
