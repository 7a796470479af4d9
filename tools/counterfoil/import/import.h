#pragma once

#include <filesystem>
#include <functional>
#include <span>

#include "counterfoil/import/account.h"
#include "counterfoil/import/ledger.h"
#include "counterfoil/import/mapping.h"

namespace counterfoil::intake {

/// How far an import is.
struct Progress {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_total = 0;  // of all files
};

enum class OnRefusal { go_on, stop };

struct ImportOptions {
  Setting setting;  // as the ledger says
  OnRefusal on_refusal = OnRefusal::go_on;
  std::function<void(const Progress&)> progress{};     // about every thousand rows, and at the end
  std::function<void(const Refusal&)> on_refused{};    // each row as it is refused
  std::function<void(const Breached&)> on_breached{};  // each broken rule as it is reported
};

/// Records the files' rows in the ledger, in the mapping's order. Every file must fit a table
/// before anything is recorded. Command ids come from the rows alone, so an import that was cut off
/// is done again from the start and records only what is missing. An error means that it could not
/// go on; `account` says what was done until then.
///
/// With OnRefusal::stop nothing is sent after the first refusal is known; commands that were sent
/// in one request with a refused one are answered, and recorded, for themselves.
Result<void> import_files(const Mapping& mapping, std::span<const std::filesystem::path> files,
                          Ledger& ledger, const ImportOptions& options, Account& account);

}  // namespace counterfoil::intake
