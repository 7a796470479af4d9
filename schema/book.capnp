@0xd3f8a1b2c4e56a03;
# The state that decisions are made on, one page a key, derived from the records alone. It may be
# thrown away: `counterfoil rebuild book` folds it again to the same bytes.

$import "/capnp/c++.capnp".namespace("counterfoil::schema");

struct Page {
  count @0 :UInt64;       # records in the subject's history
  last @1 :UInt64;        # sequence of the newest of them
  union {
    plain @2 :Void;       # a subject of which only the history's length is kept
    ledger @3 :LedgerPage;
    unit @4 :UnitPage;
    project @5 :ProjectPage;
    line @6 :LinePage;
    event @7 :EventPage;
    target @8 :TargetPage;
    ruleSet @9 :RuleSetPage;
  }
}

struct LedgerPage {
  opened @0 :Bool;
  fiscalYearMonth @1 :UInt8;
  fiscalYearDay @2 :UInt8;
  ruleSets @3 :List(InForce);   # ordered by inForceFrom, then by sequence

  struct InForce {
    inForceFrom @0 :Int32;
    sequence @1 :UInt64;
    version @2 :Text;           # "NAME@VERSION"
  }
}

struct UnitPage { registered @0 :Bool; }

struct ProjectPage {
  proposed @0 :Bool;
  unit @1 :Text;
}

struct LinePage {
  opened @0 :Bool;
  appropriated @1 :Bool;
  original @2 :Int64;
  current @3 :Int64;
  committed @4 :Int64;          # outstanding
  spent @5 :Int64;
}

struct EventPage {
  # Kept for an event that later events may settle, approve or reverse.
  reversed @0 :Bool;
  reversedBy @1 :UInt64;
  settled @2 :Int64;            # of a commitment: paid; of a payment: refunded
  approvals @3 :UInt32;         # of a target: approvals in force
}

struct TargetPage {
  # Per (subject, fiscal year).
  approved @0 :Bool;
  sequence @1 :UInt64;          # of the approved version
}

struct RuleSetPage { published @0 :Bool; }
