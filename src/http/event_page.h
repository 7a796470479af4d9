#pragma once

#include <schema/ledger.capnp.h>

#include <string>
#include <vector>

namespace counterfoil::http {

/// Events that one answer holds, and the sequence that the next one goes on from.
struct EventPage {
  std::vector<std::string> records;  // canonical bytes
  std::uint64_t next = 0;
};

/// What a subscription gives of the records before `end`: at most `limit` of them, and as many as a
/// page holds. Its sink is set here.
kj::Promise<EventPage> read_event_page(
    capnp::Request<schema::Feed::SubscribeParams, schema::Feed::SubscribeResults> request,
    std::uint64_t end, std::size_t limit);

}  // namespace counterfoil::http
