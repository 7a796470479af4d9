@0xd3f8a1b2c4e56a04;
# Rows of the read models, as views store them, RPC carries them and the command line prints them.

$import "/capnp/c++.capnp".namespace("counterfoil::schema");
using import "annotations.capnp".amount;
using import "annotations.capnp".date;
using import "annotations.capnp".instant;
using import "annotations.capnp".basisPoints;
using import "annotations.capnp".hex;
using import "annotations.capnp".money;
using import "annotations.capnp".optional;
using import "annotations.capnp".points;
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
  evidence @12 :Text;                 # sequences of the events that it cites, joined by spaces
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

struct TargetRow {
  # One version of a performance target, and what became of it.
  sequence @0 :UInt64;                # of the TargetSubmitted
  about @1 :Text;
  project @2 :Text;                   # where it is about one
  unit @3 :Text;                      # that submitted it
  fiscalYear @4 :Int32;
  version @5 :UInt32;                 # from 1, of this subject and year
  state @6 :State;
  indicators @7 :UInt32;              # how many it has
  decidedAt @8 :Int64 $instant;       # when it was submitted
  approval @9 :UInt64 $optional;      # sequence of the newest TargetApproved that stands
  approvedAt @10 :Int64 $instant;
  returned @11 :UInt64 $optional;     # sequence of the newest TargetReturned that stands
  reason @12 :Text;                   # why it was returned
  actor @13 :Text;                    # who submitted it
  document @14 :Text;                 # of the approval, else of the submission
  reversedBy @15 :UInt64 $optional;

  enum State {
    unspecified @0;
    submitted @1;
    returned @2;
    replaced @3;                      # approved, and another version was approved later
    inForce @4;
    reversed @5;
  }
}

struct MonitoringRow {
  # One check and one correction that was ordered for it; a check without a correction has one row.
  sequence @0 :UInt64;                # of the MonitoringChecked
  about @1 :Text;
  project @2 :Text;
  unit @3 :Text;
  fiscalYear @4 :Int32;
  checkedOn @5 :Int32 $date;
  spent @6 :Int64 $money;
  executionRate @7 :Int64 $basisPoints;
  attainment @8 :Int64 $basisPoints;  # the lowest of the indicators
  indicators @9 :UInt32;              # how many were measured
  light @10 :Event.MonitoringChecked.Light;
  state @11 :State;                   # of the correction
  dueOn @12 :Int32 $date;
  correction @13 :UInt64 $optional;   # sequence of the CorrectionOrdered
  problem @14 :Text;                  # that is to be corrected
  verification @15 :UInt64 $optional; # sequence of the newest CorrectionVerified that stands
  verifiedOn @16 :Int32 $date;

  enum State {
    unspecified @0;                   # none was ordered
    open @1;
    notCorrected @2;                  # verified, and still open
    corrected @3;
  }
}

struct GradeRow {
  # One grade, and whether it counts.
  sequence @0 :UInt64;
  about @1 :Text;
  project @2 :Text;
  unit @3 :Text;
  evaluatedYear @4 :Int32;
  madeIn @5 :Int32;                   # fiscal year of the day from which it counts
  level @6 :Event.GradeAssigned.Level;
  grade @7 :Event.GradeAssigned.Grade;
  state @8 :State;
  supersededBy @9 :UInt64 $optional;
  declaredScore @10 :Int64 $points;
  recomputedScore @11 :Int64 $points;
  scored @12 :Bool;                   # the scores are meaningful
  differs @13 :Bool;                  # the declared score is not the recomputed one
  evaluator @14 :Text;
  decidedAt @15 :Int64 $instant;
  document @16 :Text;
  reversedBy @17 :UInt64 $optional;
  gradeByScore @18 :Event.GradeAssigned.Grade;
  # Of the band that the score lies in, the recomputed one where there is one, by the rule set that
  # the grade was decided under; unspecified where it was not scored.

  enum State {
    unspecified @0;
    current @1;                       # decides for its subject and evaluated year
    outranked @2;                     # the newest of its level; a higher level decides
    superseded @3;                    # a later one of its level replaced it
    reversed @4;
  }
}

