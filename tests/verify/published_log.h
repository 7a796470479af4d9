#pragma once

#include <schema/event.capnp.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/files.h"
#include "proof/checkpoint.h"
#include "proof/memory_hashes.h"
#include "proof/tile.h"
#include "proof/tree_proof.h"
#include "proof/witness_request.h"
#include "support/must.h"
#include "support/temp_folder.h"

namespace counterfoil {

inline const std::string log_origin = "example.org/log";

/// A log of small records in memory, from the opening of its ledger on, that can be written as
/// static files. Tiles are computed word for word as the specification says, not by our code.
class PublishedLog {
 public:
  /// `year` stands in the records, so that logs of different years differ.
  explicit PublishedLog(std::string_view suite, int year = 2024);

  /// Appends a record about the unit.
  void append_unit(const std::string& unit);
  /// Appends a record that `fill` gives its fact, and what else it sets. It is filed under the
  /// subjects, which are those of its fact but where a log lies.
  void append(const std::vector<std::string>& subjects,
              const std::function<void(schema::Record::Builder)>& fill);
  /// Appends records until there are that many.
  void grow(std::uint64_t size);
  /// Hands over to a new key, on the word of the key that signs or of the recovery key.
  void rotate(bool by_recovery = false);
  /// Appends any bytes, as only a log that lies does.
  void append_entry(std::string entry);

  std::uint64_t size() const { return entries.size(); }
  Hash root(std::uint64_t of) { return naive_root(leaves, 0, of, hasher); }
  /// Signed by the newest key, or another one.
  std::string checkpoint(std::uint64_t of) { return checkpoint(of, keys.back()); }
  std::string checkpoint(std::uint64_t of, const SigningKey& by) {
    return must(sign_checkpoint({log_origin, of, root(of)}, {&by}));
  }
  /// What a witness is asked that knows the log at the older size.
  std::string request(std::uint64_t older, std::uint64_t newer);
  std::string receipt(std::uint64_t index, std::uint64_t of);
  std::string bundle(const std::string& subject, std::uint64_t of);
  /// Writes the files of that size below the folder, and gives their names.
  std::vector<std::string> publish(const std::string& folder, std::uint64_t of);
  /// Writes one tile, or its entries.
  std::string write_tile(const std::string& folder, const TileId& id);
  std::string write_entries(const std::string& folder, const TileId& id);
  const VerifierKey& first_key() const { return keys.front().verifier(); }

  std::string suite;
  int fiscal_year;
  std::vector<SigningKey> keys;  // oldest first
  SigningKey recovery;
  Hasher hasher;
  std::vector<std::string> entries;
  std::vector<Hash> leaves;
  std::map<std::string, std::vector<std::uint64_t>> histories;
};

/// Writes a file, with the folders that it stands in, and gives its path.
std::string write(const std::string& path, std::string_view bytes);

}  // namespace counterfoil
