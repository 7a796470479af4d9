#pragma once

#include <capnp/schema.h>

#include <boost/json/object.hpp>
#include <map>
#include <string>

#include "codec/shape.h"

namespace counterfoil::http {

/// JSON Schemas (2020-12) of our structs, as codec/json.h writes and reads them; each stands once,
/// by its name, among the components of /openapi.json.
class JsonSchemas {
 public:
  /// What an answer shows, or what a request may give, where integers may be numbers and what only
  /// the ledger sets is missing.
  enum class Side { answer, request };

  /// A reference to the struct's schema, which is added with all that it refers to.
  boost::json::value of(capnp::StructSchema schema, Side side = Side::answer);
  template <typename Struct>
  boost::json::value of(Side side = Side::answer) {
    return of(capnp::Schema::from<Struct>(), side);
  }
  /// One that is written by hand, under a name.
  boost::json::value add(const std::string& name, boost::json::value schema);

  const std::map<std::string, boost::json::value>& components() const { return components_; }

 private:
  boost::json::value reference(const StructShape& shape, Side side);
  boost::json::value describe(const StructShape& shape, Side side);
  boost::json::value describe(const ValueShape& shape, Side side);

  std::map<std::string, boost::json::value> components_;
};

/// {"type": "object", "properties": …} without further ones; those named are required.
boost::json::object object_schema(boost::json::object properties,
                                  const std::vector<std::string>& required);
boost::json::value array_schema(boost::json::value items);
/// A whole number as text, as 64-bit integers are written.
boost::json::value number_text_schema();

}  // namespace counterfoil::http