struct ObligationRow {
  # What a medium or poor grade, or a target that was not met, asks for (R15).
  sequence @0 :UInt64;                # of the GradeAssigned
  about @1 :Text;
  project @2 :Text;
  unit @3 :Text;
  evaluatedYear @4 :Int32;
  level @5 :Event.GradeAssigned.Level;
  grade @6 :Event.GradeAssigned.Grade;
  state @7 :State;
  decidedAt @8 :Int64 $instant;       # of the grade
  applied @9 :UInt64 $optional;       # sequence of the ResultApplied
  answers @10 :Text;                  # sequences of the events that answer it, joined by spaces
  reason @11 :Text;                   # of a waiver
  madeIn @12 :Int32;                  # fiscal year of the day from which the grade counts
  unmet @13 :Text;                    # indicators whose target was not met, joined by "; "

  enum State {
    unspecified @0;
    open @1;
    answered @2;
    waived @3;
    lapsed @4;                        # the grade no longer counts, and nothing had answered it
  }
}

struct ComplianceRow {
  # One breach of a rule that was accepted.
  sequence @0 :UInt64;
  rule @1 :Text;
  mode @2 :Mode;
  finding @3 :Text;
  authority @4 :Text;                 # of an override
  document @5 :Text;                  # number of the override's document
  fact @6 :Text;
  project @7 :Text;                   # the first that the event is about
  unit @8 :Text;
  fiscalYear @9 :Int32;
  fund @10 :Text;
  subjects @11 :Text;                 # joined by spaces
  decidedAt @12 :Int64 $instant;
  actor @13 :Text;
  role @14 :Event.Role;
  organisation @15 :Text;
  ruleSet @16 :Text;                  # in force when it was decided
  reversedBy @17 :UInt64 $optional;

  enum Mode { unspecified @0; observed @1; overridden @2; }
}

struct StaleRow {
  # One decision and one event that it cites, which no longer holds. No number changes by it.
  sequence @0 :UInt64;                # of the decision
  fact @1 :Text;
  project @2 :Text;                   # the first that the decision is about
  unit @3 :Text;
  fiscalYear @4 :Int32;
  fund @5 :Text;
  cited @6 :UInt64;
  citedFact @7 :Text;                 # empty for commitments and payments
  became @8 :Became;
  by @9 :UInt64;                      # sequence of what superseded or reversed the cited event
  subjects @10 :Text;                 # of the decision, joined by spaces
  decidedAt @11 :Int64 $instant;
  actor @12 :Text;
  document @13 :Text;

  enum Became { unspecified @0; superseded @1; reversed @2; }
}

struct PriorityRow {
  # One item of a priority commitments list as it is now: what it requires and what it has.
  list @0 :Text;
  department @1 :Text;
  fiscalYear @2 :Int32;
  rank @3 :UInt32;                    # place on the list, from 1
  project @4 :Text;
  unit @5 :Text;
  title @6 :Text;
  required @7 :Int64 $money;
  planned @8 :Int64 $money;           # by the funding plan, over all funds
  funded @9 :Int64 $money;            # current budgets, over the expenditure measures
  shortfall @10 :Int64 $money;        # required − funded, where that is above 0
  sequence @11 :UInt64;               # of the PriorityListAdopted
}

struct PoolRow {
  # What went into a pool and out of it, by source tag and by the fiscal year of the lines.
  pool @0 :Text;
  sourceTag @1 :Text;
  fiscalYear @2 :Int32;
  incoming @3 :Int64 $money;
  outgoing @4 :Int64 $money;
  remaining @5 :Int64 $money;         # incoming − outgoing
  lastSequence @6 :UInt64;
}

struct LibraryRow {
  # How far a project has come on its way into a budget; one for each year it was admitted for.
  project @0 :Text;
  unit @1 :Text;
  title @2 :Text;
  category @3 :Text;
  stage @4 :Stage;
  fiscalYear @5 :Int32;               # for which it was admitted to the library; 0 where it was not
  rank @6 :UInt32;
  score @7 :Int64 $points;            # of the appraisal
  verdict @8 :Event.ExAnteAppraised.Verdict;
  affordable @9 :Bool;
  total @10 :Int64 $money;            # over all years
  outcome @11 :Event.ProjectClosed.Outcome;
  lastSequence @12 :UInt64;

