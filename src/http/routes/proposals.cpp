#include "codec/json.h"
#include "codec/text.h"
#include "core/ids.h"
#include "http/rendering.h"
#include "net/failure.h"

namespace counterfoil::http {
namespace {

namespace json = boost::json;

/// What is asked of a year, whichever of the three methods answers it.
template <typename Request>
Request of_year(Request request, const Call& call) {
  const std::string after = call.arguments.mark("after");
  if (!after.empty() && !is_id(after))
    or_throw<void>(
        fail(ErrorCode::invalid, "after: no page ends so: pass what the page before gave as next"));
  request.setFiscalYear(static_cast<std::int32_t>(*call.arguments.number("fiscalYear")));
  request.setAfter(text_of(after));
  request.setLimit(static_cast<std::uint32_t>(call.arguments.number("limit").value_or(0)));
  return request;
}

template <typename Results>
Result<json::value> page_of(const Held<Results>& held) {
  const auto results = held.get();
  json::value out = page("rows", json_of(results.getRows()), view(results.getNext()));
  out.as_object()["commands"] = json_of(results.getCommands());
  if constexpr (requires { results.getClose(); }) {
    if (results.getClose().getFacts().size() != 0)
      out.as_object()["close"] = to_json(results.getClose());
  }
  return out;
}

template <typename Results, typename Promise>
kj::Promise<Response> answer(Call& call, Promise promise) {
  return promise.then([&call](auto found) {
    return render(call, [held = Held<Results>(found)] { return page_of<Results>(held); });
  });
}

kj::Promise<Response> ceilings(Call& call) {
  auto sent = of_year(call.reader().ceilingsRequest(), call).send();
  return answer<schema::Reader::CeilingsResults>(call, kj::mv(sent));
}

kj::Promise<Response> closing(Call& call) {
  auto request = of_year(call.reader().closingRequest(), call);
  request.setPool(text_of(call.arguments.text("pool")));
  return answer<schema::Reader::ClosingResults>(call, request.send());
}

kj::Promise<Response> proposals(Call& call) {
  auto sent = of_year(call.reader().proposalsRequest(), call).send();
  return answer<schema::Reader::ProposalsResults>(call, kj::mv(sent));
}

}  // namespace

void add_proposal_routes(Routes& routes) {
  JsonSchemas& schemas = routes.schemas();
  const auto add = [&](const char* path, const char* summary, const json::value& row,
                       Handler handler, bool is_closing) {
    Route route{"GET", path, summary, Needs::reader};
    route.parameters = {required(fiscal_year_parameter()), limit_parameter(), after_parameter()};
    json::value form = page_schema("rows", row);
    json::object& properties = form.as_object()["properties"].as_object();
    properties["commands"] = array_schema(schemas.of<schema::Command>());
    if (is_closing) {
      route.parameters.push_back(
          text_parameter("pool", "The pool that unspent money is clawed back into"));
      properties["close"] = schemas.of<schema::Command>();
    }
    route.answers = {
        json_answer("Rows, and the commands that record what they say, to be posted to "
                    "/v1/commands",
                    std::move(form))};
    route.handler = std::move(handler);
    routes.add(std::move(route));
  };
  add("/v1/proposals/ceilings", "What unsatisfactory grades leave of a year's bases",
      schemas.of<schema::CeilingRow>(), ceilings, false);
  add("/v1/proposals/closing", "What becomes of a year's unspent money",
      schemas.of<schema::ProposalRow>(), closing, true);
  add("/v1/proposals/adjustments",
      "Proposed adjustments of a year's lines, and what carries them "
      "out once they are approved",
      schemas.of<schema::ProposalRow>(), proposals, false);
}

}  // namespace counterfoil::http
