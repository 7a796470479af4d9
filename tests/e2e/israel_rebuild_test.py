#!/usr/bin/env python3
"""Views built again from the journal, in every way there is, are the views that were followed."""

import random
import shutil
import unittest

import support


class IsraelRebuild(support.Case):
    def setUp(self):
        super().setUp()
        self.israel = self.ledger(*support.ISRAEL_OPTIONS).start()
        support.import_israel(self.israel)

    def read_all(self):
        return {name: self.israel.cli("--output", "csv", name).out
                for name in ("budgets", "adjustments", "units", "compliance")}

    def check_subjects(self, budgets):
        """Fifty projects folded from their own records are as in the view."""
        projects = sorted({row["project"] for row in budgets})
        for project in random.Random(50).sample(projects, 50):
            alone = self.israel.cli("--output", "csv", "rebuild", "--subject", f"project/{project}")
            self.assertEqual(alone.csv, [row for row in budgets if row["project"] == project])

    def test_views_rebuilt_deleted_and_read_offline_are_the_same(self):
        israel = self.israel
        digests, rows = israel.digests(), self.read_all()
        self.assertLess({"budgets", "adjustments", "units"}, set(digests))
        self.check_subjects(israel.cli("--output", "csv", "budgets").csv)

        built = israel.cli("--output", "json", "rebuild").json
        self.assertEqual({row["name"]: (row["before"], row["after"]) for row in built},
                         {name: (digest, digest) for name, digest in digests.items()})
        self.assertTrue(all(row["same"] for row in built))
        self.assertEqual(self.read_all(), rows)

        refused = support.cli("--ledger", israel.folder, "budgets", expect=support.COULD_NOT)
        self.assert_says(refused, "in use by process", "--connect")

        self.assertEqual(israel.stop(), support.DONE)
        self.assertEqual(self.read_all(), rows, "offline")
        self.assertEqual(israel.digests(), digests, "offline")

        shutil.rmtree(israel.folder / "views")
        israel.start()
        self.assertEqual(israel.digests(), digests, "views deleted")
        self.assertEqual(self.read_all(), rows, "views deleted")
        israel.stop()
        support.cli("--ledger", israel.folder, "rebuild", "index")
        self.assertEqual(israel.digests(), digests, "indexes built again")


if __name__ == "__main__":
    support.need_israel()
    unittest.main(verbosity=2)
