#!/usr/bin/env python3
"""The read models through the command line, and examples of every fact that are what they say."""

import json
import re
import unittest

import support

VIEWS = ("targets", "monitoring", "grades", "obligations", "compliance", "stale", "priorities",
         "pools", "library", "units")
# What init records, and what only the ledger itself does.
NO_COMMAND = {"ledgerOpened", "keyRotated", "ledgerSealed"}
LINE = "line/2024/P1/general/net/-"


def name_of(example):
    return next(iter(example["facts"][0]))


class ReadModels(support.Case):
    def told(self):
        """A ledger that took every example."""
        ledger = self.ledger("--rule-set", "open").start()
        examples = support.cli("facts", "--example").out
        outcome = ledger.cli("submit", "-", stdin=examples)
        broken = re.findall(r"(R\d+) is broken, and that is recorded: (.*)", outcome.out)
        # With an example a fact there is one FactorAssessed, where a review wants two.
        self.assertEqual(broken, [("R11", f"the review does not look at the {factor}")
                                  for factor in ("execution rate", "grade", "stock")])
        return ledger

    def test_every_example_is_accepted_in_the_order_given(self):
        facts = {row["fact"]: row for row in support.cli("--output", "csv", "facts").csv}
        examples = support.cli("facts", "--example").json
        self.assertEqual({name_of(example) for example in examples}, set(facts) - NO_COMMAND)
        self.assertEqual(len(examples), len(facts) - len(NO_COMMAND))
        for fact, row in facts.items():
            self.assertRegex(row["meaning"], r"^[A-Z].*\.$", fact)
        ledger = self.told()
        # The daemon seals the year that the last examples close, when it comes to it.
        recorded = [fact for event in ledger.events() for fact in event["fact"]
                    if fact != "ledgerSealed"]
        self.assertEqual(recorded[2:], [name_of(example) for example in examples])
        for example in examples:
            allowed = facts[name_of(example)]["recorded_by"]
            if not allowed.startswith("who may record"):
                self.assertIn(example["role"], allowed.split(", "), name_of(example))

    def test_a_fact_is_told_with_its_fields_and_its_example(self):
        told = support.cli("facts", "budgetAdjusted").out
        for part in ("recorded by finance, government", "legs[].amount", "minor units",
                     "A change of budgets", "virement", '"commandId": "example-budgetAdjusted"'):
            self.assertIn(part, told)
        self.assertNotIn("balanceAfter", told, "the ledger's own")
        fields = support.cli("--output", "json", "facts", "gradeAssigned").json
        self.assertIn({"field": "declaredScore", "form": "whole number",
                       "meaning": "thousandths of a point"}, fields)
        self.assertIn("`counterfoil init`", support.cli("facts", "ledgerOpened").out)
        for arguments in (("facts", "nosuch"), ("facts", "ledgerSealed", "--example")):
            support.cli(*arguments, expect=support.ANSWER_IS_NO)

    def test_each_view_reads_in_every_form_and_language(self):
        ledger = self.told()
        for view in VIEWS:
            rows = ledger.cli("--output", "csv", view).csv
            lines = ledger.cli("--output", "json", view).json
            self.assertEqual(len(rows), len(lines), view)
            chinese = ledger.cli("--lang", "zh", "--output", "markdown", view).out.splitlines()
            self.assertEqual(len(chinese), len(rows) + 2, view)
            self.assertNotRegex(chinese[0], "[a-z]", view)
        self.assertIn("评价等级", ledger.cli("--lang", "zh", "grades").out)
        self.assertRegex(ledger.cli("--lang", "zh", "library").out, "入库阶段.*\n.*已结项")
        self.assertEqual([row["state"] for row in ledger.cli("--output", "csv", "obligations").csv],
                         ["answered"])
        self.assertEqual(ledger.stop(), support.DONE)
        self.assertEqual(len(ledger.cli("--output", "csv", "grades").csv), 1, "offline")

    def test_filters_choose_rows_and_a_mistyped_one_is_named(self):
        ledger = self.told()
        for arguments, count in ((("targets", "--state", "inForce"), 1),
                                 (("targets", "--state", "returned"), 0),
                                 (("grades", "--fiscal-year", 2023, "--unit", "U001"), 1),
                                 (("units", "--fund", "general", "--measure", "net"), 1)):
            self.assertEqual(len(ledger.cli("--output", "csv", *arguments).csv), count, arguments)
        for arguments, said, status in (
                (("grades", "--project", "P"), 'no row of grades has the project "P"; there are '
                 "010104", support.ANSWER_IS_NO),
                (("grades", "--fiscal-year", 2031), "there are 2023", support.ANSWER_IS_NO),
                (("pools", "--fiscal-year", 2031), "nothing to show in pools yet",
                 support.ANSWER_IS_NO),
                (("targets", "--state", "good"), "there are submitted, returned, replaced",
                 support.WRONG_USAGE),
                (("pools", "--unit", "U001"), "--unit", support.WRONG_USAGE)):
            outcome = ledger.cli(*arguments, expect=status)
            self.assert_says(outcome, said)
            self.assertEqual(outcome.out, "")

    def test_revising_a_grade_lists_the_cut_as_stale_and_changes_no_number(self):
        ledger = self.ledger("--rule-set", "open").start()
        grade = {"evaluatedYear": 2023, "level": "finance", "about": "project/P1"}
        facts = ({"unitRegistered": {"unit": "U1", "name": "Unit"}},
                 {"projectProposed": {"project": "P1", "unit": "U1", "name": "Project"}},
                 {"lineOpened": {"line": LINE}},
                 {"gradeAssigned": {**grade, "grade": "medium"}})
        ledger.cli("submit", "-", stdin=support.commands(*facts))
        cut = {"commandId": "cut", "evidence": [5], "facts": [
            {"budgetAppropriated": {"line": LINE, "amount": "8000", "base": "10000",
                                    "cutForGrade": "2000"}}]}
        ledger.cli("submit", "-", stdin=json.dumps(cut))
        before = [ledger.cli("--output", "csv", view).out for view in ("budgets", "units")]
        self.assertEqual(ledger.cli("stale").out, "No rows.\n")
        revised = {"commandId": "revised", "facts": [{"gradeAssigned": {**grade, "grade": "good"}}]}
        ledger.cli("submit", "-", stdin=json.dumps(revised))
        stale = ledger.cli("--output", "json", "stale").json
        self.assertEqual([(row["sequence"], row["cited"], row["became"], row["by"], row["project"])
                          for row in stale], [("6", "5", "superseded", "7", "P1")])
        self.assertEqual([ledger.cli("--output", "csv", view).out for view in ("budgets", "units")],
                         before)
        cuts = ledger.cli("--output", "csv", "report", "annual", "--year", 2024, "--list-cuts").csv
        self.assertEqual([(row["amount"], row["grade"], row["grade_event"]) for row in cuts],
                         [("20.00", "medium", "5")])


if __name__ == "__main__":
    unittest.main(verbosity=2)
