#include "projections/scratch.h"

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "core/go_on.h"
#include "projections/fold.h"
#include "projections/rows.h"

namespace counterfoil {
namespace {

std::atomic<std::uint64_t> next_number{0};

}  // namespace

Result<Scratch> Scratch::make(const std::string& folder, const Journal& journal,
                              std::vector<const Projection*> projections) {
  Scratch scratch(journal, fmt::format("{}/{}", folder, next_number++));
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(ErrorCode::io, "cannot make {}: {}", folder, error.message());
  CF_LET(scratch.rocks_, Rocks::open(scratch.path_, {}, {.create_if_missing = true}));
  for (const Projection* projection : projections) {
    CF_LET(auto family, scratch.rocks_->create_family(std::string(projection->name())));
    scratch.parts_.push_back({projection, std::move(family), std::nullopt});
  }
  return scratch;
}

Scratch::Scratch(Scratch&& other) noexcept
    : journal_(other.journal_),
      path_(std::exchange(other.path_, {})),
      rocks_(std::move(other.rocks_)),
      parts_(std::move(other.parts_)),
      position_(other.position_) {}

Scratch::~Scratch() {
  if (path_.empty()) return;
  parts_.clear();
  rocks_.reset();
  std::error_code error;  // what stays behind is removed when the ledger opens
  std::filesystem::remove_all(path_, error);
  std::filesystem::remove(std::filesystem::path(path_).parent_path(), error);  // where it is empty
}

/// All projections are folded over one read of the records.
Result<void> Scratch::fold_to(std::uint64_t position, const At& at) {
  std::vector<PendingRows> rows;
  rows.reserve(parts_.size());
  for (const Part& part : parts_) rows.emplace_back(*rocks_, part.family);
  const auto fold = [&](schema::Record::Reader record) -> Result<std::size_t> {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      Part& part = parts_[i];
      if (part.error) continue;
      if (auto folded = fold_record(*part.projection, record.getSequence(), record, rows[i]);
          !folded)
        part.error = folded.error();
      bytes += rows[i].bytes();
    }
    return bytes;
  };
  const auto write = [&](std::uint64_t folded) -> Result<void> {
    Rocks::Batch batch;
    for (PendingRows& pending : rows) pending.take(batch);
    CF_TRY(rocks_->write(batch, Rocks::Durability::buffered));
    position_ = folded;
    return {};
  };
  const auto check_wanted = [&](std::uint64_t done) { return check([&] { return at(done); }); };
  if (position_ >= position) return {};
  CF_TRY(fold_journal(*journal_, position_, position, {fold, write, check_wanted}));
  return check_wanted(position_);
}

const Scratch::Part& Scratch::part(const Projection& projection) const {
  const auto found = std::ranges::find(parts_, &projection, &Part::projection);
  COUNTERFOIL_ASSERT(found != parts_.end());
  return *found;
}

const std::optional<Error>& Scratch::error(const Projection& projection) const {
  return part(projection).error;
}

Rocks::Cursor Scratch::walk(const Projection& projection) const {
  return rocks_->walk(*part(projection).family, Rocks::Walk::whole);
}

}  // namespace counterfoil
