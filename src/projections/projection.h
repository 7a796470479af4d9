#pragma once

#include <capnp/schema.h>
#include <schema/event.capnp.h>

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace counterfoil {

/// A projection's own entries: sorted by key, as its fold sees and changes them.
class Rows {
 public:
  virtual ~Rows() = default;
  /// False where there is no such entry.
  virtual Result<bool> get(std::string_view key, std::string& value) = 0;
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void erase(std::string_view key) = 0;
  /// The entry's value, to be changed in place until the next call; null where there is no such
  /// entry.
  virtual Result<std::string*> edit(std::string_view key) = 0;
  /// Calls visit for each entry whose key starts with the prefix, in order, until it returns false.
  /// A visit changes no entry, and walks no others.
  using Visit = std::function<Result<bool>(std::string_view key, std::string_view value)>;
  virtual Result<void> each(std::string_view prefix, const Visit& visit) = 0;
};

/// A read model: a name, a version and a fold. The same records give the same entries, byte for
/// byte, on every machine; the version grows with every change of that. Until the new version is
/// built the rows of the old one are served as this one's: the struct is only appended to, and the
/// prefix stays; else the projection takes another name.
class Projection {
 public:
  virtual ~Projection() = default;
  virtual std::string_view name() const = 0;
  virtual std::uint32_t version() const = 0;
  /// The struct of schema/views.capnp that its rows are, and what their keys start with. Entries
  /// behind other prefixes are the fold's own.
  virtual capnp::StructSchema row_schema() const = 0;
  virtual std::string_view row_prefix() const = 0;
  /// Which records make the rows of one project, one unit or one pool, so that they can be folded
  /// without the rest of the journal. Those about the ledger itself always do, too.
  enum class MadeOf {
    journal,              // all of them
    projects,             // those about the project; about the unit, and what its records are about
    projects_and_beside,  // the same, and what note_beside() says of them
    pools                 // those about the pool
  };
  virtual MadeOf made_of() const { return MadeOf::journal; }
  /// What else the rows of a record rest on.
  struct Beside {
    std::set<std::string> subjects;  // all that is about these
    std::set<std::uint64_t> events;  // these, what replaces them, and what reverses them
  };
  virtual void note_beside(schema::Record::Reader /*record*/, Beside& /*beside*/) const {}
  /// Total: a fact whose target is absent contributes nothing. An error halts this projection.
  virtual Result<void> fold(schema::Record::Reader record, Rows& rows) const = 0;
  /// The version before this one, while this build has it: it follows the journal until this one is
  /// built. Without it what the old view held is served until then.
  virtual const Projection* predecessor() const { return nullptr; }
};

/// All read models of this build.
const std::vector<const Projection*>& all_projections();

}  // namespace counterfoil
