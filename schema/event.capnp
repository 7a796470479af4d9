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
    principalEnrolled @15 :PrincipalEnrolled;
    roleGranted @16 :RoleGranted;
    roleRevoked @17 :RoleRevoked;
    keyRotated @18 :KeyRotated;
    ledgerSealed @19 :LedgerSealed;
    expenditureStandardSet @20 :ExpenditureStandardSet;
    revenueEstimated @21 :RevenueEstimated;
    ceilingIssued @22 :CeilingIssued;
    periodClosed @23 :PeriodClosed;
    periodReopened @24 :PeriodReopened;
    unitReorganised @25 :UnitReorganised;
    projectClassified @26 :ProjectClassified;
    exAnteAppraised @27 :ExAnteAppraised;
    affordabilityAssessed @28 :AffordabilityAssessed;
    pipelineAdmitted @29 :PipelineAdmitted;
    libraryAdmitted @30 :LibraryAdmitted;
    instalmentsRolled @31 :InstalmentsRolled;
    projectClosed @32 :ProjectClosed;
    targetReturned @33 :TargetReturned;
    budgetRequested @34 :BudgetRequested;
    itemReviewed @35 :ItemReviewed;
    adjustmentProposed @36 :AdjustmentProposed;
    approvalRecorded @37 :ApprovalRecorded;
    budgetStated @38 :BudgetStated;
    fundsSuspended @39 :FundsSuspended;
    fundsResumed @40 :FundsResumed;
    monitoringPlanned @41 :MonitoringPlanned;
    correctionOrdered @42 :CorrectionOrdered;
    correctionVerified @43 :CorrectionVerified;
    resultApplied @44 :ResultApplied;
    auditFindingRecorded @45 :AuditFindingRecorded;
    factorAssessed @46 :FactorAssessed;
    priorityListAdopted @47 :PriorityListAdopted;
    fundingPlanFiled @48 :FundingPlanFiled;
    transferReceived @49 :TransferReceived;
    trainingHeld @50 :TrainingHeld;
    disclosurePublished @51 :DisclosurePublished;
    reversalProposed @52 :ReversalProposed;
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
  # The rules that decisions are taken under from a day on; the document says them whole.
  inForceFrom @0 :Int32 $date;
  name @1 :Text $id;
  version @2 :Text $id;
  document @3 :Text;              # the rule set itself, JSON
}

struct PrincipalEnrolled {
  # Who may act. Credentials lie beside the ledger, never in a record.
  principal @0 :Text $id;
  organisation @1 :Text;          # that the principal belongs to
}

struct RoleGranted {
  # What a principal may record and read, for an organisation or for all.
  role @0 :Role;
  principal @1 :Text $id;
  organisation @2 :Text;          # that the role is bound to; empty: any
}

struct RoleRevoked {
  # Ends what one RoleGranted allows.
  grant @0 :UInt64;               # sequence of the RoleGranted
  principal @1 :Text $id $byLedger;
}

struct KeyRotated {
  # The log signs with another key from here on. Both keys, or the recovery key, sign the change.
  oldKey @0 :Text;                # C2SP signed-note verifier keys
  newKey @1 :Text;
  oldSignature @2 :Data;          # empty where the old key is lost
  newSignature @3 :Data;
  recoverySignature @4 :Data;     # empty where the old key signed
}

struct LedgerSealed {
  # The operator's attestation of what the records up to a position amount to.
  size @0 :UInt64;                # records that the seal covers
  subjectsRoot @1 :Data $hex;     # RFC 6962 root over (subject, count, last sequence), sorted
  projections @2 :List(Projection);  # sorted by name
  subjects @3 :UInt64;            # how many there are
  currencyExponent @4 :UInt8;     # of the ledger: without it a sealed amount has no unit
  currency @5 :Text;

  struct Projection {
    version @0 :UInt32;
    name @1 :Text $id;
    root @2 :Data $hex;           # RFC 6962 root over the sorted entries
    entries @3 :UInt64;           # how many there are
  }
}

# --- rules of a year --------------------------------------------------------------------------

struct ExpenditureStandardSet {
  # The most that one of something may cost, from the effective date on.
  unitAmount @0 :Int64 $money;    # for one of what is counted
  standard @1 :Text $id;
  name @2 :Text;
  measureUnit @3 :Text;           # what is counted
}

struct RevenueEstimated {
  # What a fund can count on in a year, by source; a later estimate of the same source replaces it.
  fiscalYear @0 :Int32;
  source @1 :Source;
  amount @2 :Int64 $money;
  fund @3 :Text $id;

  enum Source { unspecified @0; revenue @1; transfer @2; carriedIn @3; debt @4; stabilisation @5; }
}

struct CeilingIssued {
  # What a unit may plan within.
  fiscalYear @0 :Int32;
  amount @1 :Int64 $money;
  unit @2 :Text $id;
}

