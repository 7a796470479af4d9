#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace counterfoil {

/// A progress bar on stderr, and only where stderr is a terminal.
class ProgressBar {
 public:
  explicit ProgressBar(std::string what);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Redraws it, at most some times a second. `note` stands behind the bar.
  void show(std::uint64_t done, std::uint64_t total, const std::string& note = "");
  /// Takes it off the terminal, as its end does.
  void clear();

 private:
  std::string what_;
  bool is_terminal_;
  bool is_drawn_ = false;
  std::chrono::steady_clock::time_point drawn_at_;
};

}  // namespace counterfoil
