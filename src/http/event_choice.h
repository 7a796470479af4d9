#pragma once

#include "http/route.h"
#include "service/consumers.h"

namespace counterfoil::http {

/// Which events a request wants: the parameters that say so, and what they fill in.
std::vector<Parameter> event_choice_parameters();

/// A position as clients write it, "1234" or "e2:1234".
Position position_in(std::string_view text);

capnp::Request<schema::Feed::SubscribeParams, schema::Feed::SubscribeResults> subscription_of(
    Call& call, const Position& from);

}  // namespace counterfoil::http