  enum Stage {
    unspecified @0;
    proposed @1;
    pipeline @2;
    appraised @3;
    affordable @4;
    library @5;
    closed @6;
  }
}

struct UnitRow {
  # Totals of a unit's budget lines. Measures are not added up with each other.
  unit @0 :Text;
  fiscalYear @1 :Int32;
  fund @2 :Text;
  measure @3 :Text;
  lines @4 :UInt32;                   # how many
  original @5 :Int64 $amount;
  current @6 :Int64 $amount;
  committed @7 :Int64 $amount;
  spent @8 :Int64 $amount;
  available @9 :Int64 $amount;        # current − committed − spent
  executionRate @10 :Int64 $basisPoints;  # spent ÷ current; 0 where current is not positive
  lastSequence @11 :UInt64;
}

struct CutRow {
  # Money that a line did not get or lost because of a grade.
  sequence @0 :UInt64;
  fact @1 :Text;
  project @2 :Text;
  unit @3 :Text;
  fiscalYear @4 :Int32;
  fund @5 :Text;
  amount @6 :Int64 $money;            # cut; not negative
  gradeEvent @7 :UInt64 $optional;    # sequence of the GradeAssigned that it cites
  level @8 :Event.GradeAssigned.Level;
  grade @9 :Event.GradeAssigned.Grade;
  evaluatedYear @10 :Int32 $optional;
  decidedAt @11 :Int64 $instant;
  document @12 :Text;
  reversedBy @13 :UInt64 $optional;
}

struct CeilingRow {
  # What an unsatisfactory grade leaves of a line's base (R4), and the reduction that follows.
  project @0 :Text;
  unit @1 :Text;
  fiscalYear @2 :Int32;               # that the ceiling is for
  fund @3 :Text;
  measure @4 :Text;
  item @5 :Text;
  grade @6 :Event.GradeAssigned.Grade;
  gradeEvent @7 :UInt64;              # sequence of the GradeAssigned
  base @8 :Int64 $amount;
  ceiling @9 :Int64 $amount;
  appropriated @10 :Int64 $amount;    # 0 where it is not yet
  change @11 :Int64 $amount;          # proposed; 0 where nothing is to be taken away
  state @12 :ProposalRow.State;       # of the proposal
  proposal @13 :UInt64 $optional;     # sequence of the AdjustmentProposed
  evidence @14 :Text;                 # sequences, joined by spaces
}

struct ProposalRow {
  # One leg of one proposal of an adjustment, and what became of the proposal.
  proposal @0 :UInt64 $optional;      # sequence of the AdjustmentProposed; 0 where it is due
  leg @1 :UInt32;
  state @2 :State;
  kind @3 :Event.BudgetAdjusted.Kind;
  cause @4 :Event.BudgetAdjusted.Cause;
  project @5 :Text;
  unit @6 :Text;
  fiscalYear @7 :Int32;
  fund @8 :Text;
  measure @9 :Text;
  item @10 :Text;
  vintage @11 :Int32 $optional;
  amount @12 :Int64 $amount;
  pool @13 :Text;
  sourceTag @14 :Text;
  actor @15 :Text;                    # who proposed it
  approval @16 :UInt64 $optional;     # sequence of the newest ApprovalRecorded
  adjustment @17 :UInt64 $optional;   # sequence of the BudgetAdjusted that carries it out
  movedBy @18 :UInt64 $optional;      # sequence of what changed a line since it was computed
  evidence @19 :Text;                 # sequences, joined by spaces; of the first leg only
  reason @20 :Text;                   # of the first leg only

