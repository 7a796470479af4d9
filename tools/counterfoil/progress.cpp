#include "counterfoil/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace counterfoil {
namespace {

constexpr std::uint64_t width = 30;
constexpr std::chrono::milliseconds interval{100};

}  // namespace

ProgressBar::ProgressBar(std::string what)
    : what_(std::move(what)), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  clear();
}

void ProgressBar::clear() {
  if (is_drawn_) fmt::print(stderr, "\r\x1b[K");
  is_drawn_ = false;
}

void ProgressBar::show(std::uint64_t done, std::uint64_t total, const std::string& note) {
  if (!is_terminal_ || total == 0) return;
  const auto now = std::chrono::steady_clock::now();
  if (is_drawn_ && done < total && now - drawn_at_ < interval) return;
  is_drawn_ = true;
  drawn_at_ = now;
  const std::uint64_t capped = std::min(done, total);
  const auto filled = static_cast<std::size_t>(capped * width / total);
  fmt::print(stderr, "\r\x1b[K{} [{}{}] {:3}% {}", what_, std::string(filled, '#'),
             std::string(width - filled, '.'), capped * 100 / total, note);
  std::fflush(stderr);
}

}  // namespace counterfoil
