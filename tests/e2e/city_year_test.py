#!/usr/bin/env python3
"""The reference year goes through the command line whole: imported, read, reconciled."""

import json
import sys
import unittest

import support

TABLES = ("units", "projects", "targets", "target_approvals", "appropriations", "commitments",
          "payments", "monitoring", "grades", "adjustments", "reversals")


class CityYear(support.Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = support.Case()
        cls.shared.setUp()
        cls.addClassCleanup(cls.shared.doCleanups)
        cls.files = cls.shared.folder / "files"
        support.run(sys.executable, support.ROOT / "tools" / "reference-year", cls.files,
                    expect=support.DONE)
        cls.city = cls.shared.ledger("--rule-set", "city-2024").start()
        cls.account = cls.import_all()

    @classmethod
    def import_all(cls):
        return cls.city.cli("import", "--mapping", support.MAPPINGS / "reference-year.toml",
                            *(cls.files / f"{table}.csv" for table in TABLES), seconds=300)

    def test_every_row_is_recorded_and_the_close_is_equal(self):
        self.assertRegex(self.account.out, r"\n  refused +0\n")
        self.assertNotIn("broken", self.account.out)
        closed = self.city.cli("reconcile", "--mapping", support.MAPPINGS / "reference-year.toml",
                               self.files / "closing.csv")
        count = (self.files / "closing.csv").read_text(encoding="utf-8").count("\n") - 1
        self.assertGreater(count, 300)
        self.assertRegex(closed.err, r"net: (\d+) of \1 programmes are equal")
        self.assertEqual(len(self.city.cli("--output", "csv", "budgets").csv), count)

    def test_a_second_import_records_nothing_new(self):
        before = self.city.size(), self.city.digests()
        again = self.import_all()
        self.assertRegex(again.out, r"\n  recorded +0\n")
        self.assertEqual((self.city.size(), self.city.digests()), before)

    def test_tables_speak_chinese_and_csv_and_json_do_not(self):
        table = self.city.cli("--lang", "zh", "budgets", "--fiscal-year", 2024)
        for header in ("年初批复数", "变动后预算数", "追加"):
            self.assertIn(header, table.out)
        self.assertNotIn("original budget", table.out)
        rows = self.city.cli("--lang", "zh", "--output", "csv", "budgets", "--fiscal-year", 2024)
        self.assertTrue(rows.out.startswith("project,unit,fiscal_year,fund,measure,item,original,"))
        lines = self.city.cli("--lang", "zh", "--output", "json", "budgets", "--fiscal-year", 2024)
        self.assertEqual(len(lines.json), len(rows.csv))

    def test_csv_and_json_rows_are_the_same_rows(self):
        rows = self.city.cli("--output", "csv", "budgets", "--fiscal-year", 2024).csv
        lines = self.city.cli("--output", "json", "budgets", "--fiscal-year", 2024).json
        for row, line in zip(rows, lines, strict=True):
            self.assertEqual(row["project"], line["project"])
            self.assertIsInstance(line["current"], str)
            self.assertEqual(support.major(row["current"]), int(line["current"]))
            self.assertEqual(row["fiscal_year"], str(line["fiscalYear"]))
            self.assertNotIn(",", row["current"])

    def test_a_projects_history_is_whole_and_in_order(self):
        project = self.city.cli("--output", "json", "budgets", "--fiscal-year", 2024).json[7]
        events = self.city.cli("--output", "json", "history", f"project/{project['project']}").json
        ordinals = [int(subject.get("ordinal", 0)) for event in events
                    for subject in event["subjects"]
                    if subject["id"] == f"project/{project['project']}"]
        self.assertEqual(ordinals, list(range(len(events))))
        facts = {next(iter(event["fact"])) for event in events}
        self.assertLessEqual({"projectProposed", "targetSubmitted", "budgetAppropriated",
                              "paymentRecorded", "gradeAssigned"}, facts)
        table = self.city.cli("history", f"project/{project['project']}").out
        self.assertIn("budgetAppropriated", table)
        rows = self.city.cli("--output", "csv", "history", f"project/{project['project']}").csv
        self.assertEqual([int(row["sequence"]) for row in rows],
                         [int(event.get("sequence", 0)) for event in events])
        for row in rows:
            json.loads(row["detail"].removeprefix("'"))

    def test_rebuilding_gives_the_same_digests(self):
        digests = self.city.digests()
        self.assertEqual({row["name"]: row["after"]
                          for row in self.city.cli("--output", "json", "rebuild").json}, digests)


if __name__ == "__main__":
    unittest.main(verbosity=2)
