#pragma once

#include <schema/ledger.capnp.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/zone.h"
#include "http/json_schema.h"
#include "http/meters.h"
#include "http/parameter.h"
#include "http/readings.h"
#include "net/gate.h"
#include "net/workers.h"

namespace counterfoil::http {

/// What a token opened. The info is of then; everything else is asked of the capabilities.
struct OpenSession {
  schema::Session::Client session;
  capnp::Response<schema::Session::OpenResults> opened;
};

/// What every handler stands on. All outlives every request.
struct Environment {
  Access access;
  schema::Log::Client log;  // of a ledger that is no secret, for whoever asks
  Workers& rendering;
  Meters& meters;
  Readings& readings;
  std::function<std::string()> api;  // /openapi.json
};

struct Route;

/// One request on its way, checked as far as its route says how.
struct Call {
  const Route& route;
  Environment& environment;
  Request request;
  Arguments arguments;
  std::shared_ptr<OpenSession> session;  // null where none is needed
  std::shared_ptr<void> room = {};       // for its body, given back when the call is gone

  schema::Reader::Client reader() { return session->opened.getReader(); }
  schema::Recorder::Client recorder() { return session->opened.getRecorder(); }
  schema::Feed::Client feed() { return session->opened.getFeed(); }
  /// The session's, or the public one.
  schema::Log::Client log();
  const Zone& zone() const { return environment.access.ledger.zone(); }
};

/// Answers a call, which lives until the promise is done. A failure of the ledger's is thrown
/// (net/failure.h) and becomes a problem document.
using Handler = std::function<kj::Promise<Response>(Call&)>;

/// The capability that a route calls; a session without it may not use the route.
enum class Needs { nothing, session, recorder, reader, feed, log, public_log, metrics };

struct AnswerForm {
  unsigned status;
  std::string content_type;
  std::string description;
  boost::json::value schema;  // null: bytes or text
};

/// A method on a path: what it takes, what it gives, who may ask. Requests are checked by it, and
/// /openapi.json is written from it.
struct Route {
  std::string method;
  std::string path;  // "/v1/events/{sequence}"; {name...} takes all the rest of the path
  std::string summary;
  Needs needs = Needs::nothing;
  std::vector<Parameter> parameters = {};
  std::vector<std::string> body_types = {};  // none: the request has no body
  boost::json::value body_schema = {};
  std::vector<Parameter> headers = {};
  std::vector<AnswerForm> answers = {};
  Handler handler = {};
};

class Routes {
 public:
  /// It may be completed until requests are served.
  Route& add(Route route);

  struct Found {
    const Route* route;
    std::vector<std::pair<std::string, std::string>> in_path;
  };
  /// 404 where no route has the path, 405 with Allow where none has the method. HEAD is GET.
  Outcome<Found> find(std::string_view method, const std::vector<std::string>& path) const;

  const std::vector<std::unique_ptr<Route>>& all() const { return all_; }
  JsonSchemas& schemas() { return schemas_; }
  const JsonSchemas& schemas() const { return schemas_; }

 private:
  std::vector<std::unique_ptr<Route>> all_;
  JsonSchemas schemas_;
};

/// Each adds a family of routes (the files of routes/).
void add_command_routes(Routes& routes);
void add_row_routes(Routes& routes);
void add_replay_routes(Routes& routes);
void add_proposal_routes(Routes& routes);
void add_event_routes(Routes& routes);
void add_consumer_routes(Routes& routes);
void add_log_routes(Routes& routes);
void add_ledger_routes(Routes& routes);
void add_operator_routes(Routes& routes);

}  // namespace counterfoil::http
