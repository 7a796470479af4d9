#pragma once

#include <schema/event.capnp.h>

#include <boost/json/value.hpp>

#include "http/json_schema.h"
#include "proof/suite.h"

namespace counterfoil::http {

constexpr const char* cloud_event_type = "application/cloudevents+json";

/// Records as CloudEvents 1.0 in the structured JSON mode. An event's `source` is the ledger's
/// origin and its `id` the record's epoch and sequence, "1234" or "e2:1234": both together are
/// unique for ever. The extension `position` is its place in this ledger, of this epoch; `leafhash`
/// is the record's leaf in the signed tree. `data` says what the event does, too
/// (domain/event_json.h).
class CloudEvents {
 public:
  static Result<CloudEvents> of(std::string origin, std::string_view suite, std::uint32_t epoch);
  /// `corrupt` where the bytes are no record.
  Result<boost::json::value> event(std::string_view record_bytes);

  static boost::json::value schema(JsonSchemas& schemas);
  /// Of the data: a record and its effects.
  static boost::json::value data_schema(JsonSchemas& schemas);

 private:
  CloudEvents(std::string origin, Hasher hasher, std::uint32_t epoch)
      : origin_(std::move(origin)), hasher_(std::move(hasher)), epoch_(epoch) {}

  std::string origin_;
  Hasher hasher_;
  std::uint32_t epoch_;
};

}  // namespace counterfoil::http
