#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "projections/projection.h"
#include "storage/journal.h"
#include "storage/rocks.h"

namespace counterfoil {

/// Projections folded from the first record on, beside the views and independent of them: what they
/// held at a position that the views have passed. The entries are in a database of its own, which
/// is removed with it.
class Scratch {
 public:
  /// In that folder, of this process alone; the journal outlives it.
  static Result<Scratch> make(const std::string& folder, const Journal& journal,
                              std::vector<const Projection*> projections);
  Scratch(Scratch&&) noexcept;
  ~Scratch();

  /// Folds records until it holds that many. A projection that cannot fold one stops alone: error()
  /// tells. `at` is told how many are folded; false ends it with `busy`.
  using At = std::function<bool(std::uint64_t done)>;
  Result<void> fold_to(std::uint64_t position, const At& at);
  std::uint64_t position() const { return position_; }
  /// Why that projection holds less, if it does.
  const std::optional<Error>& error(const Projection& projection) const;
  /// Over its entries, and nothing else.
  Rocks::Cursor walk(const Projection& projection) const;

 private:
  struct Part {
    const Projection* projection;
    Rocks::FamilyPtr family;
    std::optional<Error> error;
  };
  Scratch(const Journal& journal, std::string path) : journal_(&journal), path_(std::move(path)) {}
  const Part& part(const Projection& projection) const;

  const Journal* journal_;
  std::string path_;  // empty where it was moved from
  std::optional<Rocks> rocks_;
  std::vector<Part> parts_;
  std::uint64_t position_ = 0;
};

}  // namespace counterfoil
