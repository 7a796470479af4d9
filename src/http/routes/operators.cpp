#include "http/metrics.h"
#include "http/rendering.h"
#include "net/failure.h"

namespace counterfoil::http {
namespace {

namespace json = boost::json;

kj::Promise<Response> healthz(Call&) {
  return json_response(json::object{{"status", "alive"}});
}

/// Ready to record and to read: nothing stopped recording, and no view is halted.
kj::Promise<Response> readyz(Call& call) {
  Ledger& ledger = call.environment.access.ledger;
  std::string why;
  if (const auto recording = ledger.journal().check_recording(); !recording)
    why = recording.error().message;
  for (const auto& view : ledger.projector().status())
    if (why.empty() && view.state == "halted")
      why = fmt::format("the view {} is halted: {}", view.name, view.last_error);
  if (!why.empty()) or_throw<void>(fail(ErrorCode::busy, "{}", why));
  return json_response(json::object{{"status", "ready"}});
}

kj::Promise<Response> metrics(Call& call) {
  return Response{200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(call.environment)};
}

kj::Promise<Response> api(Call& call) {
  return Response{200, json_type, call.environment.api()};
}

}  // namespace

void add_operator_routes(Routes& routes) {
  const json::value status = object_schema({{"status", {{"type", "string"}}}}, {"status"});
  const auto add = [&](const char* path, const char* summary, Needs needs, AnswerForm answer,
                       Handler handler) {
    Route route{"GET", path, summary, needs};
    route.answers = {std::move(answer)};
    route.handler = std::move(handler);
    routes.add(std::move(route));
  };
  add("/healthz", "Whether the process answers", Needs::nothing, json_answer("It does", status),
      healthz);
  add("/readyz", "Whether the ledger records and its views follow", Needs::nothing,
      json_answer("They do; else 503 says why not", status), readyz);
  add("/metrics", "For Prometheus; from this machine without a token", Needs::metrics,
      {200, "text/plain", "Its text format, 0.0.4", {{"type", "string"}}}, metrics);
  add("/openapi.json", "This description", Needs::nothing,
      json_answer("OpenAPI 3.1", {{"type", "object"}}), api);
}

}  // namespace counterfoil::http
