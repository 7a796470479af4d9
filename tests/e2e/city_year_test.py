#!/usr/bin/env python3
"""The reference year goes through the command line whole: imported, read, reconciled."""

import collections
import json
import re
import time
import unittest

import support

# What only the ledger itself records, but for the seals of closed years.
BY_THE_LEDGER = {"unspecified", "keyRotated"}
# Decisions above a ceiling, and one before what comes first, by leave of the city's government.
OVERRIDES = {"R4": 1, "R5": 3, "R8": 1}


class CityYear(support.Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = support.Case()
        cls.shared.setUp()
        cls.addClassCleanup(cls.shared.doCleanups)
        cls.files = cls.shared.folder / "files"
        cls.tables = support.reference_year(cls.files)
        cls.city = cls.shared.ledger("--rule-set", "open").start()
        cls.account = cls.import_all()
        cls.wait_for_seal()
        cls.staff = cls.import_files(cls.files / name for name in support.STAFF)

    @classmethod
    def wait_for_seal(cls):
        """The daemon seals by itself what was closed last."""
        limit = time.monotonic() + 60 * support.SLOWNESS
        while time.monotonic() < limit:
            events = cls.city.events()
            places = {kind: [place for place, event in enumerate(events) if kind in event["fact"]]
                      for kind in ("periodClosed", "ledgerSealed")}
            if places["ledgerSealed"] and places["ledgerSealed"][-1] > places["periodClosed"][-1]:
                return
            time.sleep(0.2)
        raise AssertionError("the closed years are not sealed")

    @classmethod
    def import_all(cls):
        return cls.import_files(cls.tables)

    @classmethod
    def import_files(cls, files):
        return cls.city.cli("import", "--mapping", support.MAPPINGS / "reference-year.toml",
                            *files, seconds=300)

    def test_every_row_is_recorded_and_the_close_is_equal(self):
        self.assertRegex(self.account.out, r"\n  refused +0\n")
        broken = re.findall(r"^\S+ \(event \d+\): (R\d+) is broken, as \S.* decided in \S+, and",
                            self.account.out, re.MULTILINE)
        self.assertEqual(collections.Counter(broken), OVERRIDES, str(self.account))
        closed = self.city.cli("reconcile", "--mapping", support.MAPPINGS / "reference-year.toml",
                               self.files / "closing.csv")
        count = (self.files / "closing.csv").read_text(encoding="utf-8").count("\n") - 1
        self.assertGreater(count, 300)
        self.assertRegex(closed.err, r"net: (\d+) of \1 programmes are equal")
        self.assertEqual(len(self.city.cli("--output", "csv", "budgets").csv), count)

    def test_every_fact_is_there_and_the_citys_rules_hold_from_july_2023_on(self):
        schema = (support.ROOT / "schema" / "event.capnp").read_text(encoding="utf-8")
        known = re.search(r"struct Fact \{.*?union \{(.*?)\}", schema, re.DOTALL)[1]
        events = self.city.events()
        facts = collections.Counter(next(iter(event["fact"])) for event in events)
        self.assertEqual(set(re.findall(r"(\w+) @\d+ :", known)) - facts.keys(), BY_THE_LEDGER)
        for event in events[2:]:  # behind those that open the ledger
            in_force = event["decidedAt"] >= "2023-06-30T16"  # midnight in Shanghai
            # Units were there before anybody decided.
            if "unitRegistered" not in event["fact"]:
                self.assertEqual(event["ruleSetVersion"], "city-2024@2" if in_force else "open@1")
            for breach in event.get("breaches", ()):
                self.assertEqual(breach["mode"], "override")
                self.assertTrue(breach["authority"] and breach["document"], breach)

    def test_a_second_import_records_nothing_new(self):
        self.city.settle()
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
            current = line.get("current", "0")  # JSON leaves out what is zero
            self.assertIsInstance(current, str)
            self.assertEqual(support.major(row["current"]), int(current))
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

    def test_events_count_money_as_every_other_table_does(self):
        """In major units; JSON has the record itself, in minor ones."""
        events = self.city.events()
        rows = self.city.cli("--output", "csv", "tail", "--from", 0, "--no-follow").csv
        compared = 0
        for event, row in zip(events, rows, strict=True):
            self.assertEqual(row["sequence"], event.get("sequence", "0"))
            detail = json.loads(row["detail"].removeprefix("'"))
            fact = event["fact"].get("paymentRecorded")
            if fact is None:
                continue
            compared += 1
            for name in ("amount", "spentAfter"):
                self.assertEqual(support.major(detail.get(name, "0")), int(fact.get(name, 0)))
            self.assertRegex(detail["amount"], r"^-?\d+\.\d\d$")
        self.assertGreater(compared, 100)
        # A table that is followed has a header, and then each event as it comes.
        table = self.city.cli("tail", "--from", 0, "--limit", 3, "--no-follow").out.splitlines()
        self.assertRegex(table[0], r"^event  what happened +effective on +")
        self.assertRegex(table[1], r"^    0  ledgerOpened +")

    def test_what_was_not_compared_is_never_called_equal(self):
        empty = self.folder / "empty.csv"
        with open(self.files / "closing.csv", encoding="utf-8") as closing:
            empty.write_text(closing.readline(), encoding="utf-8")
        for arguments, said in (
                (("--measure", "bogus", self.files / "closing.csv"),
                 'nothing was compared: the files have no measure "bogus"; they have net'),
                (("--measure", "headcount", self.files / "closing.csv"), "they have net"),
                ((empty,), "nothing was compared: the files have no row of figures")):
            outcome = self.city.cli("reconcile", "--mapping",
                                    support.MAPPINGS / "reference-year.toml", *arguments,
                                    expect=support.WRONG_USAGE)
            self.assert_says(outcome, said)
            self.assertEqual(outcome.out, "")

    def test_rebuilding_gives_the_same_digests(self):
        digests = self.city.digests()
        self.assertEqual({row["name"]: row["after"]
                          for row in self.city.cli("--output", "json", "rebuild").json}, digests)


if __name__ == "__main__":
    unittest.main(verbosity=2)
