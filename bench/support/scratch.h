#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/result.h"
#include "core/time.h"

namespace counterfoil::bench {

/// Ends the benchmark with the sentence: its figures would mean nothing.
[[noreturn]] void give_up(const std::string& sentence);

template <typename T>
T must(Result<T> result) {
  if (!result) give_up(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// A folder for one run, removed behind it. Under TMPDIR, which should lie on the disk to be
/// measured.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

Instant clock_now();

/// Creates an empty ledger under the rule set open.
void create(const std::string& ledger);
/// Appends at least that many events of the workload, in full groups; gives how many it holds then.
std::uint64_t fill(const std::string& ledger, std::uint64_t events);

/// How often a second 4 KiB can be written and synced in that folder.
double fdatasyncs_per_second(const std::string& folder, double seconds);

}  // namespace counterfoil::bench
