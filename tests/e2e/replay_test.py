#!/usr/bin/env python3
"""An auditor replays the reference year: as of a moment, why, what changed, and what if."""

import collections
import json
import re
import unittest

import support

LINE_KEY = ("fiscal_year", "project", "fund", "measure", "item")


def line_of(row):
    return "line/" + "/".join(row[part] for part in LINE_KEY)


def minor(text):
    return int(text or "0")


def explained_lines(ledger, *options):
    """What `explain` says of every line, unit by unit: line to figure."""
    lines = {}
    units = {row["unit"] for row in ledger.cli("--output", "csv", "budgets").csv}
    for unit in sorted(units):
        for figure in ledger.cli("--output", "json", "explain", f"unit/{unit}", *options,
                                 seconds=300).json:
            assert figure["subject"] not in lines
            lines[figure["subject"]] = figure
    return lines


def current_budgets(ledger, *options):
    return {line_of(row): support.major(row["current"])
            for row in ledger.cli("--output", "csv", "budgets", *options).csv}


class Explained:
    """Checks explanations against the budgets, each sum taken again here."""

    def check_every_line(self, ledger, least):
        expected = current_budgets(ledger)
        lines = explained_lines(ledger)
        self.assertEqual(lines.keys(), expected.keys())
        self.assertGreater(len(lines), least)
        for line, figure in lines.items():
            self.assertEqual(minor(figure.get("amount")), expected[line], line)
            total = sum(minor(one.get("amount")) for one in figure["contributions"])
            self.assertEqual(total, expected[line], line)
            self.assertEqual(minor(figure.get("sum")), total, line)
        print(f"{len(lines)} lines are the sums of "
              f"{sum(len(figure['contributions']) for figure in lines.values())} events")


