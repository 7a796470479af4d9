#!/usr/bin/env python3
"""An import that is killed again and again, and done again, ends as one that never was."""

import os
import random
import signal
import subprocess
import time
import unittest

import support

KILLS = 20
SEED = int(os.environ.get("COUNTERFOIL_E2E_SEED", "20120101"))


class IsraelResume(support.Case):
    def read(self, ledger):
        """What the ledger says, except for when it was recorded."""
        return ledger.size(), ledger.cli("--output", "csv", "budgets").out

    def import_whole(self):
        """An import that nothing disturbs: what it gives, and the seconds that it takes."""
        whole = self.ledger(*support.ISRAEL_OPTIONS, name="whole").start()
        before = time.monotonic()
        support.import_israel(whole)
        took = time.monotonic() - before
        expected = self.read(whole)
        whole.stop()
        return expected, took

    def import_killed(self, ledger, seconds):
        """Whether the import was still at work when it was killed."""
        process = subprocess.Popen(
            ledger.arguments("import", "--mapping", support.MAPPINGS / "israel-2012.toml",
                             support.israel("original_revised"), support.israel("changes")),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        return process.wait() == -signal.SIGKILL

    def check_resumed(self, ledger, expected):
        resumed = support.import_israel(ledger)
        self.assertRegex(resumed.out, r"refused +0\n")
        self.assertEqual(self.read(ledger), expected)
        ledger.stop()

    def test_twenty_kills_of_an_import_change_nothing(self):
        print(f"seed {SEED}", flush=True)
        chance = random.Random(SEED)
        expected, took = self.import_whole()
        ledgers, sizes = [], []
        # Where all is recorded in spite of the kills, the next ones meet another ledger.
        while len(sizes) < KILLS:
            if not sizes or sizes[-1] == expected[0]:
                ledgers.append(self.ledger(*support.ISRAEL_OPTIONS, name=f"broken-{len(ledgers)}"))
                ledgers[-1].start()
            # In its first third an import only reads.
            if self.import_killed(ledgers[-1], chance.uniform(0.3, 0.95) * took):
                sizes.append(ledgers[-1].size())
            else:
                took *= 0.8  # the machine has less to do than it had
        print(f"an import takes {took:.1f} s; after each kill there were {sizes} events",
              flush=True)
        self.assertGreaterEqual(sum(2 < size < expected[0] for size in sizes), 2,
                                "did not exercise imports that were cut off")
        for ledger in ledgers:
            self.check_resumed(ledger, expected)


if __name__ == "__main__":
    support.need_israel()
    unittest.main(verbosity=2)