  enum State {
    unspecified @0;
    due @1;                           # nobody proposed it yet
    open @2;                          # nobody decided on it yet
    approved @3;
    refused @4;
    moved @5;                         # what it was computed from has changed since
    carriedOut @6;
  }
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

struct ViewDifferenceRow {
  # An entry of a view that is not what the journal gives.
  key @0 :Data $hex;
  how @1 :How;
  served @2 :Text;                    # the row that the view holds, as JSON; hexadecimal digits
                                      # where the entry is its fold's own
  folded @3 :Text;                    # what the journal gives
  enum How {
    unspecified @0;
    changed @1;
    missing @2;                       # in the view
    extra @3;                         # in the view
  }
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

struct FactRow {
  # A kind of event.
  fact @0 :Text;
  recordedBy @1 :Text;                # roles, joined by commas
  meaning @2 :Text;
}

struct FieldRow {
  # A field of a fact, as a command gives it.
  field @0 :Text;                     # "legs[].amount" where it is nested
  form @1 :Text;                      # how it is written
  meaning @2 :Text;
}

struct ReportRow {
  # One figure of a yearly account: a count, or an amount.
  section @0 :Text;
  figure @1 :Text;
  count @2 :UInt64;
  amount @3 :Int64 $money;
}

enum Figure {
  # Which number of a budget line.
  current @0;
  spent @1;
  committed @2;
}

struct FigureRow {
  # A number of a read model, and the events that make it up: `sum` of their amounts is the number.
  subject @0 :Text;                   # a line, or a pool
  project @1 :Text;
  unit @2 :Text;
  fiscalYear @3 :Int32;
  fund @4 :Text;
  measure @5 :Text;
  item @6 :Text;
  sourceTag @7 :Text;                 # of a pool's money
  amount @8 :Int64 $amount;           # as the read model has it
  sum @9 :Int64 $amount;              # of the contributions
  events @10 :UInt32;                 # how many contributions there are
}

struct ContributionRow {
  # What one event adds to a number, and why.
  subject @0 :Text;                   # the line or the pool
  measure @1 :Text;                   # of the line
  sourceTag @2 :Text;                 # of a pool's money
  sequence @3 :UInt64;
  fact @4 :Text;
  component @5 :Event.Component;
  cause @6 :Event.BudgetAdjusted.Cause;
  amount @7 :Int64 $amount;
  sumAfter @8 :Int64 $amount;         # the sum so far
  rules @9 :Text;                     # that the amount follows from, joined by spaces
  ruleSet @10 :Text;                  # in force when it was decided
  evidence @11 :Text;                 # sequences of the events that it cites, joined by spaces
  request @12 :Text;
  document @13 :Text;
  actor @14 :Text;
  role @15 :Event.Role;
  organisation @16 :Text;
  effectiveOn @17 :Int32 $date;
  decidedAt @18 :Int64 $instant;
  recordedAt @19 :Int64 $instant;
  reason @20 :Text;
  breaches @21 :Text;                 # rules found broken and not enforced, joined by spaces
}

struct ChangeRow {
  # A budget line that differs between two moments.
  project @0 :Text;
  unit @1 :Text;
  fiscalYear @2 :Int32;
  fund @3 :Text;
  measure @4 :Text;
  item @5 :Text;
  from @6 :Int64 $amount;
  to @7 :Int64 $amount;
  difference @8 :Int64 $amount;       # to - from
  state @9 :State;
  events @10 :Text;                   # sequences of those responsible, joined by spaces

  enum State {
    unspecified @0;
    changed @1;
    opened @2;                        # the line is there at the second moment only
    gone @3;                          # the line is there at the first moment only
  }
}

struct WhatIfRow {
  # A decision that another rule set would have taken differently.
  sequence @0 :UInt64;
  fact @1 :Text;
  outcome @2 :Outcome;
  rule @3 :Text;
  finding @4 :Text;
  project @5 :Text;                   # the first that the event is about
  unit @6 :Text;
  fiscalYear @7 :Int32;
  fund @8 :Text;
  measure @9 :Text;
  amount @10 :Int64 $amount;          # decided; of a line
  allowed @11 :Int64 $amount;         # the ceiling, where there is one
  difference @12 :Int64 $amount;      # allowed - amount, where it would have been capped
  decidedAt @13 :Int64 $instant;
  actor @14 :Text;
  document @15 :Text;

