#include "projections/scratch.h"

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "codec/canonical.h"
#include "codec/describe.h"
#include "core/go_on.h"
#include "projections/rows.h"

namespace counterfoil {
namespace {

constexpr std::uint64_t records_in_batch = 65'536;
constexpr std::size_t bytes_in_batch = 4u << 20;

std::atomic<std::uint64_t> next_number{0};

Result<void> fold_one(const Projection& projection, schema::Record::Reader record, Rows& rows) {
  try {
    return projection.fold(record, rows);
  } catch (const kj::Exception& error) {
    return fail(ErrorCode::corrupt, "it cannot be read: {}", describe(error));
  }
}

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

Result<void> Scratch::fold_to(std::uint64_t position, const At& at) {
  while (position_ < position) {
    CF_TRY(fold_batch(position));
    CF_TRY(check([&] { return at(position_); }));
  }
  return {};
}

/// One write. All projections are folded over one read of the records.
Result<void> Scratch::fold_batch(std::uint64_t end) {
  std::vector<PendingRows> rows;
  rows.reserve(parts_.size());
  for (const Part& part : parts_) rows.emplace_back(*rocks_, part.family);
  RecordBuffer buffer;
  auto scan = journal_->scan(Sequence{position_});
  const std::uint64_t last = std::min(end, position_ + records_in_batch);
  std::size_t bytes = 0;
  while (position_ < last && bytes < bytes_in_batch) {
    CF_LET(const auto next, scan.next());
    if (!next) return fail(ErrorCode::not_found, "there is no record {}", position_);
    CF_LET(const auto record, buffer.load(*next));
    CF_TRY(check_foldable(record));
    bytes = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      Part& part = parts_[i];
      if (part.error) continue;
      if (auto folded = fold_one(*part.projection, record, rows[i]); !folded)
        part.error = fail_at(fmt::format("record {}", position_), folded.error()).value();
      bytes += rows[i].bytes();
    }
    ++position_;
  }
  Rocks::Batch batch;
  for (PendingRows& pending : rows) pending.take(batch);
  return rocks_->write(batch, Rocks::Durability::buffered);
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
