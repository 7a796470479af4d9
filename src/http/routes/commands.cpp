#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "codec/json.h"
#include "codec/text.h"
#include "core/limits.h"
#include "core/text.h"
#include "http/rendering.h"
#include "net/failure.h"
#include "net/recorder.h"

namespace counterfoil::http {
namespace {

namespace json = boost::json;

/// What a body holds: commands, and why some of its lines are none.
struct Given {
  struct One {
    std::string id;  // as far as it could be read
    std::optional<Error> error;
  };
  std::vector<One> all;  // in order
  std::shared_ptr<capnp::MallocMessageBuilder> message =
      std::make_shared<capnp::MallocMessageBuilder>();
  std::vector<schema::Command::Builder> commands;  // those without an error, in order
};

Result<void> read_command(const std::string& text, const std::string& key, Given::One& one,
                          schema::Command::Builder command) {
  if (!is_text(text))
    return fail(ErrorCode::invalid, "it is not UTF-8, or holds a NUL byte: send it as UTF-8");
  CF_LET(json::value value, parse_json(text));
  if (json::object* const object = value.if_object()) {
    const json::value* const own = object->if_contains("commandId");
    if (own != nullptr && own->is_string())
      one.id = std::string_view(own->get_string().data(), own->get_string().size());
    if (!key.empty() && !one.id.empty() && one.id != key)
      return fail(
          ErrorCode::invalid,
          "commandId: it is \"{}\", and the Idempotency-Key is \"{}\": give one of them, or "
          "both alike",
          one.id.substr(0, limits::command_id_bytes), key);
    if (own == nullptr && !key.empty()) {
      one.id = key;
      (*object)["commandId"] = key;
    }
  }
  CF_TRY(command_from_json(value, command));
  if (one.id.empty())
    return fail(ErrorCode::invalid,
                "commandId: it is missing: give one, or an Idempotency-Key header, so that the "
                "command can be sent again");
  return {};
}

Result<Given> read_body(const std::string& body, const std::string& key, bool is_batch) {
  std::vector<std::string> texts;
  if (!is_batch) {
    texts.push_back(body);
  } else {
    for (std::size_t begin = 0; begin < body.size();) {
      const std::size_t end = std::min(body.find('\n', begin), body.size());
      std::string line = body.substr(begin, end - begin);
      begin = end + 1;
      if (line.find_first_not_of(" \t\r") != std::string::npos) texts.push_back(std::move(line));
      if (texts.size() > limits::commands_in_request)
        return fail(ErrorCode::limit,
                    "there are more than {} commands, the limit: send them in parts",
                    limits::commands_in_request);
    }
    if (texts.empty()) return fail(ErrorCode::invalid, "the body holds no command");
  }
  Given given;
  auto list = given.message->initRoot<capnp::AnyPointer>().initAs<capnp::List<schema::Command>>(
      static_cast<unsigned>(texts.size()));
  for (unsigned i = 0; i < texts.size(); ++i) {
    Given::One one;
    const auto read = read_command(texts[i], key, one, list[i]);
    if (read)
      given.commands.push_back(list[i]);
    else
      one.error = read.error();
    given.all.push_back(std::move(one));
  }
  return given;
}

json::object accepted_json(const Given::One& one, schema::Answer::Accepted::Reader accepted) {
  json::object out = {{"commandId", one.id},
                      {"first", std::to_string(accepted.getFirst())},
                      {"count", accepted.getCount()},
                      {"again", accepted.getAgain()}};
  out["breaches"] = json_of(accepted.getBreaches());
  return out;
}

/// A command alone: its answer is the response's.
Response answer_alone(const Given::One& one, const schema::Answer::Reader* answer) {
  if (one.error) return response_of(problem_of(*one.error));
  if (answer->isFailed()) return response_of(problem_of(answer->getFailed()));
  const auto accepted = answer->getAccepted();
  Response response = json_response(accepted_json(one, accepted), accepted.getAgain() ? 200 : 201);
  response.headers.push_back({"Location", fmt::format("/v1/events/{}", accepted.getFirst())});
  return response;
}

/// A line a command.
json::value answer_line(const Given::One& one, const schema::Answer::Reader* answer) {
  json::object line;
  const bool is_failed = one.error || answer->isFailed();
  if (!is_failed) {
    line = accepted_json(one, answer->getAccepted());
    line["status"] = answer->getAccepted().getAgain() ? 200 : 201;
    return line;
  }
  const Problem problem = one.error ? problem_of(*one.error) : problem_of(answer->getFailed());
  if (!one.id.empty()) line["commandId"] = one.id;
  line["status"] = problem.status;
  line["problem"] = document_of(problem);
  return line;
}

Response answer_all(const Given& given, const schema::Recorder::RecordResults::Reader* results,
                    bool is_batch) {
  std::string lines;
  unsigned next = 0;
  for (const Given::One& one : given.all) {
    std::optional<schema::Answer::Reader> answer;
    if (!one.error) answer = results->getAnswers()[next++];
    const schema::Answer::Reader* const own = answer ? &*answer : nullptr;
    if (!is_batch) return answer_alone(one, own);
    lines += json::serialize(answer_line(one, own)) + "\n";
  }
  return {200, ndjson_type, std::move(lines)};
}

/// The header's value; RFC 8941 would have it in quotes.
std::string key_of(const Request& request) {
  std::string_view key = request.header("Idempotency-Key");
  if (key.size() >= 2 && key.front() == '"' && key.back() == '"')
    key = key.substr(1, key.size() - 2);
  if (!key.empty()) {
    auto checked = check_command_id(key);
    if (!checked) or_throw<void>(fail_at("Idempotency-Key", checked.error()));
  } else if (request.count("Idempotency-Key") != 0) {
    or_throw<void>(fail(ErrorCode::invalid, "Idempotency-Key: it is empty"));
  }
  return std::string(key);
}

kj::Promise<Response> post_commands(Call& call) {
  const bool is_batch =
      !equals_ignoring_case(call.request.header("Content-Type").substr(0, 16), json_type);
  const std::string key = key_of(call.request);
  if (is_batch && !key.empty())
    or_throw<void>(
        fail(ErrorCode::invalid, "Idempotency-Key: each command of a batch has its own commandId"));
  auto work = [body = std::move(call.request.body), key, is_batch] {
    return read_body(body, key, is_batch);
  };
  return call.environment.rendering.run(std::move(work))
      .then([&call, is_batch](Result<Given> read) -> kj::Promise<Response> {
        auto given = std::make_shared<Given>(or_throw(std::move(read)));
        if (given->commands.empty()) return answer_all(*given, nullptr, is_batch);
        auto request = call.recorder().recordRequest();
        auto list = request.initCommands(static_cast<unsigned>(given->commands.size()));
        for (unsigned i = 0; i < list.size(); ++i)
          list.setWithCaveats(i, given->commands[i].asReader());
        return request.send().then([given, is_batch](auto found) {
          const schema::Recorder::RecordResults::Reader results = found;
          return answer_all(*given, &results, is_batch);
        });
      });
}

kj::Promise<Response> get_command(Call& call) {
  const std::string id = call.arguments.text("commandId");
  or_throw(check_command_id(id));
  auto request = call.recorder().acceptedRequest();
  request.initCommandIds(1).set(0, text_of(id));
  return request.send().then([id](auto found) {
    const std::uint64_t first = found.getFirst()[0];
    if (first == never_recorded)
      or_throw<void>(
          fail(ErrorCode::not_found, "no command \"{}\" of this principal was recorded", id));
    return json_response(json::object{{"commandId", id}, {"first", std::to_string(first)}});
  });
}

json::value answer_schema(JsonSchemas& schemas) {
  json::object properties = {{"commandId", {{"type", "string"}}},
                             {"first", number_text_schema()},
                             {"count", {{"type", "integer"}, {"minimum", 1}}},
                             {"again", {{"type", "boolean"}}}};
  properties["breaches"] = array_schema(schemas.of<schema::Breach>());
  return schemas.add(
      "Accepted", object_schema(properties, {"commandId", "first", "count", "again", "breaches"}));
}

json::value line_schema(JsonSchemas& schemas) {
  json::object properties = {
      {"commandId", {{"type", "string"}}}, {"status", {{"type", "integer"}}},
      {"first", number_text_schema()},     {"count", {{"type", "integer"}, {"minimum", 1}}},
      {"again", {{"type", "boolean"}}},    {"problem", {{"$ref", "#/components/schemas/Problem"}}}};
  properties["breaches"] = array_schema(schemas.of<schema::Breach>());
  return schemas.add("Answered", object_schema(properties, {"status"}));
}

}  // namespace

void add_command_routes(Routes& routes) {
  JsonSchemas& schemas = routes.schemas();
  const json::value accepted = answer_schema(schemas);

  Route post{"POST", "/v1/commands",
             "Record a command, all its facts or none; or a batch, each command for itself",
             Needs::recorder};
  post.body_types = {json_type, ndjson_type};
  post.body_schema = schemas.of<schema::Command>(JsonSchemas::Side::request);
  post.headers = {text_parameter(
      "Idempotency-Key",
      "The command's id, where it has none of its own: sent again, it gets the same answer")};
  post.answers = {
      json_answer("It is durable; Location is its first event", accepted, 201),
      json_answer("It was recorded before, and nothing new was", accepted),
      {200, ndjson_type, "Of a batch: a line a command, in order, each with a status of its own",
       line_schema(schemas)}};
  post.handler = post_commands;
  routes.add(std::move(post));

  Route get{"GET", "/v1/commands/{commandId}",
            "Where a command of this principal was recorded, if it was", Needs::recorder};
  get.parameters = {in_path(text_parameter("commandId", "As it was sent"))};
  get.answers = {json_answer("It is recorded", object_schema({{"commandId", {{"type", "string"}}},
                                                              {"first", number_text_schema()}},
                                                             {"commandId", "first"}))};
  get.handler = get_command;
  routes.add(std::move(get));
}

}  // namespace counterfoil::http
