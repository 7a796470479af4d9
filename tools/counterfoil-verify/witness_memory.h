#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/files.h"
#include "proof/checkpoint.h"

namespace counterfoil {

/// The folder where a witness remembers the newest checkpoint that it cosigned of each log: a file
/// an origin, with the signed checkpoint verbatim (schema/FORMAT.md, "Witness folder"). One process
/// at a time has it, so that checking and remembering is one step.
class WitnessMemory {
 public:
  /// Waits for whoever has it. The folder must be there: one that is made anew has forgotten all.
  static Result<WitnessMemory> open(const std::string& folder);

  /// Nothing where the witness never cosigned that log. `corrupt` where what it remembers is not a
  /// checkpoint of these keys.
  Result<std::optional<SignedCheckpoint>> recall(const std::string& origin,
                                                 const std::vector<VerifierKey>& keys) const;
  /// Durable when it returns.
  Result<void> remember(const std::string& origin, std::string_view checkpoint);
  /// Keeps a checkpoint that contradicts the remembered one, and gives its path. One that is proved
  /// to (`is_proved`) is never replaced by a later one.
  Result<std::string> keep_evidence(const std::string& origin, std::string_view checkpoint,
                                    bool is_proved);
  /// Where the checkpoint of that log is remembered.
  std::string path_of(const std::string& origin) const;

 private:
  WitnessMemory(std::string folder, FileDescriptor lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}
  std::string folder_;
  FileDescriptor lock_;
};

}  // namespace counterfoil
