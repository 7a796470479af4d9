#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "counterfoil/import/import.h"
#include "counterfoil/import/reconcile.h"

namespace counterfoil::testing {

/// A folder of its own for a test, removed behind it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path write(std::string_view name, std::string_view bytes) const;
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Remembers commands as the real ledger does: by id and canonical bytes. It knows no rules; it
/// adds amounts up by line so that they can be compared.
class MemoryLedger : public intake::Ledger, public intake::CurrentLines {
 public:
  Result<std::vector<intake::Answer>> record(
      std::span<const schema::Command::Reader> commands) override;
  Result<std::vector<std::optional<Sequence>>> first_of(std::span<const std::string> ids) override;
  Result<void> each(const std::function<Result<void>(const intake::CurrentLine&)>& visit) override;

  /// A command's JSON as it arrived; "none" where it did not.
  std::string json_of(const std::string& id) const;

  std::map<std::string, std::string> refusals;                   // id → why it is refused
  std::map<std::string, std::vector<intake::Finding>> findings;  // id → what is reported with it
  std::map<std::string, std::int64_t> lines;                     // current, by line
  std::map<std::string, std::uint64_t> facts;                    // how many, by name
  std::set<std::string> legs_of;                                 // projects named by a leg
  std::uint64_t legs = 0;
  std::uint64_t requests = 0;
  std::uint64_t questions = 0;  // calls of first_of
  std::size_t request_commands_max = 0;
  std::size_t request_bytes_max = 0;

 private:
  struct Known {
    std::string bytes;
    std::string json;
    Sequence first;
    std::uint32_t count;
  };
  intake::Answer take(schema::Command::Reader command);
  void fold(schema::Fact::Reader fact);

  std::map<std::string, Known> known_;
  std::uint64_t next_ = 1;  // record 0 opens the ledger
};

/// Options for a ledger in yuan, kept in Shanghai.
intake::ImportOptions options();

/// Writes the mapping and the file, imports them, and returns the account.
intake::Account import_text(MemoryLedger& ledger, std::string_view mapping, std::string_view csv,
                            const intake::ImportOptions& with = options());

/// Where Israel's files are, or nothing, with a line that says so.
std::optional<std::filesystem::path> israel_files();
/// A mapping that is shipped.
std::filesystem::path shipped_mapping(std::string_view name);

}  // namespace counterfoil::testing
