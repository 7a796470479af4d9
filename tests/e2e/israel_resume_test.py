#!/usr/bin/env python3
"""An import that is killed again and again, and done again, ends as one that never was."""

import os
import random
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

    def test_twenty_kills_of_an_import_change_nothing(self):
        print(f"seed {SEED}", flush=True)
        whole = self.ledger(*support.ISRAEL_OPTIONS, name="whole").start()
        before = time.monotonic()
        support.import_israel(whole)
        took = time.monotonic() - before
        expected = self.read(whole)
        whole.stop()

        chance = random.Random(SEED)
        broken = self.ledger(*support.ISRAEL_OPTIONS, name="broken").start()
        arguments = broken.arguments(
            "import", "--mapping", support.MAPPINGS / "israel-2012.toml",
            support.israel("original_revised"), support.israel("changes"))
        sizes, killed = [], 0
        for kill in range(1, KILLS + 1):
            process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            # The first third only reads. Later kills come later on the whole, so that each part is
            # cut somewhere; a request that has arrived whole is recorded whole.
            time.sleep((0.3 + 0.6 * kill / KILLS) * chance.uniform(0.8, 1.2) * took)
            process.kill()
            killed += process.wait() == -9
            sizes.append(broken.size())
        print(f"an import takes {took:.1f} s; {killed} were killed, with {sizes} events then",
              flush=True)
        self.assertEqual(sizes, sorted(sizes))
        parts = {size for size in sizes if 2 < size < expected[0]}
        self.assertGreaterEqual(len(parts), 2, "did not exercise imports that were cut off")

        resumed = support.import_israel(broken)
        self.assertRegex(resumed.out, r"refused +0\n")
        self.assertEqual(self.read(broken), expected)


if __name__ == "__main__":
    support.need_israel()
    unittest.main(verbosity=2)
