@0xd3f8a1b2c4e56a01;
# The facts that Counterfoil stores for ever. FORMAT.md says how they are encoded, hashed and
# indexed, and how this file may change: fields are only appended, zero and empty mean absent, a
# type never changes, a number is never used again.

$import "/capnp/c++.capnp".namespace("counterfoil::schema");
using import "annotations.capnp".money;
using import "annotations.capnp".amount;
using import "annotations.capnp".date;
using import "annotations.capnp".instant;
using import "annotations.capnp".hex;
using import "annotations.capnp".byLedger;
using import "annotations.capnp".subjectId;
using import "annotations.capnp".id;
using import "annotations.capnp".optional;

struct Record {
  # One immutable event. Identity: (epoch, sequence).

  format @0 :UInt16;            # meaning of the record, its subjects and its effects; 1
  factIndex @1 :UInt16;         # this fact's place in its command, from 0
  factCount @2 :UInt16;         # facts in the command
  role @3 :Role;                # in which the actor acted
  epoch @4 :UInt32;
  effectiveOn @5 :Int32 $date;  # from which day it counts
  sequence @6 :UInt64;          # place in the journal, from 0, without gaps
  recordedAt @7 :Int64 $instant;  # this ledger's clock; never decreases
  decidedAt @8 :Int64 $instant;   # when the source decided it
  commandId @9 :Text;           # chosen by the client; with the actor it makes a command unique
  commandDigest @10 :Data $hex; # suite's hash over the command's canonical bytes
  actor @11 :Text $id;          # opaque id of the principal
  organisation @12 :Text;       # that the actor acted for
  ruleSetVersion @13 :Text;     # "NAME@VERSION" in force when it was decided
  documents @14 :List(Document);
  reason @15 :Text;
  evidence @16 :List(UInt64);   # sequences of the events that it rests on
  causationId @17 :Text;
  correlationId @18 :Text;
  sealed @19 :List(Sealed);     # personal text under a key that can be destroyed
  subjects @20 :List(SubjectEntry);  # sorted by id, each once
  fact @21 :Fact;
  breaches @22 :List(Breach);   # rules found broken and not enforced when it was decided
}

struct SubjectEntry {
  ordinal @0 :UInt64;   # place in the subject's history, from 0, without gaps
  previous @1 :UInt64;  # from ordinal 1 on: sequence of the subject's record before this one
  id @2 :Text;
}

struct Document {
  number @0 :Text;      # as the source numbers it
  mediaType @1 :Text;
  size @2 :UInt64;      # bytes
  hash @3 :Data $hex;   # suite's hash over the document's bytes
}

struct Sealed {
  keyId @0 :Data $hex;
  nonce @1 :Data $hex;
  ciphertext @2 :Data;
}

struct Breach {
  rule @0 :Text;        # "R19"
  mode @1 :Mode;
  finding @2 :Text;     # a sentence with the numbers on both sides
  authority @3 :Text;   # of an override
  document @4 :Text;    # number of the override's document

  enum Mode { observe @0; override @1; }
}

enum Role {
  unspecified @0;
  unit @1;
  department @2;
  finance @3;
  performance @4;
  treasury @5;
  government @6;
  congress @7;
  audit @8;
  admin @9;
}

struct Decimal {
  # coefficient ÷ 10^scale, exact; a target such as "12.50" keeps its scale.
  coefficient @0 :Int64;
  scale @1 :UInt8;
}

struct Fact {
  # What happened. New facts are appended; a build that does not know a fact stops folding there.
  union {
    unspecified @0 :Void;
    ledgerOpened @1 :LedgerOpened;
    ruleSetPublished @2 :RuleSetPublished;
    unitRegistered @3 :UnitRegistered;
    projectProposed @4 :ProjectProposed;
    lineOpened @5 :LineOpened;
    targetSubmitted @6 :TargetSubmitted;
    targetApproved @7 :TargetApproved;
    budgetAppropriated @8 :BudgetAppropriated;
    budgetAdjusted @9 :BudgetAdjusted;
    commitmentRecorded @10 :CommitmentRecorded;
    paymentRecorded @11 :PaymentRecorded;
    monitoringChecked @12 :MonitoringChecked;
    gradeAssigned @13 :GradeAssigned;
    eventReversed @14 :EventReversed;
  }
}