class Replay(support.Case, Explained):
    @classmethod
    def setUpClass(cls):
        cls.shared = support.Case()
        cls.shared.setUp()
        cls.addClassCleanup(cls.shared.doCleanups)
        tables = support.reference_year(cls.shared.folder / "files")
        cls.city = cls.shared.ledger("--rule-set", "open").start()
        cls.city.cli("import", "--mapping", support.MAPPINGS / "reference-year.toml", *tables,
                     seconds=300)
        cls.city.settle()
        cls.events = cls.city.events()

    def test_every_line_is_explained_to_the_fen(self):
        self.check_every_line(self.city, 300)

    def test_an_explanation_follows_evidence_and_comes_with_receipts(self):
        appropriation = next(event for event in reversed(self.events)
                             if "budgetAppropriated" in event["fact"] and event.get("evidence"))
        line = appropriation["fact"]["budgetAppropriated"]["line"]
        receipts = self.folder / "receipts"
        told = self.city.cli("explain", line, "--proof", receipts)
        self.assert_says(told, line, "original", "rests on", "to the minor unit",
                         f"{appropriation['sequence']}.tlog-proof")
        for cited in appropriation["evidence"]:
            self.assertRegex(told.out, rf"[├└]─ {cited}\b")
        files = sorted(receipts.iterdir())
        figure = self.city.cli("--output", "json", "explain", line).json[0]
        self.assertEqual({int(file.stem) for file in files},
                         {int(one["sequence"]) for one in figure["contributions"]})
        for file in files:
            support.run(support.program("counterfoil-verify"), "receipt", file, "--key",
                        self.city.verifier_key, expect=support.DONE)
        rests = {int(record.get("sequence", 0)) for record in figure["restsOn"]}
        self.assertLessEqual({int(event) for event in appropriation["evidence"]}, rests)
        chinese = self.city.cli("--lang", "zh", "explain", line)
        self.assert_says(chinese, "变动后预算数", "年初批复", "依据", "一分不差")

    def test_the_graph_of_evidence_names_every_event_once(self):
        line = next(event["fact"]["budgetAppropriated"]["line"] for event in self.events
                    if "budgetAppropriated" in event["fact"])
        graph = self.city.cli("--output", "dot", "explain", line).out
        nodes = re.findall(r"^  (e\d+) \[label=", graph, re.MULTILINE)
        self.assertEqual(len(nodes), len(set(nodes)))
        used = {node for pair in re.findall(r"^  (\S+|\".*?\") -> (e\d+)", graph, re.MULTILINE)
                for node in pair if re.fullmatch(r"e\d+", node)}
        self.assertLessEqual(used, set(nodes))
        self.assertTrue(graph.startswith("digraph evidence {") and graph.endswith("}\n"))

    def test_what_was_current_at_each_position_is_what_the_events_until_then_make(self):
        expected = collections.Counter()
        asked = {len(self.events) * part // 7 for part in range(2, 7)}
        for event in self.events:
            fact = event["fact"]
            if "budgetAppropriated" in fact:
                one = fact["budgetAppropriated"]
                expected[one["line"]] += minor(one.get("amount"))
            for leg in fact.get("budgetAdjusted", {}).get("legs", ()):
                expected[leg["line"]] += minor(leg.get("amount"))
            for effect in fact.get("eventReversed", {}).get("effects", ()):
                if effect.get("component", "original") not in ("committed", "spent"):
                    expected[effect["line"]] += minor(effect.get("amount"))
            if "budgetStated" in fact:
                one = fact["budgetStated"]
                expected[one["line"]] += minor(one.get("difference"))
            sequence = int(event.get("sequence", 0))
            if sequence not in asked:
                continue
            budgets = current_budgets(self.city, "--as-of", f"seq:{sequence}")
            self.assertEqual({line: amount for line, amount in budgets.items() if amount},
                             {line: amount for line, amount in expected.items() if amount})
            asked.remove(sequence)
        self.assertFalse(asked)

    def test_a_difference_is_the_events_between(self):
        options = ("--from", "effective:2024-06-30", "--to", "effective:2024-12-31",
                   "--fiscal-year", "2024")
        changes = self.city.cli("--output", "json", "diff", *options,
                                expect=support.ANSWER_IS_NO).json
        self.assertGreater(len(changes), 5)
        for change in changes:
            total = sum(minor(one.get("amount")) for one in change["contributions"])
            self.assertEqual(total, minor(change.get("to")) - minor(change.get("from")), change)
        before = current_budgets(self.city, "--as-of", "effective:2024-06-30")
        after = current_budgets(self.city, "--as-of", "effective:2024-12-31")
        different = {line for line in after if line.split("/")[1] == "2024"
                     and after[line] != before.get(line)}
        self.assertEqual(len(different), len(changes))
        same = self.city.cli("diff", "--from", "seq:20000", "--to", "seq:20000")
        self.assertEqual(same.status, support.DONE)

    def test_a_medium_grade_that_cut_a_quarter_caps_those_between_the_ceilings(self):
        """20 % and 25 %: floor(base * 80 / 100) and floor(base * 75 / 100)."""
        rules = json.loads((support.ROOT / "schema" / "rulesets" / "city-2024.json").read_text(
            encoding="utf-8"))
        rules["rules"]["R4"]["medium"] = [{"ceiling": 7500}]
        rules["version"] = "quarter"
        file = self.folder / "quarter.json"
        file.write_text(json.dumps(rules), encoding="utf-8")
        size = self.city.size()
        listed = self.city.cli("--output", "csv", "whatif", "--rule-set", file).csv
        self.assertEqual({(row["outcome"], row["rule"]) for row in listed}, {("capped", "R4")})
        medium = {}  # project to the grade's event
        originals = {}
        between = {}
        by_sequence = {int(event.get("sequence", 0)): event for event in self.events}
        for event in self.events:
            if "budgetAppropriated" not in event["fact"]:
                continue
            one = event["fact"]["budgetAppropriated"]
            year, project, *rest = one["line"].split("/")[1:]
            originals[(int(year), project, *rest)] = minor(one.get("amount"))
            grades = [by_sequence[int(cited)] for cited in event.get("evidence", ())
                      if "gradeAssigned" in by_sequence[int(cited)]["fact"]]
            if not any(grade["fact"]["gradeAssigned"]["grade"] == "medium" for grade in grades):
                continue
            medium[project] = event
            base = minor(one.get("base"))
            if base * 75 // 100 < minor(one.get("amount")) <= base * 80 // 100:
                between[(project, int(event["sequence"]))] = base * 75 // 100
        self.assertGreater(len(between), 5)
        self.assertLess(len(between), len(originals))
        self.assertEqual({(row["project"], int(row["sequence"])): support.major(row["allowed"])
                          for row in listed}, between)
        sums = self.city.cli("--output", "csv", "whatif", "--rule-set", file, "--by", "unit").csv
        self.assertEqual(sum(support.major(row["difference"]) for row in sums),
                         sum(support.major(row["difference"]) for row in listed))
        self.assertEqual(sum(int(row["capped"]) for row in sums), len(listed))
        same = self.city.cli("--output", "csv", "whatif", "--rule-set",
                             support.ROOT / "schema" / "rulesets" / "city-2024.json")
        self.assertEqual(same.csv, [])
        self.assertEqual(self.city.size(), size)  # nothing is recorded

    def test_moments_and_subjects_that_cannot_be_are_told_apart(self):
        project = next(event["fact"]["projectProposed"]["project"] for event in self.events
                       if "projectProposed" in event["fact"])
        proposed = next(int(event["sequence"]) for event in self.events
                        if event["fact"].get("projectProposed", {}).get("project") == project)
        opened = next(int(event["sequence"]) for event in self.events
                      if f"/{project}/" in event["fact"].get("lineOpened", {}).get("line", ""))
        told = set()
        for expect, part, *arguments in (
                (support.ANSWER_IS_NO, "is behind the end", "budgets", "--as-of", "seq:99999999"),
                (support.ANSWER_IS_NO, "is before the beginning", "budgets", "--as-of",
                 "recorded:1999-12-31"),
                (support.ANSWER_IS_NO, "is later than now", "budgets", "--as-of",
                 "decided:2999-12-31"),
                (support.ANSWER_IS_NO, "no event counts", "budgets", "--as-of",
                 "effective:1901-01-01"),
                (support.WRONG_USAGE, "is not a day of the calendar", "budgets", "--as-of",
                 "decided:2024-02-30"),
                (support.WRONG_USAGE, "write seq:N", "budgets", "--as-of", "yesterday"),
                (support.WRONG_USAGE, "is no sequence", "budgets", "--as-of", "seq:-1"),
                (support.WRONG_USAGE, "knows no --as-of", "tail", "--as-of", "seq:1"),
                (support.ANSWER_IS_NO, "nothing was ever recorded about project/nobody",
                 "budgets", "--project", "nobody", "--as-of", "seq:1000"),
                (support.ANSWER_IS_NO, "counts as of seq:5 yet", "budgets", "--project", project,
                 "--as-of", "seq:5"),
                (support.ANSWER_IS_NO, "exists, and has no budget line yet", "budgets",
                 "--project", project, "--as-of", f"seq:{(proposed + opened) // 2}"),
                (support.ANSWER_IS_NO, "nothing was ever recorded about unit/nobody", "explain",
                 "unit/nobody"),
                (support.WRONG_USAGE, "has no number to explain", "explain", "ruleset/city-2024"),
                (support.WRONG_USAGE, "name at least one moment", "diff"),
                (support.WRONG_USAGE, "there is no rule set", "whatif", "--rule-set", "nothing")):
            outcome = self.city.cli(*arguments, expect=expect)
            self.assert_says(outcome, part)
            self.assertEqual(outcome.err.count("\n"), 1, str(outcome))
            told.add(outcome.err)
        self.assertEqual(len(told), 15)

    def test_a_day_ends_where_the_ledger_is_kept(self):
        day = self.city.cli("--output", "csv", "budgets", "--as-of", "decided:2024-03-31")
        moment = self.city.cli("--output", "csv", "budgets", "--as-of",
                               "decided:2024-03-31T15:59:59.999999Z")  # in Shanghai
        self.assertEqual(day.out, moment.out)


class ManyEvents(support.Case):
    """A line with more adjustments than one answer of the ledger holds."""

    def test_a_line_with_very_many_adjustments_is_one_explanation_and_one_difference(self):
        ledger = self.ledger("--rule-set", "open").start()
        line = "line/2024/P/general/net/-"
        opening = [{"unitRegistered": {"unit": "U", "name": "U"}},
                   {"projectProposed": {"project": "P", "unit": "U", "name": "P"}},
                   {"lineOpened": {"line": line}},
                   {"budgetAppropriated": {"line": line, "amount": "700"}}]
        ledger.cli("submit", "-", stdin=support.commands(*opening))
        opened = ledger.size() - 1
        count = 2500
        many = [{"commandId": f"many-{i}", "reason": "理" * 1300, "facts": [{"budgetAdjusted": {
            "kind": "supplement", "legs": [{"line": line, "amount": str(i), "vintage": 2024}]}}]}
                for i in range(1, count + 1)]
        ledger.cli("submit", "-", stdin="".join(json.dumps(one) + "\n" for one in many),
                   seconds=300)
        total = 700 + count * (count + 1) // 2

        figures = ledger.cli("--output", "json", "explain", "unit/U", seconds=300).json
        self.assertEqual(len(figures), 1)
        amounts = [minor(one.get("amount")) for one in figures[0]["contributions"]]
        self.assertEqual(amounts, [700, *range(1, count + 1)])
        self.assertEqual(minor(figures[0]["amount"]), total)
        told = ledger.cli("explain", line, seconds=300)
        self.assert_says(told, f"the sum of the {count + 1} event(s) above")
        self.assertEqual(told.out.count("├─ ") + told.out.count("└─ "), count + 1)

        options = ("diff", "--from", f"seq:{opened}")
        changes = ledger.cli("--output", "json", *options, expect=support.ANSWER_IS_NO).json
        self.assertEqual(len(changes), 1)
        self.assertEqual([minor(one.get("amount")) for one in changes[0]["contributions"]],
                         list(range(1, count + 1)))
        rows = ledger.cli("--output", "csv", *options, expect=support.ANSWER_IS_NO).csv
        self.assertEqual([len(row["events"].split()) for row in rows], [count])
        events = ledger.cli("--output", "csv", *options, "--events", expect=support.ANSWER_IS_NO)
        self.assertEqual(len(events.csv), count)


class Israel(support.Case, Explained):
    @unittest.skipUnless(support.ISRAEL.is_dir(), "no published records beside the project")
    def test_every_line_of_israels_year_is_explained_to_the_agora(self):
        ledger = self.ledger(*support.ISRAEL_OPTIONS).start()
        support.import_israel(ledger, seconds=300)
        self.check_every_line(ledger, 1600)


if __name__ == "__main__":
    support.main()
