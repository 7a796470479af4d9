#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "counterfoil/log_reader.h"

namespace counterfoil {

/// How the files of a folder compare with the documents that events cite, by their hashes.
struct DocumentsReport {
  struct Missing {
    std::string number;
    std::string hash;            // hexadecimal
    std::uint64_t cited_by = 0;  // sequence of the first event that cites it
    std::string changed;         // file that is named by the number and has another hash, if any
  };
  std::uint64_t cited = 0;  // different documents
  std::uint64_t found = 0;
  std::vector<Missing> missing;      // in order of their citing
  std::vector<std::string> uncited;  // files that no event cites, sorted
};

/// Reads every event and every file below the folder; symbolic links are not followed.
Result<DocumentsReport> compare_documents(LedgerAccess& access, LogReader& log,
                                          const std::string& folder);

}  // namespace counterfoil
