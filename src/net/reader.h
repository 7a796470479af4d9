#pragma once

#include <schema/ledger.capnp.h>

#include <functional>
#include <vector>

#include "net/workers.h"
#include "service/ledger.h"

namespace counterfoil {

/// Reads views and journal. Ledger and background outlive it.
schema::Reader::Client make_reader(Ledger& ledger, Background& background);

}  // namespace counterfoil
