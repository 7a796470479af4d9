#!/usr/bin/env python3
"""The State of Israel's 2012 budget, recorded and read back, against its published figures.

What is expected is computed here, from the published files alone.
"""

import collections
import csv
import re
import unittest

import support

BALANCED_CODES = {"7", "8", "9", "17", "18"}
UNBALANCED = {("06-11", "commitment"), ("52-25", "commitment"), ("52-26", "commitment"),
              ("78-7", "commitment"), ("78-14", "commitment"),
              ("08-31", "headcount"), ("33-52", "headcount"), ("40-8", "headcount")}
COLUMNS = {"net": "הוצאות נטו", "conditional": "הוצאה מותנית בהכנסה",
           "earmarked": "הכנסה מיועדת", "commitment": "הרשאה להתחייב", "headcount": "שיא כא"}


def published(name):
    with open(support.israel(name), encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def request_of(row):
    return f"{int(row['סעיף מוביל']):02}-{row['מספר בקשה']}"


def smallest_units(text, measure):
    """Thousands of shekels as agorot, posts as thousandths."""
    whole, _, part = text.replace(",", "").partition(".")
    thousandths = int(whole + part.ljust(3, "0"))
    return thousandths if measure == "headcount" else thousandths * 100


class IsraelFigures(support.Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = support.Case()
        cls.shared.setUp()
        cls.addClassCleanup(cls.shared.doCleanups)
        cls.israel = cls.shared.ledger(*support.ISRAEL_OPTIONS).start()
        cls.account = support.import_israel(cls.israel)
        cls.budgets = cls.israel.cli("--output", "csv", "budgets").csv
        cls.adjustments = cls.israel.cli("--output", "csv", "adjustments").csv
        cls.changes = published("changes")

    def test_every_row_is_recorded_and_none_refused(self):
        counts = dict(re.findall(r"^ *(rows read|recorded|known|refused) +(\d+)", self.account.out,
                                 re.MULTILINE))
        self.assertEqual(counts, {"rows read": "22380", "recorded": "22380", "known": "0",
                                  "refused": "0"}, str(self.account))
        self.assertEqual(len({row["request"] for row in self.adjustments}), 1867)
        self.assertEqual({request_of(row) for row in self.changes},
                         {row["request"] for row in self.adjustments})

    def test_exactly_the_eight_unbalanced_requests_are_reported_as_r19(self):
        told = re.findall(r"^israel-2012/request/(\S+) \(event \d+\): R19 is broken"
                          r".*legs on (\w+) ",
                          self.account.out, re.MULTILINE)
        self.assertEqual(len(told), 8, str(self.account))
        self.assertEqual(set(told), UNBALANCED)
        marked = {row["request"] for row in self.adjustments if row["breaches"]}
        self.assertEqual(marked, {request for request, _ in UNBALANCED})
        self.assertEqual({row["breaches"] for row in self.adjustments if row["breaches"]}, {"R19"})
        breaches = self.israel.cli("--output", "csv", "compliance").csv
        self.assertEqual([row["rule"] for row in breaches], ["R19"] * 8)

    def test_the_revised_budget_equals_the_published_one_but_for_rounded_headcount(self):
        outcome = self.israel.cli(
            "--output", "csv", "reconcile", "--mapping", support.MAPPINGS / "israel-2012.toml",
            support.israel("original_revised"), expect=support.ANSWER_IS_NO)
        for measure in ("net", "conditional", "earmarked", "commitment"):
            self.assert_says(outcome, f"{measure}: 1647 of 1647 programmes are equal")
        self.assert_says(outcome, "headcount: 1568 of 1647 programmes are equal")
        self.assertEqual(collections.Counter(row["measure"] for row in outcome.csv),
                         {"headcount": 79})
        for measure in ("net", "conditional", "earmarked", "commitment"):
            self.israel.cli("reconcile", "--measure", measure, "--mapping",
                            support.MAPPINGS / "israel-2012.toml",
                            support.israel("original_revised"))

    def test_the_sums_of_net_expenditure_are_the_published_ones(self):
        sums = collections.Counter()
        for row in self.budgets:
            if row["measure"] == "net":
                sums["lines"] += 1
                sums["original"] += support.major(row["original"])
                sums["current"] += support.major(row["current"])
        self.assertEqual(sums, {"lines": 1647, "original": 758_352_238_000_00,
                                "current": 783_526_030_000_00})

    def test_every_leg_is_the_published_change(self):
        expected = collections.Counter()
        for row in self.changes:
            project = row["קוד תוכנית"].replace("-", "").rjust(6, "0")
            for measure, column in COLUMNS.items():
                amount = smallest_units(row[column], measure)
                expected[request_of(row), project, measure] += amount
        found = collections.Counter()
        for row in self.adjustments:
            found[row["request"], row["project"], row["measure"]] += support.major(row["amount"])
        different = {key for key in expected.keys() | found.keys() if expected[key] != found[key]}
        self.assertEqual(different, set())

    def test_requests_that_move_money_balance_on_both_groups(self):
        codes = collections.defaultdict(set)
        for row in self.changes:
            codes[request_of(row)].add(row["קוד שינוי"])
        moving = {request for request, of in codes.items() if of <= BALANCED_CODES}
        self.assertEqual(len(moving), 1408)
        net, tied = collections.Counter(), collections.Counter()
        for row in self.adjustments:
            if row["measure"] == "net":
                net[row["request"]] += support.major(row["amount"])
            elif row["measure"] in ("conditional", "earmarked"):
                tied[row["request"]] += support.major(row["amount"])
        self.assertEqual({request for request in moving if net[request] or tied[request]}, set())

    def test_current_budgets_are_the_original_and_every_leg(self):
        legs = collections.Counter()
        for row in self.adjustments:
            legs[row["project"], row["measure"]] += support.major(row["amount"])
        for row in self.budgets:
            self.assertEqual(support.major(row["current"]), support.major(row["original"])
                             + legs[row["project"], row["measure"]], row)

    def test_one_figure_changed_is_found_with_its_line(self):
        rows = published("original_revised")
        column = "תקציב מאושר - הוצאות נטו"
        changed = next(row for row in rows[5000:] if row[column] not in ("", "0"))
        changed[column] = str(int(changed[column].replace(",", "")) + 1)
        copy = self.folder / "changed.csv"
        with open(copy, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        outcome = self.israel.cli(
            "--output", "csv", "reconcile", "--measure", "net", "--mapping",
            support.MAPPINGS / "israel-2012.toml", copy, expect=support.ANSWER_IS_NO)
        project = changed["קוד תוכנית"].replace("-", "").rjust(6, "0")
        self.assertEqual([(row["project"], row["measure"], row["difference"])
                          for row in outcome.csv], [(project, "net", "-1000.00")])
        self.assert_says(outcome, "net: 1646 of 1647 programmes are equal")

    def test_a_second_import_records_nothing(self):
        before = self.israel.size(), self.israel.digests()
        again = support.import_israel(self.israel)
        self.assertRegex(again.out, r"recorded +0\n")
        self.assertRegex(again.out, r"known +22380 ")
        self.assertEqual((self.israel.size(), self.israel.digests()), before)

    def test_filters_give_the_rows_that_they_name(self):
        whole = [row for row in self.budgets if row["unit"] == "20" and row["measure"] == "net"]
        self.assertGreater(len(whole), 10)
        found = self.israel.cli("--output", "csv", "budgets", "--unit", "20", "--measure", "net")
        self.assertEqual(found.csv, whole)
        one = self.israel.cli("--output", "csv", "adjustments", "--request", "52-25").csv
        self.assertEqual(one, [row for row in self.adjustments if row["request"] == "52-25"])


if __name__ == "__main__":
    support.need_israel()
    unittest.main(verbosity=2)
