@0xd3f8a1b2c4e56a05;
# The network interface. A connection holds only the capabilities that its roles grant.

$import "/capnp/c++.capnp".namespace("counterfoil::schema");
using import "annotations.capnp".instant;
using import "annotations.capnp".hex;
using import "annotations.capnp".date;
using import "annotations.capnp".amount;
using import "annotations.capnp".subjectId;
using Event = import "event.capnp";
using Command = import "command.capnp".Command;
using Views = import "views.capnp";

struct Failure {
  code @0 :Text;      # "refused", "conflict", …
  message @1 :Text;   # what is wrong and what to do next
  rule @2 :Text;      # that forbids it: "R4"; empty where none does
  line @3 :Text;      # whose amount is above a ceiling; empty where none is
  amount @4 :Int64;   # of it, in minor units
  allowed @5 :Int64;
}

interface Gate {
  login @0 (credential :Text) -> (session :Session);
  # A token. Empty: who the connection's certificate says it is.
}

interface Session {
  # What the roles allow that stand when it is opened: a capability that they do not grant is null.
  # A connection is closed when one of its principal's roles is revoked.
  open @0 () -> (info :LedgerInfo, recorder :Recorder, reader :Reader, feed :Feed, admin :Admin,
      log :Log);
}

struct LedgerInfo {
  origin @0 :Text;
  suite @1 :Text;
  currency @2 :Text;
  currencyExponent @3 :UInt8;
  timeZone @4 :Text;
  fiscalYearMonth @5 :UInt8;
  fiscalYearDay @6 :UInt8;
  epoch @7 :UInt32;
  size @8 :UInt64;          # records in the journal
  ruleSetVersion @9 :Text;  # in force today
  principal @10 :Text;      # of this session
  confidential @11 :Bool;   # never to be published
  verifierKeys @12 :List(Text);  # of the log in this epoch, oldest first; the last one signs now
}

interface Recorder {
  record @0 (commands :List(Command)) -> (answers :List(Answer));
  # At most 4,096 commands and 8 MiB. Each is answered for itself, in order; an answer is given when
  # the command's facts are durable.

  accepted @1 (commandIds :List(Text)) -> (first :List(UInt64));
  # The first sequence of each command that this principal recorded earlier; 2^64-1 where none was.
}

struct Answer {
  union {
    accepted :group {
      first @0 :UInt64;
      count @1 :UInt32;
      again @2 :Bool;         # it was recorded earlier; nothing new was
      breaches @3 :List(Event.Breach);
    }
    failed @4 :Failure;
  }
}

struct Filter {
  # Empty and zero: any.
  fiscalYear @0 :Int32;
  unit @1 :Text;
  project @2 :Text;
  fund @3 :Text;
  measure @4 :Text;
  kind @5 :Text;      # of an adjustment
  request @6 :Text;
  state @7 :Text;     # of a target, a correction, a grade or an obligation
  rule @8 :Text;      # of a breach: "R19"
  pool @9 :Text;
}

struct AsOf {
  # A moment of the past. An event counts if it meets every bound that is set, each inclusive;
  # record 0, which fixes currency and calendar, always counts.
  hasSequence @0 :Bool;
  hasRecorded @1 :Bool;
  hasDecided @2 :Bool;
  hasEffective @3 :Bool;
  sequence @4 :UInt64;
  recorded @5 :Int64 $instant;
  decided @6 :Int64 $instant;
  effective @7 :Int32 $date;
}

struct ViewInfo {
  name @0 :Text;
  version @1 :UInt32;
  position @2 :UInt64;    # records folded
  lag @3 :UInt64;         # records not folded yet
  state @4 :Text;         # "following", "behind", "rebuilding" or "halted"
  rows @5 :UInt64;
  digest @6 :Data $hex;   # RFC 6962 root over its sorted entries; empty unless asked for
  lastError @7 :Text;
  lagSeconds @8 :UInt64;  # of the ledger's time, from the newest record folded to the newest one
  rate @9 :UInt64;        # records folded a second, of the time that folding took
  building @10 :UInt32;   # the version that is built beside it; 0: none is
  built @11 :UInt64;      # records folded into that
}

