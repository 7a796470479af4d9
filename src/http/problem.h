#pragma once

#include <schema/ledger.capnp.h>

#include <boost/json/object.hpp>
#include <optional>

#include "core/result.h"
#include "http/message.h"

namespace counterfoil::http {

/// Why a request was not answered with what it asked for (RFC 9457): an HTTP status, and our own
/// failure with its sentence.
struct Problem {
  unsigned status = 500;
  Error error;
  std::vector<Header> headers = {};  // Allow, Retry-After, WWW-Authenticate
};

template <typename T>
using Outcome = tl::expected<T, Problem>;

/// A problem with a sentence of its own.
tl::unexpected<Problem> refuse(unsigned status, ErrorCode code, std::string sentence,
                               std::vector<Header> headers = {});

/// The status that our code means. `limit` is about what was sent: 413.
Problem problem_of(Error error);
Problem problem_of(schema::Failure::Reader failure);

/// {"type": …, "title": …, "status": 422, "detail": our sentence, "code": "refused"}, with "rule",
/// "place" ("facts[0].budgetAdjusted") and "numbers" where the failure has them.
boost::json::object document_of(const Problem& problem);
Response response_of(const Problem& problem);

}  // namespace counterfoil::http
