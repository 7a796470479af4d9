#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace counterfoil {

/// Calls work(index) for each index below `count`, in increasing order of start, on that many
/// threads; returns when all have returned. False from a call stops those that have not started.
template <typename Work>
void in_parallel(std::size_t count, unsigned threads, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stopped{false};
  const auto run = [&] {
    for (std::size_t i; !stopped && (i = next++) < count;)
      if (!work(i)) stopped = true;
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads && i < count; ++i) others.emplace_back(run);
  run();
  for (std::thread& other : others) other.join();
}

}  // namespace counterfoil
