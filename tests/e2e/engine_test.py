#!/usr/bin/env python3
"""The projections as an administrator has them: how they stand, compared, built through kills."""

import os
import random
import subprocess
import time
import unittest

import support
from journal_checks import loadgen

SEED = int(os.environ.get("COUNTERFOIL_E2E_SEED", "20240302"))
KILLS = 8


class Engine(support.Case):
    def loaded(self):
        ledger = self.ledger("--rule-set", "open").start()
        support.run(*loadgen(ledger, self.folder / "acks", "--connections", 4, "--commands", 300,
                             "--facts-per-command", 6, "--batch", 20), expect=support.DONE)
        return ledger

    def test_projections_show_how_far_they_are_and_are_as_the_journal_gives_them(self):
        ledger = self.loaded()
        size = ledger.size()
        for name, view in ledger.views().items():
            self.assertEqual(int(view["position"]), size, name)
            self.assertEqual(view["state"], "following", name)
            self.assertGreater(int(view["rate"]), 0, name)
            self.assertEqual(len(view["digest"]), 64, name)
            self.assertNotIn("lastError", view)
            self.assertNotIn("building", view)
            compared = ledger.cli("projections", "diff", name)
            self.assertRegex(compared.err, f"{name} version .* at position {size}: .* 0 differ\n")
        row, = ledger.cli("--output", "csv", "projections", "retry", "budgets").csv
        self.assertEqual((row["name"], row["state"], row["lag_seconds"]),
                         ("budgets", "following", "0"))
        outcome = ledger.cli("projections", "retry", "nosuch", expect=support.ANSWER_IS_NO)
        self.assert_says(outcome, 'there is no projection "nosuch"; there are budgets')
        ledger.cli("projections", "diff", "nosuch", expect=support.ANSWER_IS_NO)
        self.assertEqual(ledger.stop(), support.DONE)
        self.assertRegex(ledger.cli("projections", "diff", "budgets").err, " 0 differ", "offline")

    def test_a_daemon_that_is_killed_while_it_rebuilds_serves_the_old_views_and_goes_on(self):
        print(f"seed {SEED}", flush=True)
        chance = random.Random(SEED)
        ledger = self.loaded()
        digests = ledger.digests()
        budgets = ledger.cli("--output", "csv", "budgets").out
        cut = 0
        for _ in range(KILLS):
            rebuild = subprocess.Popen(ledger.arguments("rebuild"), stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0, 0.3))
            ledger.kill()
            cut += rebuild.wait(60 * support.SLOWNESS) != 0
            ledger.start()
            self.assertEqual(ledger.cli("--output", "csv", "budgets").out, budgets)
            self.assertEqual(ledger.digests(), digests)
            limit = time.monotonic() + 60 * support.SLOWNESS
            while any("building" in view for view in ledger.views().values()):
                self.assertLess(time.monotonic(), limit, "what was begun is not built")
        self.assertGreater(cut, 0, "did not kill a rebuild")
        self.assertEqual(ledger.digests(), digests)
        self.assertEqual(ledger.stop(), support.DONE)


if __name__ == "__main__":
    unittest.main(verbosity=2)
