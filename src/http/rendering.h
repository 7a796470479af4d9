#pragma once

#include <capnp/message.h>

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "codec/json.h"
#include "core/result.h"
#include "domain/as_of.h"
#include "http/route.h"

namespace counterfoil::http {

constexpr const char* json_type = "application/json";
constexpr const char* ndjson_type = "application/x-ndjson";

Response json_response(const boost::json::value& value, unsigned status = 200);

/// Runs `work()`, which gives a Result<boost::json::value>, where it does not hold up the loop, and
/// answers with what it gives. The work owns all that it uses.
template <typename Work>
kj::Promise<Response> render(Call& call, Work work) {
  return call.environment.rendering
      .run([work = std::move(work)]() mutable -> Result<Response> {
        CF_LET(const boost::json::value value, work());
        return json_response(value);
      })
      .then([](Result<Response> made) { return or_throw(std::move(made)); });
}

/// A copy of an answer that another thread may read: the answer itself belongs to the loop.
template <typename Results>
class Held {
 public:
  explicit Held(typename Results::Reader results)
      : message_(std::make_shared<capnp::MallocMessageBuilder>(
            static_cast<unsigned>(results.totalSize().wordCount + 8))) {
    message_->setRoot(results);
  }
  typename Results::Reader get() const { return message_->getRoot<Results>().asReader(); }

 private:
  std::shared_ptr<capnp::MallocMessageBuilder> message_;
};

template <typename List>
boost::json::array json_of(const List& list) {
  boost::json::array array;
  array.reserve(list.size());
  for (const auto one : list) array.push_back(to_json(one));
  return array;
}

/// Canonical bytes of records, as domain/event_json.h writes them.
Result<boost::json::array> json_of_records(const std::vector<std::string>& records);
std::vector<std::string> strings_of(capnp::List<capnp::Data>::Reader list);

/// The bounds that a parameter of that name gives; throws where they cannot be read.
AsOf as_of_in(const Call& call, std::string_view name = "asOf");

/// {NAME: rows, "next": …}; `next` is left out on the last page.
boost::json::value page(const char* name, boost::json::array rows, std::string_view next);
/// The schema of it.
boost::json::value page_schema(const char* name, boost::json::value row);

/// What a read of lines can be narrowed to, of the names given; and filled into a request.
std::vector<Parameter> filter_parameters(const std::vector<std::string>& names);
void fill(schema::Filter::Builder filter, const Arguments& arguments);

/// An answer of JSON.
AnswerForm json_answer(std::string description, boost::json::value schema, unsigned status = 200);

}  // namespace counterfoil::http
