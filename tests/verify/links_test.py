#!/usr/bin/env python3
"""links_test.py PROGRAM: what counterfoil-verify may include and link.

Whoever does not trust the operator of a ledger runs it, so it holds nothing that such a reader
would have to look through besides the proofs: no database, no RPC, no sockets.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("core/", "codec/", "proof/", "counterfoil-verify/", "schema/")
SHARED = {"counterfoil/errors.h", "counterfoil/progress.h", "counterfoil/standard_output.h",
          "counterfoil/usage.h"}
LIBRARIES = re.compile(r"lib(capnp|kj|boost_json|boost_container|crypto|fmt|date-tz|stdc\+\+|gcc_s"
                       r"|m|c|pthread|asan|ubsan|tsan)[-.]")
NETWORK = {"socket", "connect", "bind", "listen", "accept", "accept4", "getaddrinfo", "sendto",
           "sendmsg"}


def lines_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def wrong_includes():
    for path in sorted((ROOT / "tools" / "counterfoil-verify").glob("*")):
        if path.suffix not in (".cpp", ".h"):
            continue
        for header in re.findall(r'^#include ["<]([^">]+)', path.read_text(), re.MULTILINE):
            ours = '/' in header and (ROOT / "src" / header).exists()
            tool = header.startswith("counterfoil/")
            foreign = re.match(r"rocksdb/|boost/(asio|beast)|capnp/(ez-)?rpc|kj/async|schema/ledger"
                               r"|sys/socket|netinet|netdb", header)
            if foreign or (ours and not header.startswith(LAYERS)) or (
                    tool and header not in SHARED):
                yield f"{path.name} includes {header}"


def wrong_libraries(program):
    for line in lines_of("readelf", "--dynamic", "--wide", program):
        library = re.search(r"\(NEEDED\).*\[(.*)\]", line)
        if library and not LIBRARIES.match(library[1]):
            yield f"it links {library[1]}"


def wrong_symbols(program):
    for line in lines_of("nm", "--dynamic", "--undefined-only", program):
        symbol = line.split()[-1].split("@")[0]
        if symbol in NETWORK:
            yield f"it calls {symbol}"


def main():
    program = sys.argv[1]
    wrong = [*wrong_includes(), *wrong_libraries(program), *wrong_symbols(program)]
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
