#pragma once

#include <memory>
#include <string>
#include <vector>

#include "service/ledger.h"
#include "support/catch.h"
#include "support/ledger_kit.h"

namespace counterfoil::test {

/// A ledger of some hundred records. Its views are empty.
void make_ledger(const std::string& path, unsigned seed = 3);

/// A ledger with records, its notices, and the digests of its views.
struct Served {
  std::string path;
  std::vector<std::string> notices;
  std::unique_ptr<Ledger> ledger;

  explicit Served(const std::string& folder) : path(folder) { open(); }
  void open() {
    ledger.reset();
    notices.clear();
    ledger = must(Ledger::open(path, kit::ticking(),
                               [this](const std::string& notice) { notices.push_back(notice); }));
  }
  Projector& projector() { return ledger->projector(); }
  std::vector<Hash> digests() {
    std::vector<Hash> all;
    const Views& views = projector().views();
    for (const Projection* one : all_projections())
      all.push_back(must(views.digest(views.view(*one))).root);
    return all;
  }
  std::vector<Hash> caught_up() {
    must(projector().catch_up());
    return digests();
  }
  std::vector<std::uint64_t> positions() {
    std::vector<std::uint64_t> all;
    for (const ProjectionStatus& one : projector().status()) all.push_back(one.position);
    return all;
  }
};

inline const Projection& budgets() {
  return *all_projections().front();
}

/// The views' database of a ledger that nobody has open.
Rocks open_views(const std::string& path);
void change_meta(const std::string& path, std::string_view key, std::string_view value);
/// As numbers are stored.
std::string number(std::uint64_t value);

}  // namespace counterfoil::test
