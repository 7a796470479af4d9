@0xc4f2a8b1d3e56f70;
# What the tests of net/ say to each other.

$import "/capnp/c++.capnp".namespace("counterfoil::test");

interface Echo {
  echo @0 (payload :Data) -> (payload :Data);
  dig @1 (nest :Nest) -> (depth :UInt32);         # how deep it goes, if the server gets that far
  subscribe @2 (sink :Sink, count :UInt32) -> ();  # answers when all have been pushed
}

interface Sink {
  push @0 (number :UInt32, payload :Data) -> stream;
  done @1 () -> ();
}

struct Nest { inner @0 :Nest; }
