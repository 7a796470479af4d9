#pragma once

#include <kj/timer.h>
#include <schema/ledger.capnp.h>

#include <functional>

#include "net/feeds.h"
#include "net/presence.h"
#include "net/read_note.h"
#include "net/workers.h"
#include "service/entrance.h"
#include "service/ledger.h"

namespace counterfoil {

/// What the capabilities of one event loop stand on. All outlive every capability.
struct Access {
  Ledger& ledger;
  Feeds& feeds;
  Background& background;
  kj::Timer& timer;
  Presence* presence = nullptr;  // of those who log in; null where nobody does
  ReadNote note_audit = {};      // told what auditors read
};

/// What logging in needs besides. All outlive every gate.
struct Door {
  const Entrance& entrance;
  Presence& presence;
  std::function<void(std::string_view)> report;  // for the operator
};

/// Who stands at the gate: one connection.
struct Caller {
  std::string certificate;        // its common name, of an authority that is trusted; empty: none
  std::function<void()> hang_up;  // closes the connection
  std::function<void()> let_in = {};  // told of each login
};

/// What whoever revoked his own role, or withdrew his own token, is given to read the answer.
inline constexpr auto parting_words = 50 * kj::MILLISECONDS;

/// The entrance: whoever shows a token, or came with a certificate, gets the session of that
/// principal. When what the session rests on is revoked, the connection is closed.
schema::Gate::Client make_gate(Access access, Door door, Caller caller);

/// A session without an entrance, for the process that holds the ledger itself.
schema::Session::Client make_session(Access access, Visitor visitor);

}  // namespace counterfoil