struct PeriodClosed {
  # Nothing more counts for the fiscal year, until it is opened again.
  fiscalYear @0 :Int32;
}

struct PeriodReopened {
  # An authority lets a closed fiscal year be changed again.
  fiscalYear @0 :Int32;
  authority @1 :Text;             # that allowed it
}

# --- registry ---------------------------------------------------------------------------------

struct UnitRegistered {
  # An organisation that applies for money and spends it.
  unit @0 :Text $id;
  name @1 :Text;
  department @2 :Text $id $optional;  # that supervises it; empty where it is one itself
  division @3 :Text;              # administrative division code
}

struct ProjectProposed {
  # A unit's programme, and the projects that it takes over, by share.
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
  # The thing that holds an amount: a fund, a measure and an item of a project in a year.
  line @0 :Text $subjectId;       # line/FY/project/fund/measure/item
  functionalClass @1 :Text;
  economicClass @2 :Text;
  unit @3 :Text $id $byLedger;    # of the project, when the line was opened
}

struct UnitReorganised {
  # From the event's effective date on.
  kind @0 :Kind;
  unit @1 :Text $id;
  into @2 :Text $id $optional;    # of a merger: the unit that goes on
  department @3 :Text $id $optional;  # of a new parent
  name @4 :Text;                  # of a renaming

  enum Kind { unspecified @0; merged @1; renamed @2; newParent @3; }
}

struct ProjectClassified {
  # What the rules need to know of a project; a later classification replaces it whole.
  expiresOn @0 :Int32 $date;      # last day of the policy behind it; meaningful where hasExpiresOn
  hasExpiresOn @1 :Bool;
  key @2 :Bool;                   # a key project
  livelihood @3 :Bool;            # it concerns people's livelihood
  oneOff @4 :Bool;                # done once, then finished
  earmarked @5 :Bool;             # paid from earmarked transfers
  expenditure @6 :Expenditure;
  obligation @7 :Obligation;
  project @8 :Text $id;

  enum Expenditure { unspecified @0; basic @1; threePublic @2; special @3; development @4; }
  enum Obligation { none @0; threeGuarantees @1; debtService @2; }
}

struct ExAnteAppraised {
  # What an appraisal before the first budget found of a project.
  score @0 :Int64;                # thousandths of a point
  verdict @1 :Verdict;
  project @2 :Text $id;
  appraiser @3 :Text;

  enum Verdict { unspecified @0; recommended @1; conditional @2; rejected @3; }
}

struct AffordabilityAssessed {
  # Whether what a project costs over all its years can be paid.
  fiscalYear @0 :Int32;           # from which the money is needed
  affordable @1 :Bool;
  total @2 :Int64 $money;         # over all years
  project @3 :Text $id;
}

struct PipelineAdmitted {
  # The project is a candidate for a budget.
  project @0 :Text $id;
}

struct LibraryAdmitted {
  # The project may get a budget of the year, at a rank among its unit's.
  fiscalYear @0 :Int32;
  rank @1 :UInt32;                # from 1; the lower is funded first
  project @2 :Text $id;
}

struct InstalmentsRolled {
  # The plan of a project that takes several years; a later plan replaces it.
  total @0 :Int64 $money;
  instalments @1 :List(Instalment);
  project @2 :Text $id;

  struct Instalment {
    fiscalYear @0 :Int32;
    plannedProgress @1 :UInt32;   # basis points of the whole, reached by the end of that year
    amount @2 :Int64 $money;
  }
}

struct ProjectClosed {
  # The project ended, and how.
  outcome @0 :Outcome;
  project @1 :Text $id;

  enum Outcome { unspecified @0; finished @1; cancelled @2; merged @3; }
}

# --- targets ----------------------------------------------------------------------------------

struct TargetSubmitted {
  # What a unit promises for a year, indicator by indicator; each submission is a version.
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
  # The version is in force until another is approved.
  target @0 :UInt64;              # sequence of the TargetSubmitted
  fiscalYear @1 :Int32 $byLedger;
  about @2 :Text $subjectId $byLedger;
}

struct TargetReturned {
  # Sent back to the unit; the event's reason says what is missing.
  target @0 :UInt64;              # sequence of the TargetSubmitted
  fiscalYear @1 :Int32 $byLedger;
  about @2 :Text $subjectId $byLedger;
}

# --- budget -----------------------------------------------------------------------------------

struct BudgetRequested {
  # What a unit asks for, made up of cost lines.
  fiscalYear @0 :Int32;
  amount @1 :Int64 $money;
  costLines @2 :List(CostLine);
  project @3 :Text $id;
  unit @4 :Text $id;              # that applies
  content @5 :Text;               # what the money is for
  fund @6 :Text $id;              # that it would come from