struct Comparison {
  # A view beside what the same records give when they are folded now.
  version @0 :UInt32;
  position @1 :UInt64;   # records that both hold
  served @2 :UInt64;     # entries of the view
  folded @3 :UInt64;     # entries that the journal gives
  differing @4 :UInt64;
  differences @5 :List(Views.ViewDifferenceRow);  # the first of them
}

interface Reader {
  # Pages: pass `next` as `after` to go on; an empty `next` ends. Reads wait until the view holds
  # every record that was acknowledged before the call. With `asOf`, what the events that count then
  # amount to; all pages of such a read are of the journal as it was at the first one.
  budgets @0 (filter :Filter, after :Data, limit :UInt32, asOf :AsOf) -> (rows :List(Views.BudgetRow), next :Data);
  adjustments @1 (filter :Filter, after :Data, limit :UInt32, asOf :AsOf) -> (rows :List(Views.AdjustmentRow), next :Data);
  history @2 (subject :Text, from :UInt64, limit :UInt32, asOf :AsOf)
      -> (records :List(Data), count :UInt64, next :UInt64);
  # Canonical bytes of the subject's records from that ordinal on, of those that count. `count`: how
  # many it has in all; `next`: the ordinal to go on from, `count` at the end.
  rebuilt @3 (subject :Text) -> (budgets :List(Views.BudgetRow), adjustments :List(Views.AdjustmentRow));
  # One project's rows, folded now from its records alone.
  views @4 (digests :Bool) -> (views :List(ViewInfo));
  rows @5 (view :Text, filter :Filter, after :Data, limit :UInt32, asOf :AsOf) -> (rows :List(Data), next :Data);
  # Any view's rows in the order of their keys: canonical bytes of its struct of views.capnp. What
  # the filter names is looked for in the fields of that name (`fiscalYear` also in evaluatedYear);
  # a name that the view's rows do not have is refused.

  # What follows goes project by project over a fiscal year's lines, each page on one moment of the
  # book and under the rule set in force today. The commands record what comes next; each expects
  # what it rests on to be as it was read, as if none of the others were recorded. None is given for
  # what was proposed or carried out already, so that the same call twice leads to nothing twice.
  ceilings @6 (fiscalYear :Int32, after :Text, limit :UInt32)
      -> (rows :List(Views.CeilingRow), commands :List(Command), next :Text);
  # What unsatisfactory grades leave of the year's bases (R4); commands propose the reductions.
  closing @7 (fiscalYear :Int32, pool :Text, after :Text, limit :UInt32)
      -> (close :Command, rows :List(Views.ProposalRow), commands :List(Command), next :Text);
  # What becomes of the year's unspent money (R7): carried over, or clawed back into the pool.
  # `close` records the close of the year, and has no facts where it is closed; until then there are
  # no other commands, because they cite it.
  proposals @8 (fiscalYear :Int32, after :Text, limit :UInt32)
      -> (rows :List(Views.ProposalRow), commands :List(Command), next :Text);
  # Every proposal of an adjustment whose first leg is on a line of the year; commands carry out
  # those that are approved, and name what answers a grade when nothing proposed for it waits.

  explain @9 (subject :Text, filter :Filter, figure :Views.Figure, asOf :AsOf, after :Data,
              limit :UInt32)
      -> (figures :List(Views.FigureRow), contributions :List(Views.ContributionRow),
          evidence :List(Data), next :Data, eventsBefore :UInt32, eventsAfter :UInt32);
  # Why a line, the lines of a project or of a unit, or a pool are what they are. A figure is what
  # the read model says; the contributions of its subject sum to it. Where a page has no room for all
  # of them, the next one has the figure again and goes on: `eventsBefore` contributions to the first
  # figure are on the pages before, `eventsAfter` to the last one on those behind. `evidence`:
  # canonical bytes of the records that the page's contributions cite, and of those that these cite,
  # by sequence.

  difference @10 (first :AsOf, second :AsOf, filter :Filter, figure :Views.Figure, after :Data,
                  limit :UInt32)
      -> (changes :List(Views.ChangeRow), contributions :List(Views.ContributionRow), next :Data,
          eventsBefore :UInt32, eventsAfter :UInt32);
  # The budget lines that differ between two moments, and what makes the difference: the events that
  # count at the second only, and, taken back, those that count at the first only. A line has several
  # pages as a figure has; each names the events that are on it.

