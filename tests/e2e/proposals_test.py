#!/usr/bin/env python3
"""Grades are applied and a year is closed: proposed, approved, carried out, and never twice."""

import datetime
import json

import support

# The carrying out counts from today, so the year of today must not be closed.
NOW = datetime.date.today().year
YEAR = NOW - 1
BEFORE = NOW - 2

# Rules of city-2024 that say what follows from grades and from a year's close.
RULES = {
    "name": "city", "version": "1",
    "rules": {
        "R4": {"mode": "override", "level": "department", "evaluation": "madeInYearBefore",
               "medium": [{"ceiling": 8000}], "poor": [{"ceiling": 5000}]},
        "R7": {"mode": "enforce", "earmarkedExempt": True},
        "R15": {"mode": "enforce"}, "R18": {"mode": "enforce"}, "R19": {"mode": "enforce"},
        "R20": {"mode": "enforce"}},
    "balanceGroups": [["net"]], "expenditureMeasures": ["net"]}


def line(year, project):
    return f"line/{year}/{project}/general/net/-"


def appropriated(year, project, fen):
    return {"budgetAppropriated": {"line": line(year, project), "amount": str(fen)}}


def paid(year, project, fen):
    return {"paymentRecorded": {"line": line(year, project), "amount": str(fen)}}


def decided(event, verdict="approved"):
    return {"approvalRecorded": {"event": str(event), "verdict": verdict, "authority": "the mayor",
                                 "document": f"D-{event}"}}


def supplemented(year, project, fen):
    """Proposed only: the adjustment itself needs four eyes."""
    return {"adjustmentProposed": {"kind": "supplement", "legs": [
        {"line": line(year, project), "amount": str(fen)}]}}


