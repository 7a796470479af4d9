#pragma once

#include <schema/command.capnp.h>

#include <string>
#include <vector>

#include "domain/book.h"

namespace counterfoil {

/// Who says what is recorded: a client, or the ledger itself, of its own log.
enum class Author { client, ledger };

/// What the ledger, not the client, says about a command: it comes in with the command, because
/// deciding knows no clock and no randomness.
struct Stamp {
  Epoch epoch;
  Sequence first;  // of the command's first record
  Instant recorded_at;
  Instant decided_at;  // the command's, or recorded_at
  Date decided_on;     // the day of decided_at where the ledger is kept
  Date effective_on;   // the command's, or decided_on
  std::string actor;
  schema::Role role = schema::Role::UNSPECIFIED;
  std::string organisation;
  std::string digest;  // of the command's canonical bytes
  Author author = Author::client;
};

/// A rule that was found broken and not enforced.
struct Breach {
  std::string rule;
  schema::Breach::Mode mode;
  std::string finding;
  std::string authority = {};  // of an override, with the document that says so
  std::string document = {};
};
void fill(schema::Breach::Builder out, const Breach& breach);

/// Decides a whole command: on success the book holds its records (Book::records) and the state
/// after them, and the breaches that were let pass are returned. On a refusal the book is to be
/// dropped; the error names the fact, what forbids it, the numbers, and what would make it pass.
Result<std::vector<Breach>> decide(Book& book, schema::Command::Reader command, const Stamp& stamp);

}  // namespace counterfoil
