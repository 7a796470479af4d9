#include "codec/json.h"
#include "http/rendering.h"

namespace counterfoil::http {
namespace {

kj::Promise<Response> read_ledger(Call& call) {
  return call.session->session.openRequest().send().then(
      [](auto opened) { return json_response(to_json(opened.getInfo())); });
}

kj::Promise<Response> read_projections(Call& call) {
  auto request = call.reader().viewsRequest();
  request.setDigests(call.arguments.flag("digests"));
  return request.send().then(
      [](auto found) { return json_response(page("projections", json_of(found.getViews()), {})); });
}

}  // namespace

void add_ledger_routes(Routes& routes) {
  Route ledger{"GET", "/v1/ledger", "What the ledger is, and who this token's principal is",
               Needs::session};
  ledger.answers = {json_answer("The ledger", routes.schemas().of<schema::LedgerInfo>())};
  ledger.handler = read_ledger;
  routes.add(std::move(ledger));

  Route views{"GET", "/v1/projections", "State, position and lag of each view", Needs::reader};
  views.parameters = {flag_parameter("digests", "Hash every view, too; this takes a while")};
  views.answers = {json_answer(
      "The views", page_schema("projections", routes.schemas().of<schema::ViewInfo>()))};
  views.handler = read_projections;
  routes.add(std::move(views));
}

}  // namespace counterfoil::http
