#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace counterfoil {

/// Where in a tree of fields something is: "facts[0].budgetAdjusted.legs[3].amount". It is a chain
/// on the call stack and is written out only for an error, so that a valid command costs nothing.
/// A path must not outlive its parent.
class Path {
 public:
  Path() = default;
  Path field(std::string_view name) const { return Path(this, name, 0); }
  Path item(std::size_t index) const { return Path(this, {}, index); }

  std::string text() const {
    if (parent_ == nullptr) return "the whole";
    const std::string before = parent_->parent_ == nullptr ? std::string() : parent_->text();
    if (name_.empty()) return fmt::format("{}[{}]", before, index_);
    return fmt::format("{}{}{}", before, before.empty() ? "" : ".", name_);
  }

 private:
  Path(const Path* parent, std::string_view name, std::size_t index)
      : parent_(parent), name_(name), index_(index) {}

  const Path* parent_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
};

}  // namespace counterfoil
