#pragma once

#include <schema/event.capnp.h>

#include <boost/json/value.hpp>

#include "http/json_schema.h"
#include "proof/suite.h"

namespace counterfoil::http {

constexpr const char* cloud_event_type = "application/cloudevents+json";

/// Records as CloudEvents 1.0 in the structured JSON mode. An event's `source` is the ledger's
/// origin and its `id` the record's epoch and sequence, "1234" or "e2:1234": both together are
/// unique for ever. The extension `position` is where a reader of this ledger goes on behind it,
/// `leafhash` the record's leaf in the signed tree.
class CloudEvents {
 public:
  static Result<CloudEvents> of(std::string origin, std::string_view suite, std::uint32_t epoch);
  /// `corrupt` where the bytes are no record.
  Result<boost::json::value> event(std::string_view record_bytes);

  static boost::json::value schema(JsonSchemas& schemas);

 private:
  CloudEvents(std::string origin, Hasher hasher, std::uint32_t epoch)
      : origin_(std::move(origin)), hasher_(std::move(hasher)), epoch_(epoch) {}

  std::string origin_;
  Hasher hasher_;
  std::uint32_t epoch_;
};

}  // namespace counterfoil::http