# --- ledger -----------------------------------------------------------------------------------

struct LedgerOpened {
  # Record 0. What it fixes never changes within an epoch.
  currencyExponent @0 :UInt8;     # minor units are 10^-exponent of the currency
  fiscalYearMonth @1 :UInt8;      # first month of the fiscal year, 1 to 12
  fiscalYearDay @2 :UInt8;
  confidentiality @3 :Confidentiality;
  suite @4 :Text;                 # "sha256-ed25519"
  origin @5 :Text;                # name of the log, as in C2SP tlog-checkpoint
  verifierKey @6 :Text;           # C2SP signed-note verifier key of the log
  recoveryKey @7 :Text;           # verifier key whose private half is kept offline
  currency @8 :Text;              # ISO 4217 code
  timeZone @9 :Text;              # IANA name; it gives "the day of" a moment
  predecessorCheckpoint @10 :Text;  # where epoch > 0: the last one known of the epoch before
  epoch @11 :UInt32;

  enum Confidentiality { unspecified @0; public @1; confidential @2; }
}

struct RuleSetPublished {
  inForceFrom @0 :Int32 $date;
  name @1 :Text $id;
  version @2 :Text $id;
  document @3 :Text;              # the rule set itself, JSON
}

# --- registry ---------------------------------------------------------------------------------

struct UnitRegistered {
  unit @0 :Text $id;
  name @1 :Text;
  department @2 :Text $id $optional;  # that supervises it; empty where it is one itself
  division @3 :Text;              # administrative division code
}

struct ProjectProposed {
  project @0 :Text $id;
  unit @1 :Text $id;
  name @2 :Text;
  category @3 :Text;              # the jurisdiction's own (R staff, Y running, T specific purpose)
  predecessors @4 :List(Predecessor);

  struct Predecessor {
    shareBasisPoints @0 :UInt32;  # of the predecessor's base that this project takes over
    project @1 :Text $id;
  }
}

struct LineOpened {
  line @0 :Text $subjectId;       # line/FY/project/fund/measure/item
  functionalClass @1 :Text;
  economicClass @2 :Text;
  unit @3 :Text $id $byLedger;    # of the project, when the line was opened
}

# --- targets ----------------------------------------------------------------------------------

struct TargetSubmitted {
  fiscalYear @0 :Int32;
  about @1 :Text $subjectId;      # project/…, unit/…, list/… or fund/…
  indicators @2 :List(Indicator);
  unit @3 :Text $id;              # that submits it
}

struct Indicator {
  dimension @0 :Dimension;
  direction @1 :Direction;
  weight @2 :UInt32;              # thousandths of a point
  target @3 :Decimal;             # for a quantitative indicator
  name @4 :Text;
  measureUnit @5 :Text;           # what it is counted in
  statement @6 :Text;             # for a qualitative indicator: what shall be reached

  enum Dimension {
    unspecified @0;
    quantity @1; quality @2; timeliness @3;           # output
    cost @4;
    economic @5; social @6; ecological @7; lasting @8;  # outcome
    satisfaction @9;
  }
  enum Direction { atLeast @0; atMost @1; equal @2; qualitative @3; }
}

struct TargetApproved {
  target @0 :UInt64;              # sequence of the TargetSubmitted
  fiscalYear @1 :Int32 $byLedger;
  about @2 :Text $subjectId $byLedger;
}

# --- budget -----------------------------------------------------------------------------------

struct BudgetAppropriated {
  amount @0 :Int64 $amount;
  base @1 :Int64 $amount;             # last year's amount that ceilings are computed from
  ceiling @2 :Int64 $amount;          # that applied; meaningful where capped is set
  cutForGrade @3 :Int64 $amount;
  cutAcrossTheBoard @4 :Int64 $amount;
  balanceAfter @5 :Int64 $amount $byLedger;  # the line's current budget after this event
  capped @6 :Bool;
  line @7 :Text $subjectId;
  pool @8 :Text $id $optional;        # that the saving goes to
}

struct BudgetAdjusted {
  # A change of budgets: all its legs or none.
  kind @0 :Kind;
  cause @1 :Cause;
  request @2 :Text $id $optional;     # the source's number of the request
  legs @3 :List(Leg);
  pool @4 :Text $id $optional;        # of a clawback or a pool allocation
  proposal @5 :UInt64;                # sequence of the AdjustmentProposed, where there is one