class Proposals(support.Case):
    def city(self):
        """Four projects: medium, poor and good grades on the last three years' first, and wages."""
        rules = self.folder / "rules.json"
        rules.write_text(json.dumps(RULES))
        self.city = self.ledger("--rule-set", rules).start()
        self.sent = 0
        self.record({"unitRegistered": {"unit": "U1", "name": "Unit"}})
        for project, before, now in (("P1", 100_000_00, 95_000_00), ("P2", 33_33, 20_00),
                                     ("P3", 10_00, 5_00), ("P4", 50_00, 0)):
            self.record({"projectProposed": {"project": project, "unit": "U1", "name": project}},
                        {"lineOpened": {"line": line(BEFORE, project), "functionalClass": "205",
                                        "economicClass": "302"}},
                        appropriated(BEFORE, project, before))
            if now:
                self.record({"lineOpened": {"line": line(YEAR, project)}},
                            appropriated(YEAR, project, now))
        self.record({"projectClassified": {"project": "P4", "expenditure": "basic"}})
        self.record(paid(BEFORE, "P1", 60_000_00), paid(BEFORE, "P2", 33_33),
                    paid(BEFORE, "P4", 20_00), effective=f"{BEFORE}-06-30")
        self.grade("P1", "medium")
        self.grade("P2", "poor")
        self.grade("P3", "good")
        return self.city

    def record(self, *facts, effective=None, decided=None, expect=support.DONE):
        """Records each fact in a command of its own; gives the answers' text."""
        times = {"effectiveOn": effective, "decidedAt": decided}
        lines = ""
        for fact in facts:
            self.sent += 1
            lines += json.dumps({"commandId": f"s{self.sent}", "facts": [fact],
                                 **{name: at for name, at in times.items() if at}}) + "\n"
        return self.city.cli("submit", "-", stdin=lines, expect=expect)

    def grade(self, project, grade, year=BEFORE):
        self.record({"gradeAssigned": {"evaluatedYear": year, "level": "finance", "grade": grade,
                                       "about": f"project/{project}", "evaluator": "bureau"}},
                    decided=f"{year}-12-01T00:00:00Z")

    def rows(self, command, year):
        return self.city.cli("--output", "csv", command, "--year", year).csv

    def states(self, command, year):
        return [(row["project"], row["state"]) for row in self.rows(command, year)]

    def approve_open(self, year):
        for proposal in sorted({row["proposal"] for row in self.rows("carry-out", year)
                                if row["state"] == "open"}, key=int):
            self.record(decided(proposal))

    def twice(self, *arguments):
        """Records with the command, and again: the second time nothing new comes of it."""
        first = self.city.cli(*arguments)
        self.city.settle()
        size = self.city.size()
        again = self.city.cli(*arguments)
        self.assert_says(again, "0 recorded, 0 recorded earlier, 0 not recorded")
        self.assertEqual(self.city.size(), size)
        return first

    def look(self, *arguments):
        """A mere look records nothing."""
        size = self.city.size()
        outcome = self.city.cli(*arguments)
        self.assertEqual(self.city.size(), size)
        return outcome

    def budgets(self, year):
        rows = self.city.cli("--output", "csv", "budgets", "--fiscal-year", year).csv
        return {row["project"]: support.major(row["current"]) for row in rows}

    def pools(self):
        return {(row["pool"], row["source_tag"]): support.major(row["remaining"])
                for row in self.city.cli("--output", "csv", "pools").csv}

    def test_a_grade_is_applied_and_two_years_are_closed_and_nothing_happens_twice(self):
        ledger = self.city()
        self.assert_says(self.look("apply-results", "--year", YEAR), "80,000.00", "-15,000.00",
                         "2 due: --record proposes them")
        cuts = self.rows("apply-results", YEAR)
        self.assertEqual([(row["project"], row["grade"], row["base"], row["ceiling"],
                           row["appropriated"], row["change"], row["state"]) for row in cuts],
                         [("P1", "medium", "100000.00", "80000.00", "95000.00", "-15000.00", "due"),
                          ("P2", "poor", "33.33", "16.66", "20.00", "-3.34", "due")])
        for row in cuts:
            self.assertEqual(row["evidence"].split()[0], row["grade_event"])
        self.assert_says(self.twice("apply-results", "--year", YEAR, "--record"),
                         "2 recorded, 0 recorded earlier, 0 not recorded", "2 open: each waits")
        self.assertEqual(self.states("apply-results", YEAR), [("P1", "open"), ("P2", "open")])

        # Not approved: nothing is carried out, and it says what is missing.
        outcome = self.twice("carry-out", "--year", YEAR, "--record")
        self.assert_says(outcome, "2 open: each waits for an approvalRecorded")
        self.approve_open(YEAR)
        self.assert_says(self.look("carry-out", "--year", YEAR), "2 approved: `counterfoil "
                         f"carry-out --year {YEAR} --record` carries them out")
        self.assert_says(self.twice("carry-out", "--year", YEAR, "--record"),
                         "4 recorded, 0 recorded earlier, 0 not recorded")
        self.assertEqual([(row["project"], row["state"]) for row in
                          ledger.cli("--output", "csv", "obligations").csv],
                         [("P1", "answered"), ("P2", "answered")])
        self.assertEqual(self.budgets(YEAR), {"P1": 80_000_00, "P2": 16_66, "P3": 5_00})
        self.assertEqual(self.states("apply-results", YEAR),
                         [("P1", "carriedOut"), ("P2", "carriedOut")])
        for event in ledger.events():
            adjusted = event["fact"].get("budgetAdjusted")
            if adjusted:
                proposal = next(row for row in self.rows("carry-out", YEAR)
                                if row["proposal"] == adjusted["proposal"])
                self.assertEqual(event["evidence"],
                                 proposal["evidence"].split() + [proposal["approval"]])
                self.assertEqual(proposal["adjustment"], event["sequence"])

        # The close of the year before: P1 and P3 keep their money, wages go back.
        outcome = self.look("close-period", "--year", BEFORE)
        self.assert_says(outcome, f"fiscal year {BEFORE} is not closed yet", "3 due")
        self.twice("close-period", "--year", BEFORE, "--record")
        self.approve_open(BEFORE)
        self.twice("carry-out", "--year", BEFORE, "--record")
        self.assertEqual(self.budgets(BEFORE),
                         {"P1": 60_000_00, "P2": 33_33, "P3": 0, "P4": 20_00})
        self.assertEqual(self.budgets(YEAR), {"P1": 120_000_00, "P2": 16_66, "P3": 15_00})
        self.assertEqual(self.pools(), {(f"unspent-{BEFORE}", "P4"): 30_00})

        # A year later what is left of the carried money lapses; this year's is carried over.
        self.record(paid(YEAR, "P1", 50_000_00), paid(YEAR, "P2", 16_66), paid(YEAR, "P3", 4_00),
                    effective=f"{YEAR}-06-30")
        self.twice("close-period", "--year", YEAR, "--pool", "livelihood", "--record")
        rows = self.rows("close-period", YEAR)
        self.assertEqual([(row["project"], row["kind"], row["fiscal_year"], row["vintage"],
                           row["amount"]) for row in rows],
                         [("P1", "carryOver", str(YEAR), str(YEAR), "-70000.00"),
                          ("P1", "carryOver", str(NOW), str(YEAR), "70000.00"),
                          ("P3", "carryOver", str(YEAR), str(YEAR), "-5.00"),
                          ("P3", "carryOver", str(NOW), str(YEAR), "5.00"),
                          ("P3", "clawback", str(YEAR), str(BEFORE), "-6.00")])
        self.assertTrue(all(bool(row["evidence"]) == (row["leg"] == "0") for row in rows), rows)
        # One by one: what the same close carried out on P3's line is no change to the rest of it.
        for proposal in sorted({row["proposal"] for row in rows}, key=int):
            self.record(decided(proposal))
            self.assert_says(self.twice("carry-out", "--year", YEAR, "--record"), "1 recorded")
        self.assertEqual(self.budgets(YEAR), {"P1": 50_000_00, "P2": 16_66, "P3": 4_00})
        self.assertEqual(self.budgets(NOW), {"P1": 70_000_00, "P3": 5_00})
        self.assertEqual(self.pools(), {(f"unspent-{BEFORE}", "P4"): 30_00,
                                        ("livelihood", "P3"): 6_00})
        # To the cent: what was appropriated is what the lines hold, was cut, or lies in pools.
        held = sum(sum(self.budgets(year).values()) for year in (BEFORE, YEAR, NOW))
        self.assertEqual(held + 15_000_00 + 3_34 + 36_00,
                         100_000_00 + 95_000_00 + 33_33 + 20_00 + 10_00 + 5_00 + 50_00)
        opened = [event["fact"]["lineOpened"] for event in ledger.events()
                  if "lineOpened" in event["fact"]]
        self.assertEqual(opened[-2]["unit"], "U1")
        self.assertEqual(ledger.cli("--output", "csv", "compliance").csv, [])
        self.assertEqual(ledger.cli("--output", "csv", "stale").csv, [])

        # Reads work offline; recording does not.
        before = [self.rows(command, YEAR) for command in ("apply-results", "close-period",
                                                           "carry-out")]
        self.assertEqual(ledger.stop(), support.DONE)
        self.assertEqual([self.rows(command, YEAR) for command in
                          ("apply-results", "close-period", "carry-out")], before)
        outcome = ledger.cli("close-period", "--year", NOW, "--record", expect=support.WRONG_USAGE)
        self.assert_says(outcome, "close-period --record goes through a daemon")

    def test_written_commands_are_submitted_once_and_not_behind_a_change(self):
        ledger = self.city()
        first, late = self.folder / "first.jsonl", self.folder / "late.jsonl"
        for file in (first, late):
            self.assert_says(self.look("apply-results", "--year", YEAR, "--out", file),
                             "commands written: 2")
        self.assertEqual(first.read_text(), late.read_text())
        self.record(supplemented(YEAR, "P2", 1))
        outcome = ledger.cli("submit", first, expect=support.ANSWER_IS_NO)
        self.assert_says(outcome, "1 recorded, 0 recorded earlier, 1 not recorded",
                         "project/P2 has", "read them, and decide again")
        self.assert_says(ledger.cli("submit", late, expect=support.ANSWER_IS_NO),
                         "0 recorded, 1 recorded earlier, 1 not recorded")
        ledger.cli("apply-results", "--year", YEAR, "--out", late)
        self.assert_says(ledger.cli("submit", late), "1 recorded, 0 recorded earlier, 0 not")
        self.assert_says(ledger.cli("submit", late), "0 recorded, 1 recorded earlier, 0 not")
        outcome = ledger.cli("close-period", "--year", BEFORE, "--out", first,
                             expect=support.ANSWER_IS_NO)
        self.assert_says(outcome, f"fiscal year {BEFORE} is not closed",
                         f"`counterfoil close-period --year {BEFORE} --record`")

    def test_what_was_refused_or_has_moved_is_not_carried_out(self):
        ledger = self.city()
        ledger.cli("apply-results", "--year", YEAR, "--record")
        p1, p2 = (row["proposal"] for row in self.rows("apply-results", YEAR))
        self.record(decided(p1, "rejected"), decided(p2))
        # The poor grade is reversed, so that nothing is due; the approval alone is no reason.
        grade = next(row["sequence"] for row in ledger.cli("--output", "csv", "grades").csv
                     if row["grade"] == "poor")
        self.record({"reversalProposed": {"event": grade}})
        proposed = ledger.events()[-1]["sequence"]
        self.record(decided(proposed))
        approval = ledger.events()[-1]["sequence"]
        reversal = {"commandId": "reverse", "evidence": [grade, approval],
                    "facts": [{"eventReversed": {"event": grade}}]}
        ledger.cli("submit", "-", stdin=json.dumps(reversal) + "\n")
        self.assertEqual(self.states("carry-out", YEAR), [("P1", "refused"), ("P2", "moved")])
        outcome = self.twice("carry-out", "--year", YEAR, "--record")
        self.assert_says(outcome, "1 moved: what they were computed from has changed")
        self.assert_says(self.twice("apply-results", "--year", YEAR, "--record"), "0 recorded")
        self.assertEqual(self.states("apply-results", YEAR), [("P1", "refused")])
        self.assertEqual(self.budgets(YEAR)["P2"], 20_00)

    def test_a_year_of_which_nothing_follows_is_told_so(self):
        ledger = self.city()
        self.assert_says(ledger.cli("apply-results", "--year", BEFORE),
                         f"no medium or poor grade decides on the budgets of {BEFORE} under the "
                         "rule set city@1")
        self.assert_says(ledger.cli("carry-out", "--year", YEAR),
                         f"nothing is proposed on the lines of {YEAR}")
        size = ledger.size()
        for command in ("apply-results", "close-period", "carry-out"):
            outcome = ledger.cli(command, "--year", 2062, "--record", expect=support.ANSWER_IS_NO)
            self.assert_says(outcome, f'the fiscal year "2062"; there are {BEFORE}, {YEAR}')
        ledger.cli("close-period", "--year", BEFORE, "--pool", "no pool", "--record",
                   expect=support.WRONG_USAGE)
        self.assertEqual(ledger.size(), size)
        ledger.cli("apply-results", "--year", 12, expect=support.WRONG_USAGE)
        bare = self.folder / "bare.json"
        bare.write_text(json.dumps({"name": "bare", "version": "1", "rules": {}}))
        other = self.ledger("--rule-set", bare, name="bare").start()
        self.assert_says(other.cli("apply-results", "--year", YEAR, expect=support.ANSWER_IS_NO),
                         "R4 is off in the rule set in force, bare@1")
        self.assertEqual(other.size(), 2)


if __name__ == "__main__":
    support.main()
