"""A published log (C2SP tlog-tiles) as its readers see it, with Python's own hashes alone.

As a program it reads the folder that it is given again and again until its input ends, as readers
do while somebody publishes, and prints a line a look: size, root, and how many tiles were full by
then.
"""

import base64
import hashlib
import pathlib
import random
import select
import sys
import time

WIDTH = 256  # hashes in a full tile
HASH_BYTES = 32


class Note:
    """A signed note: its text with the last line feed, and of each signature what follows the key
    id, by the key's name and id."""

    def __init__(self, note):
        self.signed = note
        text, signatures = note.rsplit(b"\n\n", 1)
        self.text = text + b"\n"
        self.signatures = {}
        for line in signatures.decode().splitlines():
            dash, name, signature = line.split(" ")
            assert dash == "—", line
            signature = base64.b64decode(signature, validate=True)
            self.signatures[name, signature[:4].hex()] = signature[4:]

    @property
    def size(self):
        return int(self.text.splitlines()[1])

    @property
    def root(self):
        return base64.b64decode(self.text.splitlines()[2], validate=True)


class Hasher:
    """RFC 6962, section 2.1."""

    def __init__(self, algorithm="sha256"):
        self.algorithm = algorithm

    def leaf(self, record):
        return hashlib.new(self.algorithm, b"\0" + record).digest()

    def node(self, left, right):
        return hashlib.new(self.algorithm, b"\1" + left + right).digest()

    def root(self, hashes):
        """Of complete subtrees of one height; a smaller one to the right moves up as it is."""
        while len(hashes) > 1:
            pairs = [self.node(*hashes[i:i + 2]) for i in range(0, len(hashes) - 1, 2)]
            hashes = pairs + hashes[len(pairs) * 2:]
        return hashes[0]


def tile_path(level, index, width=WIDTH):
    """`level` is a number or "entries"."""
    digits = f"{index:03d}"
    while len(digits) % 3:
        digits = "0" + digits
    groups = [digits[i:i + 3] for i in range(0, len(digits), 3)]
    path = "/".join(["tile", str(level), *("x" + group for group in groups[:-1]), groups[-1]])
    return path if width == WIDTH else f"{path}.p/{width}"


def split_entries(bundle):
    entries = []
    while bundle:
        end = 2 + int.from_bytes(bundle[:2], "big")
        assert len(bundle) >= end, "a bundle is cut short"
        entries.append(bundle[2:end])
        bundle = bundle[end:]
    return entries


class Reader:
    """Reads a folder at the size of its checkpoint, whatever is published meanwhile."""

    def __init__(self, folder, algorithm="sha256"):
        self.folder, self.hasher = pathlib.Path(folder), Hasher(algorithm)
        self.full_by_now = 0  # partial tiles that were gone, so that the full ones were read

    def tiles(self, level, count):
        """The bytes of each tile or bundle of a level that has so many hashes or entries; the
        newest ones are read first."""
        found = []
        for index in reversed(range(0, -(-count // WIDTH))):
            width = min(WIDTH, count - index * WIDTH)
            try:
                found.append((self.folder / tile_path(level, index, width)).read_bytes())
            except FileNotFoundError:
                if width == WIDTH:
                    raise
                found.append((self.folder / tile_path(level, index)).read_bytes())
                self.full_by_now += 1
        return reversed(found)

    def hashes(self, level, count):
        data = b"".join(self.tiles(level, count))
        assert len(data) >= count * HASH_BYTES, f"level {level} is cut short"
        return [data[i * HASH_BYTES:(i + 1) * HASH_BYTES] for i in range(count)]

    def entries(self, size):
        entries = [entry for bundle in self.tiles("entries", size)
                   for entry in split_entries(bundle)]
        assert len(entries) >= size, "entries are missing"
        return entries[:size]

    def read(self, wait=None):
        """The checkpoint, when every tile and every record is there and gives its root. `wait`
        takes it before they are looked for."""
        note = Note((self.folder / "checkpoint").read_bytes())
        if wait is not None:
            wait(note)
        levels, count = [], note.size
        while count:
            levels.append(self.hashes(len(levels), count))
            count //= WIDTH
        entries = self.entries(note.size)
        assert self.hasher.root(levels[0]) == note.root, "level 0 does not give the root"
        leaves = [self.hasher.leaf(entry) for entry in entries]
        assert leaves == levels[0], "the entries are not those of level 0"
        for below, above in zip(levels, levels[1:]):
            roots = [self.hasher.root(below[i:i + WIDTH])
                     for i in range(0, len(above) * WIDTH, WIDTH)]
            assert above == roots, "a level is not made of the one below"
        return note


def main():
    reader, chance, last, looks = Reader(sys.argv[1]), random.Random(1), None, 0

    def ended():
        return bool(select.select([sys.stdin], [], [], 0)[0])

    def current():
        return (reader.folder / "checkpoint").read_bytes()

    def until_replaced(note):
        while current() == note.signed and not ended():
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.02))

    while not ended():
        if current() == last:
            continue
        # At once, when the tiles are as new as they can be; every other time also so late that
        # what is looked for was replaced before.
        for wait in (None, until_replaced)[:1 + looks % 2]:
            note = reader.read(wait)
            last = note.signed
            print(note.size, note.root.hex(), reader.full_by_now, flush=True)
        looks += 1


if __name__ == "__main__":
    main()
