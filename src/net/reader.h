#pragma once

#include <schema/ledger.capnp.h>

#include <functional>
#include <vector>

#include "net/read_note.h"
#include "net/workers.h"
#include "service/ledger.h"
#include "service/reach.h"

namespace counterfoil {

/// Reads views and journal, within the reach. Ledger and background outlive it.
schema::Reader::Client make_reader(Ledger& ledger, Background& background, Reach reach,
                                   ReadNote note);

}  // namespace counterfoil
