#include "http/problem.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "codec/text.h"
#include "net/failure.h"

namespace counterfoil::http {
namespace {

constexpr const char* retry_after_s = "1";

/// What our code is called in a URI, and as a title.
struct Kind {
  std::string_view name;
  std::string_view title;
};

Kind kind_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return {"invalid", "The request is malformed"};
    case ErrorCode::refused:
      return {"refused", "A rule or an identity forbids it"};
    case ErrorCode::conflict:
      return {"conflict", "The state moved on, or the id was used for something else"};
    case ErrorCode::not_found:
      return {"not-found", "There is no such thing"};
    case ErrorCode::corrupt:
      return {"corrupt", "Stored bytes are not what was written"};
    case ErrorCode::limit:
      return {"limit", "It is larger than the ledger allows"};
    case ErrorCode::busy:
      return {"busy", "The ledger is busy: try again later"};
    case ErrorCode::unsupported:
      return {"unsupported", "This is not supported"};
    case ErrorCode::denied:
      return {"denied", "The credential or the role does not allow it"};
    case ErrorCode::io:
      break;
  }
  return {"could-not", "The machine could not do it"};
}

unsigned status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return 400;
    case ErrorCode::refused:
      return 422;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::limit:
      return 413;
    case ErrorCode::busy:
      return 503;
    case ErrorCode::unsupported:
      return 501;
    case ErrorCode::denied:
      return 403;
    case ErrorCode::corrupt:
    case ErrorCode::io:
      break;
  }
  return 500;
}

/// The path that a sentence about a part of a command starts with, "facts[0].budgetAdjusted".
std::string_view place_in(std::string_view sentence) {
  const std::size_t end = sentence.find(": ");
  if (end == std::string_view::npos) return {};
  const std::string_view start = sentence.substr(0, end);
  const bool is_path = std::all_of(start.begin(), start.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '[' || c == ']';
  });
  const bool is_rule = start.size() > 1 && start[0] == 'R' && start[1] >= '0' && start[1] <= '9';
  return is_path && !is_rule ? start : std::string_view();
}

}  // namespace

tl::unexpected<Problem> refuse(unsigned status, ErrorCode code, std::string sentence,
                               std::vector<Header> headers) {
  return tl::unexpected<Problem>(
      Problem{status, Error{code, std::move(sentence)}, std::move(headers)});
}

Problem problem_of(Error error) {
  Problem problem{status_of(error.code), std::move(error)};
  if (problem.status == 503) problem.headers.push_back({"Retry-After", retry_after_s});
  return problem;
}

Problem problem_of(schema::Failure::Reader failure) {
  Error error = error_named(view(failure.getCode()), std::string(view(failure.getMessage())));
  if (failure.getRule().size() != 0) {
    auto finding = std::make_shared<ErrorFinding>();
    finding->rule = view(failure.getRule());
    finding->line = view(failure.getLine());
    finding->amount = failure.getAmount();
    finding->allowed = failure.getAllowed();
    error.finding = std::move(finding);
  }
  return problem_of(std::move(error));
}

boost::json::object document_of(const Problem& problem) {
  const Kind kind = kind_of(problem.error.code);
  const auto text = [](std::string_view value) {
    return boost::json::string_view(value.data(), value.size());
  };
  boost::json::object object;
  object["type"] = "urn:counterfoil:problem:" + std::string(kind.name);
  object["title"] = text(kind.title);
  object["status"] = problem.status;
  object["detail"] = problem.error.message;
  object["code"] = text(kind.name);
  if (const auto place = place_in(problem.error.message); !place.empty())
    object["place"] = text(place);
  if (const auto& finding = problem.error.finding) {
    object["rule"] = finding->rule;
    if (!finding->line.empty())
      object["numbers"] = {{"line", finding->line},
                           {"amount", std::to_string(finding->amount)},
                           {"allowed", std::to_string(finding->allowed)}};
  }
  return object;
}

Response response_of(const Problem& problem) {
  Response response{problem.status, "application/problem+json",
                    boost::json::serialize(document_of(problem))};
  response.headers = problem.headers;
  return response;
}

}  // namespace counterfoil::http
