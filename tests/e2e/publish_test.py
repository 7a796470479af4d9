#!/usr/bin/env python3
"""What is published, and what never is: small ledgers."""

import base64
import hashlib
import shutil
import time

import published
import support


class Witness:
    """An Ed25519 witness (C2SP tlog-cosignature), held by openssl."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.private = folder / f"{name}.pem"
        support.openssl("genpkey", "-algorithm", "ed25519", "-out", self.private)
        public = support.openssl("pkey", "-in", self.private, "-pubout", "-outform", "DER")
        key = b"\x04" + public[-32:]
        self.id = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
        self.key = f"{name}+{self.id.hex()}+{base64.b64encode(key).decode()}"

    def cosign(self, checkpoint, file):
        """Writes the checkpoint with a cosignature."""
        note, seconds = checkpoint.read_bytes(), int(time.time())
        message = self.folder / "message"
        message.write_bytes(b"cosignature/v1\ntime %d\n" % seconds + published.Note(note).text)
        signature = support.openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.private,
                                    "-in", message)
        line = base64.b64encode(self.id + seconds.to_bytes(8, "big") + signature).decode()
        file.write_bytes(note + f"— {self.name} {line}\n".encode())
        return file


class Publish(support.Case):
    def setUp(self):
        super().setUp()
        self.www = self.folder / "www"

    def grow(self, ledger, size):
        """Records units until the ledger has so many records."""
        now = ledger.size()
        ledger.cli("submit", "-", stdin=support.units(now, size - now))
        self.assertEqual(ledger.size(), size)

    def files(self):
        return {str(path.relative_to(self.www)) for path in self.www.rglob("*") if path.is_file()}

    def refused(self, ledger, *arguments, said, expect=support.ANSWER_IS_NO, folder=None):
        """Nothing in the folder changes."""
        before = self.contents()
        outcome = ledger.cli("publish", folder or self.www, *arguments, expect=expect)
        self.assert_says(outcome, said)
        self.assertEqual(self.contents(), before)

    def contents(self):
        return {path: path.read_bytes() for path in self.www.rglob("*") if path.is_file()}

    def test_the_tiles_of_each_size_are_those_that_the_specification_asks_for(self):
        ledger = self.ledger().start()
        key, kept = ledger.verifier_key, []
        expected = {
            2: {"0/000.p/2"},
            255: {"0/000.p/255"},
            256: {"0/000", "1/000.p/1"},
            257: {"0/000", "0/001.p/1", "1/000.p/1"},
            512: {"0/000", "0/001", "1/000.p/2"},
            513: {"0/000", "0/001", "0/002.p/1", "1/000.p/2"},
        }
        for size, tiles in expected.items():
            self.grow(ledger, size)
            ledger.cli("publish", self.www)
            kept.append(ledger.checkpoint(self.folder / str(size)))
            bundles = {tile.replace("0/", "entries/", 1) for tile in tiles if tile[0] == "0"}
            wanted = {"checkpoint"} | {f"tile/{name}" for name in tiles | bundles}
            self.assertLessEqual(wanted, self.files())
            # In a new folder nothing else is there.
            alone = self.folder / f"alone-{size}"
            ledger.cli("publish", alone)
            self.assertEqual(wanted, {str(path.relative_to(alone)) for path in alone.rglob("*")
                                      if path.is_file()})
            for checkpoint in kept:
                for folder in (self.www, alone):
                    support.verify_log(folder, key, checkpoint)
        for path in self.www.rglob("*"):
            self.assertEqual(path.stat().st_mode & 0o444, 0o444, f"{path}: readers cannot read it")

    def test_a_third_level_begins_with_65536_records(self):
        ledger, kept = self.ledger().start(), []
        for size in (65535, 65536, 65537):
            self.grow(ledger, size)
            ledger.cli("publish", self.www)
            kept.append(ledger.checkpoint(self.folder / str(size)))
        for checkpoint in kept:
            outcome = support.verify_log(self.www, ledger.verifier_key, checkpoint)
        self.assert_says(outcome, "tiles: 259 on 3 levels", "entries: 65537\n")
        self.assertEqual({name for name in self.files() if not name.startswith("tile/0/")
                          and not name.startswith("tile/entries/")},
                         {"checkpoint", "tile/1/000", "tile/2/000.p/1"})

    def test_a_log_under_the_national_suite_is_published_too(self):
        ledger = self.ledger("--suite", "sm3-sm2").start()
        for size in (300, 520):
            self.grow(ledger, size)
            ledger.cli("publish", self.www)
            self.assertEqual(published.Reader(self.www, "sm3").read().size, size)

    def test_two_histories_under_one_key_are_told_apart(self):
        ledger = self.ledger().start()
        self.grow(ledger, 300)
        self.assertEqual(ledger.stop(), support.DONE)
        copy = support.Ledger(shutil.copytree(ledger.folder, self.folder / "copy"))
        self.addCleanup(copy.close)
        for fork, first in ((ledger, 1000), (copy, 2000)):
            fork.start()
            fork.cli("submit", "-", stdin=support.units(first, 300))
            fork.cli("publish", self.folder / f"{fork.folder.name}-www")
        key = ledger.verifier_key
        mine, other = (self.folder / f"{fork.folder.name}-www" for fork in (ledger, copy))
        support.verify_log(mine, key)
        support.verify_log(other, key)
        self.assert_says(support.verify_log(mine, key, other / "checkpoint",
                                            expect=support.ANSWER_IS_NO), "invalid")
        # Neither goes on in the folder of the other one.
        self.grow(copy, 700)
        shutil.copytree(mine, self.www)
        self.refused(copy, said="nothing was published", expect=support.COULD_NOT)

    def test_a_confidential_ledger_is_never_published(self):
        ledger = self.ledger("--confidential")
        self.refused(ledger, said="confidential")
        self.assertFalse(self.www.exists())

    def test_a_folder_of_another_ledger_is_refused(self):
        self.ledger(name="first").cli("publish", self.www)
        self.refused(self.ledger(name="second"), said="publish into another folder")

    def test_a_log_never_shrinks_for_its_readers(self):
        ledger = self.ledger().start()
        older = ledger.checkpoint(self.folder / "older")
        self.grow(ledger, 5)
        ledger.cli("publish", self.www)
        self.refused(ledger, "--checkpoint", older, said="readers would see the log shrink")

    def test_a_damaged_folder_is_not_gone_on_with(self):
        ledger = self.ledger().start()
        self.grow(ledger, 300)
        ledger.cli("publish", self.www)
        self.grow(ledger, 600)
        for path in ("tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"):
            file = self.www / path
            whole = file.read_bytes()
            file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
            self.refused(ledger, said="damaged", expect=support.COULD_NOT)
            file.write_bytes(whole)
        ledger.cli("publish", self.www)
        support.verify_log(self.www, ledger.verifier_key)

    def test_with_a_witness_only_what_it_cosigned_is_published(self):
        ledger = self.ledger().start()
        witness = Witness(self.folder, "witness.example")
        stranger = Witness(self.folder, "stranger.example")
        self.refused(ledger, "--witness", witness.key, said="only a checkpoint that it cosigned",
                     expect=support.WRONG_USAGE)
        plain = ledger.checkpoint(self.folder / "plain")
        cosigned = witness.cosign(plain, self.folder / "cosigned")
        for file, *keys in ((plain, witness.key), (cosigned, stranger.key),
                            (cosigned, witness.key, stranger.key)):
            named = [part for key in keys for part in ("--witness", key)]
            self.refused(ledger, "--checkpoint", file, *named, said="signed by none")
        self.refused(ledger, "--checkpoint", cosigned, "--witness", ledger.verifier_key,
                     said="a witness's is asked for here", expect=support.WRONG_USAGE)
        self.assertEqual(self.files(), set())

        self.grow(ledger, 5)  # what is newer waits for its cosignature
        ledger.cli("publish", self.www, "--checkpoint", cosigned, "--witness", witness.key)
        self.assertEqual((self.www / "checkpoint").read_bytes(), cosigned.read_bytes())
        support.verify_log(self.www, ledger.verifier_key, plain)
        # Of another text the same cosignature is worth nothing.
        newer = ledger.checkpoint(self.folder / "newer")
        line = cosigned.read_bytes().splitlines()[-1] + b"\n"
        newer.write_bytes(newer.read_bytes() + line)
        self.refused(ledger, "--checkpoint", newer, "--witness", witness.key,
                     said="changed after it was signed")

    # Cause: publishing the same size again put a checkpoint without the cosignature in its place.
    def test_what_is_published_already_keeps_its_cosignature(self):
        ledger = self.ledger().start()
        witness = Witness(self.folder, "witness.example")
        plain = ledger.checkpoint(self.folder / "plain")
        cosigned = witness.cosign(plain, self.folder / "cosigned")
        ledger.cli("publish", self.www, "--checkpoint", cosigned, "--witness", witness.key)
        self.assert_says(ledger.cli("publish", self.www), "published", "already")
        self.assertEqual((self.www / "checkpoint").read_bytes(), cosigned.read_bytes())


if __name__ == "__main__":
    support.main()
