#include "http/service.h"

#include <algorithm>
#include <charconv>

#include "core/limits.h"
#include "http/gzip.h"
#include "http/openapi.h"
#include "net/failure.h"
#include "net/log.h"

namespace counterfoil::http {
namespace {

/// Below this a compressed body saves nothing that anybody would notice.
constexpr std::size_t worth_compressing = 4u << 10;

Outcome<void> check_accept(const Request& head, const Route& route) {
  const std::string_view accept = head.header("Accept");
  std::string_view only;
  for (const AnswerForm& answer : route.answers) {
    if (answer.content_type.empty()) continue;
    if (accepts(accept, answer.content_type)) return {};
    only = answer.content_type;
  }
  if (only.empty()) return {};  // it is answered without a body
  return refuse(406, ErrorCode::invalid, fmt::format("this is answered as {} alone", only));
}

std::string_view type_of(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return type;
}

Outcome<void> check_body(const Request& head, const Route& route) {
  if (route.body_types.empty()) {
    if (!head.has_body) return {};
    return refuse(400, ErrorCode::invalid, "this takes no body");
  }
  if (const auto encoding = head.header("Content-Encoding");
      !encoding.empty() && !equals_ignoring_case(encoding, "identity"))
    return refuse(415, ErrorCode::invalid, "the body must not be compressed",
                  {{"Accept-Encoding", "identity"}});
  const std::string_view type = type_of(head.header("Content-Type"));
  const bool is_known =
      std::any_of(route.body_types.begin(), route.body_types.end(),
                  [&](const std::string& known) { return equals_ignoring_case(known, type); });
  if (!is_known)
    return refuse(
        415, ErrorCode::invalid,
        fmt::format("the body's Content-Type must be {}", fmt::join(route.body_types, " or ")));
  if (head.count("Content-Length") == 0 && head.count("Transfer-Encoding") == 0)
    return refuse(411, ErrorCode::invalid,
                  "the length of the body is missing: send Content-Length, or send it in chunks");
  return {};
}

Outcome<void> check_head(const Request& head) {
  if (head.version >= 11 && head.count("Host") != 1)
    return refuse(400, ErrorCode::invalid, "a request has exactly one Host header");
  for (const char* name : {"Authorization", "Content-Type", "Content-Encoding", "Idempotency-Key",
                           "Content-Length", "Expect", "Last-Event-ID"})
    if (head.count(name) > 1)
      return refuse(400, ErrorCode::invalid, fmt::format("there are two {} headers", name));
  if (const auto expect = head.header("Expect");
      !expect.empty() && !equals_ignoring_case(expect, "100-continue"))
    return refuse(417, ErrorCode::unsupported, "only 100-continue can be expected");
  if (const auto encoding = head.header("Transfer-Encoding");
      !encoding.empty() && !equals_ignoring_case(encoding, "chunked"))
    return refuse(400, ErrorCode::invalid, "the only Transfer-Encoding is chunked");
  return {};
}

/// 304 where the client has it already, and a compressed body where it pays.
kj::Promise<Response> finish(Call& call, Response response) {
  std::string_view tag;
  for (const Header& header : response.headers)
    if (header.name == "ETag") tag = header.value;
  const std::string_view known = call.request.header("If-None-Match");
  if (response.status == 200 && !tag.empty() &&
      (known == "*" || known.find(tag) != std::string_view::npos)) {
    response.status = 304;
    response.body.clear();
    return response;
  }
  const bool is_text = response.content_type != "application/octet-stream";
  if (response.stream || !is_text) return response;
  response.headers.push_back({"Vary", "Accept-Encoding"});
  if (response.body.size() < worth_compressing ||
      !accepts_gzip(call.request.header("Accept-Encoding")))
    return response;
  return call.environment.rendering.run([body = std::move(response.body)] { return gzip(body); })
      .then([response = std::move(response)](std::string body) mutable {
        response.body = std::move(body);
        response.headers.push_back({"Content-Encoding", "gzip"});
        return std::move(response);
      });
}

}  // namespace

Service::Service(Hall& hall)
    : hall_(hall),
      environment_{hall.access(),
                   make_log(hall.access().ledger, hall.access().background, hall.access().timer),
                   rendering_,
                   meters_,
                   readings_,
                   [this] { return openapi(routes_); }} {
  add_command_routes(routes_);
  add_row_routes(routes_);
  add_replay_routes(routes_);
  add_proposal_routes(routes_);
  add_event_routes(routes_);
  add_consumer_routes(routes_);
  add_ledger_routes(routes_);
  add_log_routes(routes_);
  add_operator_routes(routes_);
}

kj::Promise<Outcome<std::shared_ptr<OpenSession>>> Service::open(const Request& head,
                                                                 const Route& route,
                                                                 Sessions& sessions, Peer peer) {
  using Opened = Outcome<std::shared_ptr<OpenSession>>;
  const bool is_public =
      route.needs == Needs::nothing || (route.needs == Needs::metrics && peer.is_local) ||
      (route.needs == Needs::public_log && !environment_.access.ledger.facts().confidential);
  if (is_public) return Opened(nullptr);
  return sessions.of(head.header("Authorization")).then([&route](Opened opened) -> Opened {
    if (opened) CF_TRY(check_has(**opened, route.needs));
    return opened;
  });
}

kj::Promise<Service::Admission> Service::admit(Request head, Sessions& sessions, Peer peer) {
  const auto refused = [](Problem problem) -> kj::Promise<Admission> {
    return Admission(tl::make_unexpected(std::move(problem)));
  };
  if (const auto checked = check_head(head); !checked) return refused(checked.error());
  auto target = parse_target(head.target);
  if (!target) return refused(std::move(target).error());
  auto found = routes_.find(head.method, target->path);
  if (!found) return refused(std::move(found).error());
  const Route& route = *found->route;
  auto opening = open(head, route, sessions, peer);
  return opening.then([this, &route, head = std::move(head), target = std::move(*target),
                       in_path = std::move(found->in_path)](
                          Outcome<std::shared_ptr<OpenSession>> opened) mutable -> Admission {
    CF_TRY(opened);
    CF_TRY(check_accept(head, route));
    CF_LET(Arguments arguments, Arguments::of(route.parameters, std::move(in_path), target));
    CF_TRY(check_body(head, route));
    auto call = kj::heap<Call>(
        Call{route, environment_, std::move(head), std::move(arguments), std::move(*opened)});
    CF_LET(call->room, make_room(call->request));
    return call;
  });
}

/// Bodies that many clients send at once may not take all memory.
Outcome<std::shared_ptr<void>> Service::make_room(const Request& head) {
  if (!head.has_body) return std::shared_ptr<void>();
  const std::string_view announced = head.header("Content-Length");
  std::size_t bytes = limits::request_bytes;
  std::from_chars(announced.data(), announced.data() + announced.size(), bytes);
  if (meters_.body_bytes + bytes > limits::http_body_bytes)
    return tl::make_unexpected(
        problem_of({ErrorCode::busy, fmt::format("requests of {} bytes are being read already: "
                                                 "send it again in a moment",
                                                 meters_.body_bytes)}));
  meters_.body_bytes += bytes;
  return std::shared_ptr<void>(nullptr, [this, bytes](void*) { meters_.body_bytes -= bytes; });
}

kj::Promise<Response> Service::answer(Call& call) {
  return kj::evalNow([&] { return call.route.handler(call); })
      .then([&call](Response response) { return finish(call, std::move(response)); })
      .catch_([&call](kj::Exception&& exception) {
        Problem problem = problem_of(from_exception(exception));
        // Content that is too large is a body.
        if (problem.status == 413 && call.route.body_types.empty()) problem.status = 400;
        return response_of(problem);
      });
}

void Service::note(std::string_view method, const Route* route, unsigned status,
                   kj::Duration took) {
  // Any word may be a method, and each would be a series of its own.
  const std::string known = route != nullptr ? std::string(method) : "other";
  ++meters_.requests[{known, route != nullptr ? route->path : "", status}];
  meters_.seconds.observe(static_cast<double>(took / kj::MICROSECONDS) / 1e6);
}

}  // namespace counterfoil::http
