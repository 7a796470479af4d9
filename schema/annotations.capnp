@0xb7c1d5a0f3e24a11;
# How generic readers and writers of our structs (JSON, tables, CSV) show a field.

$import "/capnp/c++.capnp".namespace("counterfoil::schema");

annotation money @0xd0b5a8e1c2f34a12 (field) :Void;
# Int64 in minor units of the ledger's currency.

annotation amount @0xd0b5a8e1c2f34a13 (field) :Void;
# Int64 in minor units, or in thousandths of a post where the line's measure is headcount.

annotation date @0xd0b5a8e1c2f34a14 (field) :Void;
# Int32, days since 1970-01-01. JSON and tables: "2024-03-01".

annotation instant @0xd0b5a8e1c2f34a15 (field) :Void;
# Int64, microseconds since 1970-01-01T00:00:00Z. JSON and tables: RFC 3339.

annotation hex @0xd0b5a8e1c2f34a16 (field) :Void;
# Data shown as lower-case hexadecimal digits (hashes); other Data is shown as base64.

annotation byLedger @0xd0b5a8e1c2f34a17 (field) :Void;
# The ledger sets this field; a command that sets it is refused.

annotation subjectId @0xd0b5a8e1c2f34a18 (field) :Void;
# Text that is a subject ("project/…") of schema/FORMAT.md.

annotation id @0xd0b5a8e1c2f34a19 (field) :Void;
# Text that is one id: 1 to 96 characters of [A-Za-z0-9._-].

annotation optional @0xd0b5a8e1c2f34a1a (field) :Void;
# An id or subject that may be absent (empty), or a number of a row that is absent where it is zero.

annotation basisPoints @0xd0b5a8e1c2f34a1b (field) :Void;
# Int64, hundredths of a per cent.

annotation points @0xd0b5a8e1c2f34a1c (field) :Void;
# Int64, thousandths of a point of a score.
