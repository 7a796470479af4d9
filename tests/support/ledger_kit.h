#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proof/key.h"
#include "service/ledger.h"
#include "service/prepare.h"
#include "support/must.h"
#include "support/temp_folder.h"

/// Small ledgers for tests, and commands for them.
namespace counterfoil::kit {

inline const Principal finance{"officer-1", schema::Role::FINANCE, "bureau"};

/// A command from JSON, as a client would send it.
PreparedCommand prepare(std::string_view json);
/// With that id and these facts (JSON objects, joined by commas).
PreparedCommand command(std::string_view id, std::string_view facts);

std::string unit(std::string_view id);
std::string project(std::string_view id, std::string_view of_unit);
/// "line/2024/PROJECT/general/net/-".
std::string line_id(std::string_view project);
std::string line(std::string_view project);
std::string appropriation(std::string_view project, std::int64_t amount);
/// An adjustment of that kind; legs are (project, amount).
std::string adjustment(std::string_view kind,
                       const std::vector<std::pair<std::string, std::int64_t>>& legs,
                       std::string_view more = {});
std::string commitment(std::string_view project, std::int64_t amount);
std::string payment(std::string_view project, std::int64_t amount, std::uint64_t commitment = 0);
std::string reversal(std::uint64_t event);

/// A rule set's document with R19 in that mode.
std::string rules(std::string_view mode);

/// A clock that starts on 2024-03-01 and goes on by a second with every look.
Clock ticking();

inline constexpr std::string_view origin = "ledger.example.org/test";
/// The key that signs for every test ledger of that suite, and the one that could replace it.
SigningKey signing_key(std::string_view suite = default_suite);
SigningKey recovery_key(std::string_view suite = default_suite);

/// The journal of a new ledger in `folder`, with its first two records and nothing random in them.
Journal create_journal(const LedgerFolder& folder, std::string_view rule_mode = "observe",
                       std::string_view suite = default_suite);
/// As create_journal, closed again. `folder` must not exist yet.
void create_ledger_in(const std::string& folder, std::string_view rule_mode = "observe",
                      std::string_view suite = default_suite);

/// Records one command and flushes.
Answer record(Sequencer& sequencer, const PreparedCommand& command,
              const Principal& principal = finance);
/// Sends one command and waits for its answer.
Answer send(Writer& writer, PreparedCommand command, const Principal& principal = finance);
/// Sends commands in one request and waits for their answers.
std::vector<Answer> send_all(Writer& writer, std::vector<PreparedCommand> commands,
                             const Principal& principal = finance);

/// Some units, projects, lines and changes of budgets, of every kind that views know, as commands
/// with ids "PREFIX-0" and so on. The same seed gives the same commands. `first` is the sequence
/// that the first of them will get.
std::vector<PreparedCommand> story(unsigned seed, unsigned projects, unsigned changes,
                                   std::string_view prefix = "s");

}  // namespace counterfoil::kit
