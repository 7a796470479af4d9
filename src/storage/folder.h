#pragma once

#include <string>

#include "core/files.h"

namespace counterfoil {

/// A ledger's folder and what lies where in it. Holding one means holding its lock: no other
/// process can open the ledger until it is destroyed, or its process ends in whatever way.
class LedgerFolder {
 public:
  /// Refuses a folder that holds a ledger, or anything else.
  static Result<void> check_new(const std::string& path);
  /// Makes the folder, where check_new has nothing against it.
  static Result<LedgerFolder> create(const std::string& path);
  /// Locks an existing ledger. `busy` where another process holds it: the error names that process.
  static Result<LedgerFolder> open(const std::string& path);

  /// That a creation stopped before anything was recorded, and what to do.
  tl::unexpected<Error> cut_off() const;

  const std::string& path() const { return path_; }
  std::string journal() const { return path_ + "/journal"; }
  std::string views() const { return path_ + "/views"; }
  /// How far named consumers of the feed have read. Not derived from anything.
  std::string consumers() const { return path_ + "/consumers"; }
  /// Databases of what is folded again to be compared; each is removed by who made it.
  std::string scratch() const { return path_ + "/scratch"; }
  std::string shown() const { return path_ + "/shown"; }
  std::string signing_key() const { return path_ + "/signing.key"; }
  /// A key that takes its place when the record that says so is durable.
  std::string next_signing_key() const { return path_ + "/next-signing.key"; }
  /// A rotation that was asked for, until it is durable; schema/FORMAT.md, "Ledger folder".
  std::string rotation() const { return path_ + "/rotation"; }
  /// There while a restore is under way: a folder that has it does not open.
  std::string restoring() const { return path_ + "/restoring"; }
  /// What principals' tokens are checked against.
  std::string credentials() const { return path_ + "/credentials"; }
  std::string admin_token() const { return path_ + "/admin.token"; }

 private:
  LedgerFolder(std::string path, FileDescriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;
  FileDescriptor lock_;
};

}  // namespace counterfoil