  whatIf @11 (ruleSet :Text, asOf :AsOf, after :Data, limit :UInt32, inPlaceOf :Text)
      -> (rows :List(Views.WhatIfRow), next :Data);
  # Each decision with which a rule would have found something else under this rule set (its JSON)
  # than it found under the one in force. Nothing is recorded. The set takes the place of those whose
  # name is `inPlaceOf`, of all of them where that is "all"; where it is empty, of those of its own
  # name, and of all where there are none.
}

interface Log {
  # The records as what they are signed as: the leaves of an RFC 6962 tree.
  checkpoint @0 () -> (note :Text);
  # The signed checkpoint of all that is acknowledged by now. It is durable before it is given.
  records @1 (from :UInt64, limit :UInt32) -> (records :List(Data));
  # Canonical bytes of consecutive records, as many as fit a page; none behind the last one.
  treeHashes @2 (subtrees :List(Subtree)) -> (hashes :List(Data));
  # Roots of complete subtrees, in the order asked for: what inclusion and consistency proofs are
  # made of. At most a page of them.
  verify @3 (since :List(Text), progress :Progress) -> (verified :Verified);
  # Hashes every record again and compares with the tree, the indexes, the checkpoints that were
  # signed, and those given (signed notes); and computes every seal again.
  sealed @4 (question :SealedQuestion) -> (seal :UInt64, entries :List(SealedEntry));
  # What a seal (a LedgerSealed) holds, with audit paths to its root. `seal`: its sequence. Of a
  # budget line: its row. Of a subject: its entry, or the entries that would stand beside it.
}

struct SealedQuestion {
  union {
    budget @0 :Text;      # a line
    subject @1 :Text;
  }
  seal @2 :UInt64;        # sequence of the LedgerSealed; 0: the newest one
}

struct SealedEntry {
  index @0 :UInt64;       # among the sorted entries
  entry @1 :Data;         # as it is hashed; FORMAT.md, "Seals"
  path @2 :List(Data);    # RFC 6962 audit path, from the leaf's sibling to the root's child
}

struct Subtree {
  height @0 :UInt8;   # it has 2^height leaves
  index @1 :UInt64;   # among the subtrees of that height
}

struct Verified {
  size @0 :UInt64;              # records
  root @1 :Data $hex;           # of the tree over them
  checkpoints @2 :UInt64;       # of this ledger that were compared
  newestCheckpoint @3 :UInt64;  # size of the newest of them; 0 where there is none
  since @4 :UInt64;             # of those given
  problem @5 :Text;             # what is wrong, and where; empty where nothing is
  seals @6 :UInt64;             # that were computed again, whole or in part
  newestSeal @7 :UInt64;        # size of the newest of them; 0 where there is none
  sealsNotRecomputed @8 :List(Text);  # what of the seals this build cannot compute, and why
}

interface Feed {
  # A position is the sequence that comes next: whoever goes on from it has, or has no use for, every
  # record before it. Positions are of an epoch; one of another epoch than the ledger's is refused,
  # but for 0, because a restored ledger may hold other records behind it.

  subscribe @0 (from :UInt64, sink :EventSink, filter :EventFilter, partition :Partition,
      epoch :UInt32) -> (subscription :Subscription);
  # Every record from that position on that the filter and the partition let through, in order, each
  # once, then live. Dropping the subscription ends it.

  consume @1 (name :Text, partition :UInt32, takeOver :Bool, sink :EventSink)
      -> (consumption :Consumption, position :UInt64, generation :UInt64);
  # The same for a named consumer, from where it acknowledged to, without what it has parked. A
  # partition has one reader at a time: a second one is refused, unless it takes over; the first one
  # is then ended and moves nothing any more. `generation` grows with each reader of the partition.