  enum Kind {
    unspecified @0;
    supplement @1;
    reduction @2;
    virement @3;
    clawback @4;
    poolAllocation @5;
    cancellation @6;
    carryOver @7;
    reserveDraw @8;
    restatement @9;
  }
  enum Cause {
    other @0;
    grade @1;
    acrossTheBoard @2;
    fiveFactors @3;
    monitoring @4;
    austerity @5;
    policyExpired @6;
    statement @7;
  }
}

struct Leg {
  amount @0 :Int64 $amount;
  balanceAfter @1 :Int64 $amount $byLedger;  # the line's current budget after this leg
  vintage @2 :Int32;                  # fiscal year that the money was first appropriated in
  line @3 :Text $subjectId;
  sourceTag @4 :Text;                 # what pooled money came from, kept until it is spent
}

# --- execution --------------------------------------------------------------------------------

struct CommitmentRecorded {
  amount @0 :Int64 $amount;
  committedAfter @1 :Int64 $amount $byLedger;  # outstanding commitments of the line
  line @2 :Text $subjectId;
  reference @3 :Text;                 # contract or order
}

struct PaymentRecorded {
  amount @0 :Int64 $amount;           # negative for a refund
  commitment @1 :UInt64;              # sequence of the commitment that it settles; 0: none
  refundOf @2 :UInt64;                # sequence of the payment that a refund returns; 0: none
  spentAfter @3 :Int64 $amount $byLedger;
  committedAfter @4 :Int64 $amount $byLedger;
  line @5 :Text $subjectId;
  reference @6 :Text;                 # voucher
}

# --- monitoring and evaluation ----------------------------------------------------------------

struct MonitoringChecked {
  fiscalYear @0 :Int32;
  checkedOn @1 :Int32 $date;
  spent @2 :Int64 $money;
  executionRate @3 :Int64;            # basis points of the current budget
  light @4 :Light;
  about @5 :Text $subjectId;
  attainments @6 :List(Attainment);

  enum Light { unspecified @0; green @1; yellow @2; red @3; }
  struct Attainment {
    attained @0 :Int64;               # basis points
    actual @1 :Decimal;
    indicator @2 :Text;               # its name in the target in force
  }
}

struct GradeAssigned {
  evaluatedYear @0 :Int32;
  level @1 :Level;
  grade @2 :Grade;
  declaredScore @3 :Int64;            # thousandths of a point
  recomputedScore @4 :Int64;
  scored @5 :Bool;                    # the scores are meaningful
  about @6 :Text $subjectId;
  evaluator @7 :Text;                 # the organisation or the hired third party

  enum Level { unspecified @0; self @1; department @2; finance @3; audit @4; congress @5; }
  enum Grade { unspecified @0; excellent @1; good @2; medium @3; poor @4; }
}

# --- correction -------------------------------------------------------------------------------

struct EventReversed {
  # Undoes the effect of an event by the opposite effect; the event itself stays.
  event @0 :UInt64;                       # sequence
  effects @1 :List(Effect) $byLedger;     # the opposite effects on budget lines
  subjects @2 :List(Text) $byLedger;      # the event's subjects that the lines do not give
  reversedFact @3 :UInt16 $byLedger;      # the event's tag in Fact's union
  poolEffects @4 :List(PoolEffect) $byLedger;  # the opposite effects on pools
}

struct PoolEffect {
  incoming @0 :Int64 $money;
  outgoing @1 :Int64 $money;
  pool @2 :Text $id;
  sourceTag @3 :Text;
}

struct Effect {
  amount @0 :Int64 $amount;
  balanceAfter @1 :Int64 $amount $byLedger;  # the line's current budget after it
  component @2 :Component;
  line @3 :Text $subjectId;
}

enum Component {
  # What a change of a budget line counts as. `current` is the sum of all but the last two.
  original @0;
  supplement @1;
  reduction @2;
  virement @3;
  clawback @4;
  poolAllocation @5;
  cancellation @6;
  carryOver @7;
  reserveDraw @8;
  restatement @9;
  committed @10;
  spent @11;
}
