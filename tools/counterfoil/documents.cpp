#include "counterfoil/documents.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "codec/binary_text.h"
#include "codec/canonical.h"
#include "codec/text.h"
#include "core/files.h"
#include "counterfoil/progress.h"

namespace counterfoil {
namespace {

namespace fs = std::filesystem;

/// Files by the hash of their bytes, in hexadecimal.
Result<std::multimap<std::string, std::string>> hash_files(const std::string& folder,
                                                           Hasher& hasher) {
  std::multimap<std::string, std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (!at->is_regular_file() || at->is_symlink()) continue;
    CF_LET(const std::string bytes, read_file(at->path().string()));
    files.emplace(to_hex(bytes_of(hasher.digest(bytes))), at->path().string());
  }
  if (error) return file_failure("read the folder", folder, error.value());
  return files;
}

/// Whether a file is called as the document is numbered, whatever its ending.
bool is_named(const std::string& file, const std::string& number) {
  const fs::path path(file);
  return path.filename() == number || path.stem() == number;
}

}  // namespace

Result<DocumentsReport> compare_documents(LedgerAccess& access, LogReader& log,
                                          const std::string& folder) {
  CF_LET(Hasher hasher, log.hasher());
  CF_LET(const auto files, hash_files(folder, hasher));
  std::map<std::string, DocumentsReport::Missing> cited;  // by hash
  RecordBuffer buffer;
  {
    ProgressBar bar("reading events");
    const std::uint64_t size = access.info().getSize();
    CF_TRY(log.each_record(
        0, size, [&](std::uint64_t sequence, std::string_view bytes) -> Result<void> {
          bar.show(sequence, size);
          CF_LET(const auto record, buffer.load(bytes));
          for (const auto document : record.getDocuments()) {
            const std::string hash = to_hex(view(document.getHash()));
            cited.try_emplace(hash,
                              DocumentsReport::Missing{
                                  std::string(view(document.getNumber())), hash, sequence, {}});
          }
          return {};
        }));
  }
  DocumentsReport report;
  report.cited = cited.size();
  for (const auto& [hash, file] : files)
    if (!cited.contains(hash)) report.uncited.push_back(file);
  std::ranges::sort(report.uncited);
  for (auto& [hash, document] : cited) {
    if (files.contains(hash)) {
      ++report.found;
      continue;
    }
    const auto changed = std::ranges::find_if(
        report.uncited, [&](const std::string& file) { return is_named(file, document.number); });
    if (changed != report.uncited.end()) document.changed = *changed;
    report.missing.push_back(std::move(document));
  }
  std::ranges::sort(report.missing, {}, &DocumentsReport::Missing::cited_by);
  return report;
}

}  // namespace counterfoil
