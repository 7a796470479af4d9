@0xd3f8a1b2c4e56a02;
# What a client asks the ledger to record. The digest in a record is taken over a command's
# canonical bytes, so this file changes under the same rules as event.capnp.

$import "/capnp/c++.capnp".namespace("counterfoil::schema");
using import "annotations.capnp".date;
using import "annotations.capnp".instant;
using import "annotations.capnp".subjectId;
using Event = import "event.capnp";

struct Command {
  # Atomic: all its facts are recorded, consecutively, or none.

  commandId @0 :Text;          # 1 to 64 bytes; sent again, it gets the same answer
  decidedAt @1 :Int64 $instant;    # 0: when it is recorded
  effectiveOn @2 :Int32 $date;     # meaningful where hasEffectiveOn; else the day of decidedAt
  hasEffectiveOn @3 :Bool;
  role @4 :Event.Role;         # unspecified: the session's own
  organisation @5 :Text;       # empty: the session's own
  documents @6 :List(Event.Document);
  reason @7 :Text;
  evidence @8 :List(UInt64);
  causationId @9 :Text;
  correlationId @10 :Text;
  sealed @11 :List(Event.Sealed);
  expectations @12 :List(Expectation);
  override @13 :Override;
  facts @14 :List(Event.Fact);

  struct Expectation {
    # Record only if the subject's history has exactly this many records. Seals behind them do not
    # count: they change nothing that was decided on.
    count @0 :UInt64;
    subject @1 :Text $subjectId;
  }
  struct Override {
    # Who allowed rules in mode `override` to be broken, and by which document.
    authority @0 :Text;
    document @1 :Text;
  }
}
