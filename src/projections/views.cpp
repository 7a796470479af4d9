#include "projections/views.h"

#include <filesystem>
#include <set>

#include "core/bytes.h"
#include "proof/tree.h"

namespace counterfoil {
namespace {

constexpr std::string_view meta_family = "meta";
constexpr std::string_view ledger_key = "ledger";

std::string serving_key(std::string_view projection) {
  return std::string("serving/").append(projection);
}
std::string position_key(std::string_view family) {
  return std::string("position/").append(family);
}

std::string family_name(const Projection& projection, std::uint64_t generation) {
  return fmt::format("{}.{}.{}", projection.name(), projection.version(), generation);
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
    CF_LET(const auto generation, number_at(rocks_, *meta_, serving_key(projection->name())));
    View view;
    view.generation = generation;
    view.family_name = family_name(*projection, generation);
    view.family = ours ? rocks_.family(view.family_name) : nullptr;
    if (view.family) {
      CF_LET(view.position, number_at(rocks_, *meta_, position_key(view.family_name)));
    }
    if (view.family) {
      CF_LET(const auto own, number_at(rocks_, *view.family, position_entry));
      if (own != view.position) {
        notice(fmt::format("view {} is not whole and is built again", projection->name()));
        view.family = nullptr;
      }
    }
    if (view.family && view.position > journal_size) {
      notice(fmt::format("view {} is ahead of the journal and is built again", projection->name()));
      view.family = nullptr;
    }
    if (!view.family) {
      CF_LET(view, begin_generation(*projection));
      CF_TRY(serve(*projection, view));
    }
    kept.insert(view.family_name);
    serving_.insert_or_assign(std::string(projection->name()), view);
  }
  // What a rebuild that was cut off, an older version or another ledger left behind.
  for (const std::string& family : rocks_.families())
    if (!kept.contains(family)) CF_TRY(drop(family));
  Rocks::Batch batch;
  batch.put(*meta_, ledger_key, ledger);
  return rocks_.write(batch, Rocks::Durability::synced);
}

View Views::view(const Projection& projection) const {
  const std::lock_guard lock(*mutex_);
  return serving_.find(projection.name())->second;
}

Result<View> Views::begin_generation(const Projection& projection) {
  CF_LET(std::uint64_t generation, number_at(rocks_, *meta_, serving_key(projection.name())));
  View view;
  do {
    ++generation;
    view.family_name = family_name(projection, generation);
  } while (rocks_.family(view.family_name) != nullptr);
  view.generation = generation;
  CF_LET(view.family, rocks_.create_family(view.family_name));
  // A family of that name may have been dropped in a crash without its position.
  Rocks::Batch batch;
  CF_TRY(advance(view, batch, 0));
  return view;
}

Result<View> Views::begin_scratch() {
  View view;
  view.family_name = fmt::format("asof.{}", (*scratches_)++);
  CF_LET(view.family, rocks_.create_family(view.family_name));
  return view;
}

Result<void> Views::discard(const View& view) {
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

Result<void> Views::advance_serving(const Projection& projection, Rocks::Batch& batch,
                                    std::uint64_t position) {
  View current = view(projection);
  CF_TRY(advance(current, batch, position));
  const std::lock_guard lock(*mutex_);
  serving_.find(projection.name())->second.position = position;
  return {};
}

Result<void> Views::serve(const Projection& projection, const View& view) {
  Rocks::Batch batch;
  batch.put(*meta_, serving_key(projection.name()), number(view.generation));
  CF_TRY(rocks_.write(batch, Rocks::Durability::synced));
  std::string before;
  {
    const std::lock_guard lock(*mutex_);
    View& serving = serving_[std::string(projection.name())];
    before = std::exchange(serving, view).family_name;
  }
  if (before.empty() || before == view.family_name) return {};
  return drop(before);
}

Result<Views::Digest> Views::digest(const View& view) const {
  Hasher hasher = Hasher::sha256();
  auto cursor = rocks_.walk(*view.family, Rocks::Walk::whole);
  return digest(cursor, hasher);
}

Result<Views::Digest> Views::digest(Rocks::Cursor& cursor, Hasher& hasher) {
  TreeEdge tree;
  std::string entry;
  for (cursor.seek({}); cursor.valid() && cursor.key() != position_entry; cursor.next()) {
    entry.clear();
    put_big_endian(entry, static_cast<std::uint32_t>(cursor.key().size()));
    entry.append(cursor.key()).append(cursor.value());
    tree.append(hasher.leaf(entry), hasher);
  }
  CF_TRY(cursor.status());
  return Digest{tree.root(hasher), tree.size()};
}

}  // namespace counterfoil
