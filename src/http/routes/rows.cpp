#include "codec/json.h"
#include "codec/text.h"
#include "http/rendering.h"
#include "net/as_of.h"
#include "net/failure.h"
#include "projections/projection.h"
#include "projections/row_codec.h"

namespace counterfoil::http {
namespace {

namespace json = boost::json;

/// The rows of every view, as the command line's reads show them: one route a view.
kj::Promise<Response> read_rows(Call& call, const Projection& view_of) {
  auto request = call.reader().rowsRequest();
  request.setView(text_of(std::string(view_of.name())));
  fill(request.initFilter(), call.arguments);
  counterfoil::fill(request.initAsOf(), as_of_in(call));
  request.setAfter(data_of(call.arguments.mark("after")));
  request.setLimit(static_cast<std::uint32_t>(call.arguments.number("limit").value_or(0)));
  return request.send().then([&call, &view_of](auto found) {
    return render(call,
                  [rows = strings_of(found.getRows()), next = std::string(view(found.getNext())),
                   schema = view_of.row_schema()]() -> Result<json::value> {
                    AnyRowBuffer buffer(schema);
                    json::array array;
                    array.reserve(rows.size());
                    for (const std::string& bytes : rows) {
                      CF_LET(const auto row, buffer.read(bytes));
                      array.push_back(to_json(row));
                    }
                    return page("rows", std::move(array), next);
                  });
  });
}

/// The filters whose fields the rows have; the words of an enumeration are all that there are.
std::vector<Parameter> filters_of(capnp::StructSchema rows) {
  std::vector<std::string> names;
  for (const auto* name : {"fiscalYear", "unit", "project", "fund", "measure", "kind", "request",
                           "state", "rule", "pool"}) {
    const bool is_year = std::string_view(name) == "fiscalYear";
    if (rows.findFieldByName(name) != nullptr ||
        (is_year && rows.findFieldByName("evaluatedYear") != nullptr))
      names.emplace_back(name);
  }
  auto parameters = filter_parameters(names);
  for (Parameter& parameter : parameters) {
    KJ_IF_MAYBE (field, rows.findFieldByName(parameter.name.c_str())) {
      if (!field->getType().isEnum()) continue;
      parameter.form = Parameter::Form::word;
      for (const auto word : field->getType().asEnum().getEnumerants())
        if (word.getOrdinal() != 0) parameter.words.push_back(word.getProto().getName().cStr());
    }
  }
  return parameters;
}

}  // namespace

void add_row_routes(Routes& routes) {
  for (const Projection* const view_of : all_projections()) {
    Route route{"GET", fmt::format("/v1/{}", view_of->name()),
                fmt::format("Rows of {}, in the order of their keys", view_of->name()),
                Needs::reader};
    route.parameters = filters_of(view_of->row_schema());
    route.parameters.push_back(as_of_parameter());
    route.parameters.push_back(limit_parameter());
    route.parameters.push_back(after_parameter());
    route.answers = {
        json_answer("A page", page_schema("rows", routes.schemas().of(view_of->row_schema())))};
    route.handler = [view_of](Call& call) { return read_rows(call, *view_of); };
    routes.add(std::move(route));
  }
}

}  // namespace counterfoil::http
