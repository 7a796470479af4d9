@0xd3f8a1b2c4e56a04;
# Rows of the read models, as views store them, RPC carries them and the command line prints them.

$import "/capnp/c++.capnp".namespace("counterfoil::schema");
using import "annotations.capnp".amount;
using import "annotations.capnp".date;
using import "annotations.capnp".instant;
using import "annotations.capnp".basisPoints;
using import "annotations.capnp".hex;
using import "annotations.capnp".optional;
using Event = import "event.capnp";

struct EventRow {
  # One event as a list shows it; its whole content is the JSON of its record.
  sequence @0 :UInt64;
  fact @1 :Text;
  effectiveOn @2 :Int32 $date;
  decidedAt @3 :Int64 $instant;
  recordedAt @4 :Int64 $instant;
  actor @5 :Text;
  role @6 :Event.Role;
  organisation @7 :Text;
  document @8 :Text;
  reason @9 :Text;
  subjects @10 :Text;                 # joined by spaces
  detail @11 :Text;                   # the fact as JSON, with money in major units
}

struct BudgetRow {
  # One budget line now. current = original + every kind of adjustment.
  project @0 :Text;
  unit @1 :Text;
  fiscalYear @2 :Int32;
  fund @3 :Text;
  measure @4 :Text;
  item @5 :Text;
  original @6 :Int64 $amount;
  supplement @7 :Int64 $amount;
  reduction @8 :Int64 $amount;
  virement @9 :Int64 $amount;
  clawback @10 :Int64 $amount;
  poolAllocation @11 :Int64 $amount;
  cancellation @12 :Int64 $amount;
  carryOver @13 :Int64 $amount;
  reserveDraw @14 :Int64 $amount;
  restatement @15 :Int64 $amount;
  current @16 :Int64 $amount;
  committed @17 :Int64 $amount;       # outstanding commitments
  spent @18 :Int64 $amount;
  available @19 :Int64 $amount;       # current − committed − spent
  executionRate @20 :Int64 $basisPoints;  # spent ÷ current; 0 where current is not positive
  lastSequence @21 :UInt64;           # newest event that changed the row
}

struct AdjustmentRow {
  # One leg of one adjustment.
  sequence @0 :UInt64;
  leg @1 :UInt32;
  kind @2 :Event.BudgetAdjusted.Kind;
  cause @3 :Event.BudgetAdjusted.Cause;
  request @4 :Text;
  project @5 :Text;
  unit @6 :Text;
  fiscalYear @7 :Int32;
  fund @8 :Text;
  measure @9 :Text;
  item @10 :Text;
  amount @11 :Int64 $amount;
  balanceAfter @12 :Int64 $amount;
  vintage @13 :Int32 $optional;
  document @14 :Text;
  actor @15 :Text;
  role @16 :Event.Role;
  organisation @17 :Text;
  recordedAt @18 :Int64 $instant;
  decidedAt @19 :Int64 $instant;
  effectiveOn @20 :Int32 $date;
  reason @21 :Text;
  breaches @22 :Text;                 # rules found broken and not enforced, joined by spaces
  reversedBy @23 :UInt64 $optional;   # sequence of the reversal; 0 where it stands
}

struct DifferenceRow {
  # A budget line on which the ledger and published figures differ.
  project @0 :Text;
  fiscalYear @1 :Int32;
  fund @2 :Text;
  measure @3 :Text;
  item @4 :Text;
  expected @5 :Int64 $amount;         # as published
  actual @6 :Int64 $amount;           # in the ledger
  difference @7 :Int64 $amount;       # actual − expected
}

struct RebuiltRow {
  # A view that was built again from the journal, and whether it came out as it was.
  name @0 :Text;
  version @1 :UInt32;
  position @2 :UInt64;                # records folded
  rows @3 :UInt64;
  before @4 :Data $hex;               # digest of the view that served until then
  after @5 :Data $hex;
  same @6 :Bool;
}