  struct CostLine {
    quantity @0 :Decimal;         # of what the standard counts
    amount @1 :Int64 $money;
    name @2 :Text;
    standard @3 :Text $id $optional;  # that the price follows
  }
}

struct ItemReviewed {
  # What a review of a request allows, and the five factors that it looked at.
  request @0 :UInt64;             # sequence of the BudgetRequested
  amount @1 :Int64 $money;        # allowed
  cancelled @2 :Bool;
  factors @3 :List(Factor);
  fiscalYear @4 :Int32 $byLedger;
  project @5 :Text $id $byLedger;
  fund @6 :Text $id $byLedger;
  rigid @7 :Bool $byLedger;       # the project serves the three guarantees or debt service

  struct Factor {
    event @0 :UInt64;             # sequence of what it rests on; meaningful where hasEvent
    hasEvent @1 :Bool;
    breached @2 :Bool;
    kind @3 :FactorKind;
  }
}

enum FactorKind {
  unspecified @0; executionRate @1; grade @2; levelOfDetail @3; stock @4; auditFindings @5;
}

struct BudgetAppropriated {
  # A line's original budget of the year, and what was cut from its base.
  amount @0 :Int64 $amount;           # appropriated
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
  proposal @5 :UInt64;                # sequence of the AdjustmentProposed; 0: none

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

struct AdjustmentProposed {
  # As the adjustment would be.
  kind @0 :BudgetAdjusted.Kind;
  cause @1 :BudgetAdjusted.Cause;
  legs @2 :List(ProposedLeg);
  request @3 :Text $id $optional;
  pool @4 :Text $id $optional;

  struct ProposedLeg {
    amount @0 :Int64 $amount;
    vintage @1 :Int32;
    line @2 :Text $subjectId;
    sourceTag @3 :Text;
  }
}

struct ApprovalRecorded {
  # Of a target, a proposal of an adjustment or of a reversal.
  event @0 :UInt64;               # sequence of what was decided on
  verdict @1 :Verdict;
  authority @2 :Text;
  document @3 :Text;              # number of the authority's document
  approvedFact @4 :UInt16 $byLedger;  # the event's tag in Fact's union
  subjects @5 :List(Text) $byLedger;  # that the event is about

  enum Verdict { unspecified @0; approved @1; rejected @2; }
}

struct BudgetStated {
  # What a source says that a line's year amounted to on a day. The difference from what the ledger
  # held then is a restatement of the line: of everything that counts from that day or before, where
  # an earlier statement counts from the day that it is of.
  original @0 :Int64 $amount;
  supplement @1 :Int64 $amount;
  carriedIn @2 :Int64 $amount;
  carriedOut @3 :Int64 $amount;   # negative when carried out
  reserve @4 :Int64 $amount;
  total @5 :Int64 $amount;        # of the above
  spent @6 :Int64 $amount;        # meaningful where hasSpent
  hasSpent @7 :Bool;
  difference @8 :Int64 $amount $byLedger;    # total - the line's current budget on that day
  balanceAfter @9 :Int64 $amount $byLedger;  # the line's current budget now, with the difference
  spentDifference @10 :Int64 $amount $byLedger;  # where hasSpent: spent - what was on that day
  line @11 :Text $subjectId;
  statedOn @12 :Int32 $date;      # the day that it is of; required
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
  # A contract or an order that money of the line is bound by.
  amount @0 :Int64 $amount;
  committedAfter @1 :Int64 $amount $byLedger;  # outstanding commitments of the line
  line @2 :Text $subjectId;
  reference @3 :Text;                 # contract or order
}

struct PaymentRecorded {
  # Money paid from the line, or returned to it.
  amount @0 :Int64 $amount;           # negative for a refund
  commitment @1 :UInt64;              # sequence of the commitment that it settles; 0: none
  refundOf @2 :UInt64;                # sequence of the payment that a refund returns; 0: none
  spentAfter @3 :Int64 $amount $byLedger;
  committedAfter @4 :Int64 $amount $byLedger;
  line @5 :Text $subjectId;
  reference @6 :Text;                 # voucher
}

struct FundsSuspended {
  # Nothing more is committed or paid on it until resumed.
  about @0 :Text $subjectId;      # project/… or line/…
}

struct FundsResumed {
  # Ends a suspension.
  suspension @0 :UInt64;          # sequence of the FundsSuspended
  about @1 :Text $subjectId $byLedger;
}

# --- monitoring and evaluation ----------------------------------------------------------------

struct MonitoringPlanned {
  # When, and on what, the performance of the year is looked at.
  fiscalYear @0 :Int32;
  opensOn @1 :Int32 $date;
  closesOn @2 :Int32 $date;
  about @3 :Text $subjectId;
  scope @4 :Text;
}

struct MonitoringChecked {
  # How much of the money is spent and how much of the targets attained, on a day.
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

struct CorrectionOrdered {
  # What a check found is to be put right by a day.
  check @0 :UInt64;               # sequence of the MonitoringChecked
  dueOn @1 :Int32 $date;
  cause @2 :Text;
  fiscalYear @3 :Int32 $byLedger;
  about @4 :Text $subjectId $byLedger;
}

struct CorrectionVerified {
  # Whether what was ordered was put right.
  correction @0 :UInt64;          # sequence of the CorrectionOrdered
  verifiedOn @1 :Int32 $date;
  outcome @2 :Outcome;
  about @3 :Text $subjectId $byLedger;

