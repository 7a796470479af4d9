#pragma once

#include <schema/ledger.capnp.h>

#include <string>
#include <vector>

namespace counterfoil::http {

/// Canonical bytes of the records from a sequence on that the feed gives, before `end`: at most
/// `limit` of them, and as many as a page holds.
kj::Promise<std::vector<std::string>> read_event_page(schema::Feed::Client feed, std::uint64_t from,
                                                      std::uint64_t end, std::size_t limit);

}  // namespace counterfoil::http