  consumers @2 () -> (rows :List(Views.ConsumerRow));
  # Each partition of each consumer.
  createConsumer @3 (name :Text, from :UInt64, epoch :UInt32, filter :EventFilter,
      partitions :UInt32) -> ();
  # Name, filter and number of partitions stay as they are. `refused` where the name is taken.
  dropConsumer @4 (name :Text) -> ();
  # With its positions and what it parked; its readers are ended.
  moveConsumer @5 (name :Text, partition :UInt32, allPartitions :Bool, to :UInt64, epoch :UInt32,
      takeOver :Bool) -> ();
  # Back, to read again, or forward, to leave out. Refused while somebody reads, unless that reader
  # is to be ended. What is parked stays so.
  parked @6 (name :Text, after :UInt64, hasAfter :Bool, limit :UInt32)
      -> (rows :List(Views.ParkedRow), more :Bool);
  # What the consumer set aside, by sequence.
  retry @7 (name :Text, sequences :List(UInt64)) -> (count :UInt32);
  # Has parked events, all where none is named, delivered once more: now, or when a reader comes.
  unpark @8 (name :Text, sequences :List(UInt64)) -> (count :UInt32);
  # Forgets parked events, all where none is named: somebody dealt with them elsewhere.
}

struct EventFilter {
  # Within a list any of them, over the lists all; an empty list: any.
  facts @0 :List(Text);        # "budgetAdjusted"
  subjects @1 :List(Text);     # a subject, or what subjects start with up to a "/": "line/2024"
  units @2 :List(Text);        # about the unit, or about a project or a line that is its by then
  fiscalYears @3 :List(Int32);
}

struct Partition {
  # One of `count` parts, which are read side by side; all records of a project are in one of them,
  # in order. FORMAT.md, "Partitions". A count of 0: the whole.
  index @0 :UInt32;            # from 0
  count @1 :UInt32;
}

interface EventSink {
  events @0 (records :List(Data), head :UInt64, position :UInt64) -> stream;
  # Canonical bytes of records by sequence; `head`: the journal's size when they were sent;
  # `position`: where to go on from behind them. Without records it says that the position moved
  # and nothing matched, or that the server is there and nothing happens.
  ended @1 (failure :Failure, position :UInt64) -> ();
  # Nothing more comes. `position`: behind what was sent.
  retried @2 (record :Data, tries :UInt32, reason :Text) -> ();
  # An event that was parked, delivered again out of order; it stays parked until it is unparked.
}

interface Subscription {}

interface Consumption extends(Subscription) {
  acknowledge @0 (position :UInt64) -> (position :UInt64);
  # Every event before the position is dealt with. Gives the position that is durable then; one that
  # is behind it changes nothing. `refused` beyond what was sent, and for a reader that was ended.
  park @1 (sequence :UInt64, reason :Text) -> ();
  # Sets an event that was sent aside, durably: it counts as acknowledged, and comes again only when
  # that is asked for.
  unpark @2 (sequence :UInt64) -> ();
  # A parked event is dealt with.
}

interface Admin {
  rebuild @0 (names :List(Text), progress :Progress) -> (before :List(ViewInfo), after :List(ViewInfo));
  # Builds the named views again from the journal, all where none is named; the old ones serve
  # until then.
  retry @1 (name :Text) -> (view :ViewInfo);
  # Lets a halted view go on where it stands. Where it halts again, the answer says so.
  compare @2 (name :Text, progress :Progress) -> (comparison :Comparison);
  # Folds the journal beside the view, and compares; the view goes on serving.
  seal @3 () -> (record :Data, again :Bool, leftOut :List(Text));
  # Records a LedgerSealed of all that is acknowledged by now, and gives it. Where nothing but a
  # seal was recorded since the newest one, it gives that one `again`. `leftOut`: a sentence for
  # each view that it says nothing of, because that is halted or still to be built.

  issueToken @4 (principal :Text, scope :TokenScope, expires :Int64)
      -> (token :Text, info :TokenInfo);
  # A new token for a principal that is enrolled. It is given here and never again. `expires`: an
  # instant; 0: never. `usual` is `read` for one whose only role is audit, else `record`.
  withdrawToken @5 (id :Text) -> (info :TokenInfo, closed :UInt32);
  # `closed`: connections that had logged in with it.
  tokens @6 () -> (tokens :List(TokenInfo));
}

enum TokenScope { usual @0; record @1; read @2; }

struct TokenInfo {
  id @0 :Text;
  principal @1 :Text;
  issued @2 :Int64 $instant;
  expires @3 :Int64 $instant;   # 0: never
  scope @4 :TokenScope;
}

interface Progress {
  report @0 (done :UInt64, total :UInt64) -> ();
}
