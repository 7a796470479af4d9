#!/usr/bin/env python3
"""On a disk that is really full everything says so, nothing aborts, and nothing is lost."""

import json
import pathlib
import subprocess
import sys
import tempfile

import support


def units(count):
    return "".join(json.dumps({"commandId": f"u{n}", "facts": [
        {"unitRegistered": {"unit": f"u{n}", "name": "n" * 500}}]}) + "\n" for n in range(count))


class FullDisk(support.Case):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        mount(self.disk, "6m")
        self.addCleanup(subprocess.run, ["umount", str(self.disk)], check=True)

    def fill(self):
        """Takes what room there is, and gives it back when it is called again."""
        filler = self.disk / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        return filler

    def test_a_daemon_that_runs_out_of_room_refuses_and_goes_on_serving(self):
        # Cause: RocksDB's own logger aborts where it cannot write.
        ledger = self.ledger(name="disk/ledger").start()
        outcome = support.run(*ledger.arguments("submit", "-"), stdin=units(20_000))
        self.assert_says(outcome, "the disk of the database", "is full", "Make room")
        self.assertIsNone(ledger.process.poll(), "the daemon ended")
        recorded = int(outcome.text.split(" recorded, ")[0].split()[-1])
        self.assertGreater(recorded, 0)
        self.assertEqual(len(ledger.events("--from", 0)), 2 + recorded)
        self.assertEqual(ledger.stop(), support.DONE)

    def test_opening_on_a_full_disk_is_refused_and_loses_nothing(self):
        ledger = self.ledger(name="disk/ledger").start()
        ledger.cli("submit", "-", stdin=units(500))
        ledger.kill()
        filler = self.fill()
        for _ in range(3):
            for arguments in ((support.program("counterfoil"), "--ledger", ledger.folder, "tail"),
                              (support.program("counterfoild"), "--ledger", ledger.folder,
                               "--listen", "127.0.0.1:0")):
                outcome = support.run(*arguments, expect=support.COULD_NOT)
                self.assert_says(outcome, "full", "Make room")
        outcome = support.cli("--ledger", self.disk / "new", "init", "--origin", "a.example/b",
                              "--recovery-key", self.folder / "key", expect=support.COULD_NOT)
        self.assert_says(outcome, "ake room")
        filler.unlink()
        self.assertEqual(len(ledger.events()), 502)


def mount(folder, size):
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
                          capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        if not mount(pathlib.Path(place), "1m"):
            print("skipped: mounting a small file system to fill needs root")
            sys.exit(support.SKIPPED)
        subprocess.run(["umount", place], check=True)
    support.main()