  enum Outcome { unspecified @0; corrected @1; notCorrected @2; }
}

struct GradeAssigned {
  # How well the year went. Of several, that of the highest level counts, then the latest.
  evaluatedYear @0 :Int32;
  level @1 :Level;
  grade @2 :Grade;
  declaredScore @3 :Int64;            # thousandths of a point
  recomputedScore @4 :Int64;
  scored @5 :Bool;                    # the scores are meaningful
  about @6 :Text $subjectId;
  evaluator @7 :Text;                 # the organisation or the hired third party
  results @8 :List(IndicatorResult);  # what the score was computed from
  executionRate @9 :Int64;            # basis points; meaningful where hasExecutionRate
  hasExecutionRate @10 :Bool;
  unmet @11 :List(Text) $byLedger;    # indicators with a target that the actual figure did not meet

  struct IndicatorResult {
    # For a quantitative indicator the score follows from actual and target.
    actual @0 :Decimal;
    awarded @1 :Int64;                # thousandths of a point; of a qualitative indicator
    indicator @2 :Text;               # its name in the target in force
  }
  enum Level { unspecified @0; self @1; department @2; finance @3; audit @4; congress @5; }
  enum Grade { unspecified @0; excellent @1; good @2; medium @3; poor @4; }
}

struct ResultApplied {
  # What a medium or poor grade, or a target that was not met, led to: events that answer it, or a
  # waiver whose reason the event has.
  grade @0 :UInt64;               # sequence of the GradeAssigned
  waived @1 :Bool;
  answers @2 :List(UInt64);       # sequences of reductions, clawbacks and appropriations
  evaluatedYear @3 :Int32 $byLedger;
  about @4 :Text $subjectId $byLedger;
}

struct AuditFindingRecorded {
  # What the auditors found, and how grave it is.
  fiscalYear @0 :Int32;
  severity @1 :Severity;
  amount @2 :Int64 $money;        # concerned
  about @3 :Text $subjectId;
  finding @4 :Text;

  enum Severity { unspecified @0; none @1; minor @2; major @3; }
}

struct FactorAssessed {
  # Stock of unspent money, or how detailed the budget is.
  fiscalYear @0 :Int32;
  kind @1 :FactorKind;
  breached @2 :Bool;
  value @3 :Int64;                # stock: minor units; level of detail: basis points
  about @4 :Text $subjectId;
}

# --- priorities and openness ------------------------------------------------------------------

struct PriorityListAdopted {
  # What a department must fund first in a year; a later list of the same id replaces it.
  fiscalYear @0 :Int32;
  items @1 :List(Item);           # in order of priority
  list @2 :Text $id;
  department @3 :Text $id;

  struct Item {
    required @0 :Int64 $money;
    project @1 :Text $id;
    name @2 :Text;
  }
}

struct FundingPlanFiled {
  # What each fund is to give to the items of a priority list.
  fiscalYear @0 :Int32;
  items @1 :List(Item);
  list @2 :Text $id;

  struct Item {
    planned @0 :Int64 $money;
    project @1 :Text $id;
    fund @2 :Text $id;
  }
}

struct TransferReceived {
  # Money from a higher level; it keeps its tag until it is spent.
  fiscalYear @0 :Int32;
  earmarked @1 :Bool;             # leaves only to its purpose
  amount @2 :Int64 $money;
  fund @3 :Text $id;
  sourceTag @4 :Text $id;
  purpose @5 :Text $id $optional; # the project that earmarked money is for
}

struct TrainingHeld {
  # A course in budget performance management.
  heldOn @0 :Int32 $date;
  participants @1 :UInt32;
  topic @2 :Text;
  unit @3 :Text $id $optional;    # that it was held for
}

struct DisclosurePublished {
  # What was made public, where, and the hash of it.
  fiscalYear @0 :Int32;
  about @1 :Text $subjectId;
  url @2 :Text;
  hash @3 :Data $hex;             # suite's hash over what was published
}

# --- correction -------------------------------------------------------------------------------

struct ReversalProposed {
  # Somebody wants the event undone; another decides.
  event @0 :UInt64;               # sequence of what shall be reversed
  subjects @1 :List(Text) $byLedger;  # that the event is about
}

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
  vintage @4 :Int32;
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
