#pragma once

#include <capnp/any.h>
#include <capnp/schema.h>
#include <schema/event.capnp.h>

#include <cstring>
#include <string>
#include <vector>

#include "codec/text.h"

namespace counterfoil {

/// Makes it a fact that is about exactly these subjects, which may be any: what an approval is
/// about stands in it.
inline void approve_event_about(const std::vector<std::string>& subjects,
                                schema::Fact::Builder fact) {
  auto list = fact.initApprovalRecorded().initSubjects(static_cast<unsigned>(subjects.size()));
  for (unsigned i = 0; i < list.size(); ++i) list.set(i, text_of(subjects[i]));
}

/// Makes it a fact that only a newer build knows.
inline void make_unknown(schema::Fact::Builder fact) {
  const std::uint16_t tag = 60'000;
  const auto offset =
      capnp::Schema::from<schema::Fact>().getProto().getStruct().getDiscriminantOffset();
  std::memcpy(capnp::toAny(fact).getDataSection().begin() + offset * sizeof tag, &tag, sizeof tag);
}

}  // namespace counterfoil
