#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/go_on.h"
#include "projections/projection.h"
#include "proof/suite.h"
#include "storage/rocks.h"

namespace counterfoil {

class PendingRows;

/// One generation of a projection's entries: where they are and how many records they hold.
struct View {
  Rocks::FamilyPtr family;
  std::string family_name;     // "<projection>.<version>.<generation>"
  std::uint64_t position = 0;  // records folded
  std::uint64_t generation = 0;
  std::uint32_t version = 0;  // of the projection that folded it
};

/// The key under which a view's own family says how far it is, beside what `meta` says: behind
/// every key of its entries, and none of them. Should a damaged manifest or a lost log leave the
/// two families at different moments, they differ.
inline constexpr std::string_view position_entry = "\xff";

/// The database of all views. It can be deleted at any time: opening makes what is missing, empty,
/// and whoever follows the journal fills it again.
class Views {
 public:
  /// Opens the views of the ledger whose first record has that leaf hash. Views of another ledger,
  /// ahead of the journal or damaged are thrown away; `notice` gets a sentence for each. One of
  /// another version serves on until one of this version was built.
  static Result<Views> open(const std::string& path, std::string_view ledger,
                            std::uint64_t journal_size,
                            const std::vector<const Projection*>& projections,
                            const std::function<void(const std::string&)>& notice);

  Views(Views&&) = default;
  Views& operator=(Views&&) = delete;  // would close the database before the handles into it

  const Rocks& rocks() const { return rocks_; }
  /// The generation that serves.
  View view(const Projection& projection) const;
  /// That generation, if it serves, or did until a short while ago: whoever reads page by page sees
  /// one generation.
  std::optional<View> view(const Projection& projection, std::uint64_t generation) const;

  /// A new, empty generation beside the one that serves; for whoever opens the views next it is
  /// nothing but garbage.
  Result<View> begin_generation(const Projection& projection);
  /// An empty family of nobody's, for what is folded, looked at and discarded; gone when views are
  /// opened again.
  Result<View> begin_scratch();
  /// The generation that is to serve next, begun where there is none: it is kept when the views are
  /// closed in the middle of it, and then goes on from its position.
  Result<View> begin_building(const Projection& projection);
  /// The one that was begun, and does not serve yet; its position is that of its beginning.
  std::optional<View> building(const Projection& projection) const;
  /// Drops a generation that does not serve and never will.
  Result<void> discard(const View& view);
  /// Writes changes of a generation and how far it is, at once.
  Result<void> advance(View& view, Rocks::Batch& batch, std::uint64_t position);
  /// As advance, of a generation that does not serve: in one sorted file, with its position.
  Result<void> ingest(View& view, PendingRows& rows, std::uint64_t position);
  /// As advance, and the generation that serves stands there from now on.
  Result<void> advance_serving(const Projection& projection, Rocks::Batch& batch,
                               std::uint64_t position);
  /// Makes a generation the one that serves, atomically, and drops the one before it, which is read
  /// on until it is let go.
  Result<void> serve(const Projection& projection, const View& view);
  /// Lets go of the generations that were replaced that long ago; with their last reader they are
  /// gone from the disk, too. Gives when the next one is to go, if one is left.
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> let_go(Clock::duration kept);

  struct Digest {
    Hash root;  // RFC 6962 root over the entries in key order; FORMAT.md, "views"
    std::uint64_t entries = 0;
    std::uint64_t position = 0;  // records that these entries hold; 0 where the walk tells none
  };
  Result<Digest> digest(const View& view) const;
  /// The same of the entries that a cursor over a view sees, under any algorithm.
  /// `go_on` is asked now and then; false ends it with `busy`.
  static Result<Digest> digest(Rocks::Cursor& cursor, Hasher& hasher, const GoOn& go_on = goes_on);

 private:
  explicit Views(Rocks rocks) : rocks_(std::move(rocks)) {}
  Result<void> drop(const std::string& family);
  std::optional<View> find_generation(std::string_view projection, std::uint64_t generation) const;
  Result<std::optional<View>> stored_serving(const Projection& projection,
                                             std::uint64_t journal_size,
                                             const std::function<void(const std::string&)>& notice);
  Result<std::optional<View>> stored_building(const Projection& projection,
                                              std::uint64_t journal_size);
  Result<void> load(std::string_view ledger, std::uint64_t journal_size,
                    const std::vector<const Projection*>& projections,
                    const std::function<void(const std::string&)>& notice);

  Rocks rocks_;
  Rocks::FamilyPtr meta_;
  std::unique_ptr<std::atomic<std::uint64_t>> scratches_ =
      std::make_unique<std::atomic<std::uint64_t>>(0);  // begun since it was opened
  std::unique_ptr<std::mutex> beginning_ = std::make_unique<std::mutex>();  // held to choose a name
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();      // guards what follows
  std::map<std::string, View, std::less<>> serving_;                        // by projection name
  std::map<std::string, View, std::less<>> building_;                       // by projection name
  /// Dropped, and gone from the disk when its last reader is.
  struct Replaced {
    View view;
    Clock::time_point at;
  };
  std::map<std::string, Replaced, std::less<>> replaced_;  // by projection name
};

}  // namespace counterfoil
