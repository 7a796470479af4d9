#pragma once

#include <kj/time.h>

#include "http/route.h"
#include "http/sessions.h"

namespace counterfoil::http {

/// What answers requests, whatever connection they came over.
class Service {
 public:
  /// Reads and writes go through sessions; the hall's access is for what is measured, and for the
  /// log of a ledger that is no secret. It outlives this.
  explicit Service(Hall& hall);

  struct Peer {
    bool is_local = false;  // on this machine
  };
  using Admission = Outcome<kj::Own<Call>>;
  /// Looks at everything but the body, which is read only where this lets it: path, method, token,
  /// parameters, types, length.
  kj::Promise<Admission> admit(Request head, Sessions& sessions, Peer peer);
  /// Answers a call whose body was read; never fails.
  kj::Promise<Response> answer(Call& call);

  /// Counts what was answered.
  void note(std::string_view method, const Route* route, unsigned status, kj::Duration took);
  Meters& meters() { return meters_; }
  Hall& hall() { return hall_; }
  const Routes& routes() const { return routes_; }

 private:
  kj::Promise<Outcome<std::shared_ptr<OpenSession>>> open(const Request& head, const Route& route,
                                                          Sessions& sessions, Peer peer);
  Outcome<std::shared_ptr<void>> make_room(const Request& head);

  Hall& hall_;
  Routes routes_;
  Meters meters_;
  Readings readings_;
  Workers rendering_{2, 4'096};
  Environment environment_;
};

}  // namespace counterfoil::http
