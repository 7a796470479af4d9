#pragma once

#include <capnp/message.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "counterfoil/import/build.h"
#include "counterfoil/import/import.h"

namespace counterfoil::intake {

/// Sends commands in requests as large as the limits allow, keeps the account of the answers, and
/// remembers the sequences of what was accepted.
class Sender {
 public:
  Sender(Ledger& ledger, const ImportOptions& options, Account& account)
      : ledger_(ledger), options_(options), account_(account) {}

  /// The rows that a group's commands stand for.
  struct Rows {
    std::string file;
    std::vector<std::uint64_t> lines;
  };

  /// Takes a group's commands, all or none: one that the schema does not admit refuses the group.
  Result<void> add(Rows rows, const std::vector<Draft>& drafts);
  /// Refuses a group that never became commands.
  void refuse(const Rows& rows, const std::string& reason);
  /// Sends what was taken. Afterwards every row taken is in the account.
  Result<void> flush();

  /// Whether nothing may be sent any more.
  bool stopped() const { return account_.stopped; }

  /// The command's first sequence, asked of the ledger where it is not remembered.
  Result<std::optional<Sequence>> first_of(const std::string& command_id);
  /// Asks for many at once, so that first_of need not ask for each.
  Result<void> prefetch(std::vector<std::string> command_ids);
  void forget_absent() { absent_.clear(); }

 private:
  struct Taken {
    Rows rows;
    std::size_t commands = 0;  // not answered yet
    bool refused = false;
    bool recorded = false;  // one of them was new
  };
  struct Pending {
    std::string id;
    std::unique_ptr<capnp::MallocMessageBuilder> message;
    std::size_t bytes = 0;
    std::shared_ptr<Taken> group;
  };

  Result<Pending> encode(const Draft& draft) const;
  Result<bool> is_new(const Draft& draft);
  void take_answer(const Pending& command, const Answer& answer);
  void accept(const Pending& command, const Accepted& accepted);
  void remember(const std::string& id, Sequence first);

  Ledger& ledger_;
  const ImportOptions& options_;
  Account& account_;
  std::vector<Pending> pending_;
  std::size_t pending_bytes_ = 0;
  std::unordered_map<std::string, std::size_t> pending_ids_;
  std::unordered_map<std::string, Sequence> known_;
  std::unordered_map<std::string, bool> absent_;
  std::unordered_map<std::string, std::string> once_;  // id → JSON
  std::unordered_set<std::uint64_t> told_;  // firsts whose broken rules are in the account
};

}  // namespace counterfoil::intake