  enum Outcome {
    unspecified @0;
    refused @1;
    capped @2;                        # refused, and a smaller amount would have passed
    overrideRequired @3;
    observed @4;                      # accepted, with a breach
    permitted @5;                     # it broke a rule that it would not have broken
  }
}

struct WhatIfSumRow {
  # What another rule set would have changed for a unit or a project.
  unit @0 :Text;
  project @1 :Text;
  measure @2 :Text;                   # of the amounts; empty where there are none
  refused @3 :UInt32;                 # decisions
  capped @4 :UInt32;
  overrideRequired @5 :UInt32;
  observed @6 :UInt32;
  permitted @7 :UInt32;
  difference @8 :Int64 $amount;       # of those that would have been capped
}

struct StatementRow {
  # What the newest statement that stands says of a budget line.
  project @0 :Text;
  unit @1 :Text;
  fiscalYear @2 :Int32;
  fund @3 :Text;
  measure @4 :Text;
  item @5 :Text;
  original @6 :Int64 $amount;
  supplement @7 :Int64 $amount;
  carriedIn @8 :Int64 $amount;
  carriedOut @9 :Int64 $amount;       # negative when carried out
  reserve @10 :Int64 $amount;
  total @11 :Int64 $amount;           # of the above
  spent @12 :Int64 $amount;           # meaningful where hasSpent
  hasSpent @13 :Bool;
  difference @14 :Int64 $amount;      # total − what the ledger held on that day
  statedOn @15 :Int32 $date;
  decidedAt @16 :Int64 $instant;
  sequence @17 :UInt64;               # of the BudgetStated
  statements @18 :UInt32;             # how many of the line stand, this one included
  document @19 :Text;
  actor @20 :Text;
}

struct PrincipalRow {
  # Who may act (a row without a role), and a role that was granted.
  principal @0 :Text;
  role @1 :Event.Role;                # unspecified: the enrolment itself
  organisation @2 :Text;              # that the principal belongs to, or that the role is bound to
  state @3 :State;
  sequence @4 :UInt64;                # of the PrincipalEnrolled or RoleGranted
  since @5 :Int64 $instant;           # recorded then
  by @6 :Text;                        # actor
  revokedBy @7 :UInt64 $optional;     # sequence of the RoleRevoked

  enum State { unspecified @0; enrolled @1; held @2; revoked @3; }
}

struct SampleRow {
  # One event of an audit sample.
  sequence @0 :UInt64;
  fact @1 :Text;
  kind @2 :Event.BudgetAdjusted.Kind; # of an adjustment
  project @3 :Text;                   # of the first line that counts
  unit @4 :Text;
  fiscalYear @5 :Int32;
  fund @6 :Text;
  measure @7 :Text;
  lines @8 :UInt32;                   # amounts of the event that count
  amount @9 :Int64 $amount;           # their sum, each without its sign
  hits @10 :UInt32;                   # sampling units that fell on it
  certain @11 :Bool;                  # not below the interval: picked whatever the seed
  decidedAt @12 :Int64 $instant;
  document @13 :Text;
  actor @14 :Text;
  reversedBy @15 :UInt64 $optional;
  receipt @16 :Text;                  # file that it was written to
}

struct WaterfallRow {
  # One step from original to current budgets, over lines of one measure.
  step @0 :Text;                      # a component, first `original`, last `current`
  measure @1 :Text;
  amount @2 :Int64 $amount;
  balanceAfter @3 :Int64 $amount;     # sum of the steps so far
}

struct ConsumerRow {
  # One partition of a named consumer of the feed.
  consumer @0 :Text;
  partition @1 :UInt32;               # from 0
  partitions @2 :UInt32;
  position @3 :Text;                  # that it acknowledged to, with its epoch
  lag @4 :UInt64;                     # records behind the position, whether they match or not
  parked @5 :UInt32;                  # events set aside, of this partition
  state @6 :State;
  readSince @7 :Int64 $instant;       # by the reader that it has
  filter @8 :Text;
  owner @9 :Text;                     # principal that created it
  createdAt @10 :Int64 $instant;

  enum State {
    unspecified @0;
    idle @1;                          # nobody reads it
    reading @2;
    otherEpoch @3;                    # the ledger was restored since: it is to be moved first
  }
}

struct ParkedRow {
  # An event that a consumer set aside.
  sequence @0 :UInt64;
  partition @1 :UInt32;
  since @2 :Int64 $instant;
  tries @3 :UInt32;                   # deliveries that failed
  due @4 :Bool;                       # to be delivered again
  reason @5 :Text;
}
