#!/usr/bin/env python3
"""The yearly account is computed: it restates the published totals, and follows its input."""

import collections
import csv
import unittest

import support

PUBLISHED = {"unitsWithBudgets": 87, "projectsWithTargets": 360, "keyEvaluations": 17,
             "byCongress": 3, "excellent": 1, "good": 11, "medium": 5, "poor": 0,
             "fundsEvaluated": 440_000_000_00, "cutForGrades": 14_000_000_00}


class AnnualReport(support.Case):
    def setUp(self):
        super().setUp()
        self.files = self.folder / "files"
        self.tables = support.reference_year(self.files)

    def import_files(self, name):
        """Into a new ledger, which refuses nothing."""
        self.city = self.ledger("--rule-set", "open", name=name).start()
        done = self.city.cli("import", "--mapping", support.MAPPINGS / "reference-year.toml",
                             *self.tables, seconds=300)
        self.assertRegex(done.out, r"\n  refused +0\n")

    def report(self, *flags, options=()):
        return self.city.cli(*options, "report", "annual", "--year", 2024, *flags)

    def figures(self):
        rows = self.report(options=("--output", "csv")).csv
        return {(row["section"], row["figure"]): support.major(row["amount"]) or int(row["count"])
                for row in rows}

    def read(self, table):
        with open(self.files / f"{table}.csv", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, strict=True))

    def change(self, table, wanted, **changes):
        """Changes the first row of a file that `wanted` accepts; gives the row as it was."""
        rows = self.read(table)
        row = next(row for row in rows if wanted(row))
        before = dict(row)
        row.update(changes)
        with open(self.files / f"{table}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return before

    def cuts_in_the_files(self):
        """What the budgets of 2024 did not get or lost for grades, by fact and project."""
        cuts = collections.Counter()
        for row in self.read("appropriations"):
            if row["fiscal_year"] == "2024":
                cuts["budgetAppropriated", row["project"]] += support.major(row["cut_for_grade"])
        for row in self.read("adjustments"):
            if (row["fiscal_year"], row["kind"], row["cause"]) == ("2024", "reduction", "grade"):
                cuts["budgetAdjusted", row["project"]] -= support.major(row["amount"])
        return +cuts

    def check_that_the_list_of_cuts_sums_to(self, total):
        """Each cut stands in it once, with a grade that the project or its predecessor got."""
        listed = self.report("--list-cuts", options=("--output", "csv")).csv
        cuts = collections.Counter()
        for row in listed:
            cuts[row["fact"], row["project"]] += support.major(row["amount"])
        self.assertEqual(cuts, self.cuts_in_the_files())
        self.assertEqual(sum(cuts.values()), total)
        predecessor = {row["project"]: row["predecessor"] for row in self.read("projects")}
        given = {(row["project"], row["evaluated_year"], row["level"], row["grade"])
                 for row in self.read("grades")}
        for row in listed:
            self.assertTrue(row["grade_event"], row)
            self.assertIn(row["grade"], ("medium", "poor"))
            self.assertTrue(given & {
                (project, row["evaluated_year"], row["level"], row["grade"])
                for project in (row["project"], predecessor[row["project"]])}, row)
        in_all = f"{total // 100:,}.{total % 100:02}"
        for language, grade, last in (("en", "medium", "In all "), ("zh", "中", "合计：")):
            page = self.report("--list-cuts",
                               options=("--lang", language, "--output", "markdown")).out
            self.assertEqual(sum(f" {grade} " in line.split("|") for line in page.splitlines()),
                             sum(row["grade"] == "medium" for row in listed), page)
            self.assertTrue(page.endswith(f"\n\n{last}{in_all}\n"), page)

    def check_the_pages(self):
        """What a person reads, in both languages and as Markdown."""
        table = self.report().out
        for words in (r"Budget performance management in 2024", r"units with budgets +87",
                      r"projects with approved targets +360", r"key evaluations +17",
                      r"of these by the people's congress +3", r"graded excellent +1",
                      r"graded good +11", r"graded medium +5", r"graded poor +0",
                      r"funds evaluated +440,000,000\.00",
                      r"cut for grades in all +14,000,000\.00",
                      r"projects in the pipeline now +20",
                      r"projects admitted for the year +360"):
            self.assertRegex(table, rf"(?m)^{words}$")
        self.assertIn("| cut for grades in all | 14,000,000.00 |",
                      self.report(options=("--output", "markdown")).out.splitlines())
        page = self.report(options=("--lang", "zh", "--output", "markdown")).out.splitlines()
        for line in ("# 2024 年度预算绩效管理报告", "| 有预算的单位数 | 87 |",
                     "| 评价资金 | 440,000,000.00 |", "| 压减合计 | 14,000,000.00 |"):
            self.assertIn(line, page)

    def test_it_restates_the_published_report_and_follows_a_grade_and_two_cuts(self):
        self.import_files("published")
        figures = self.figures()
        flat = {name: value for (_, name), value in figures.items()}
        self.assertEqual({name: flat[name] for name in PUBLISHED}, PUBLISHED)
        self.check_that_the_list_of_cuts_sums_to(PUBLISHED["cutForGrades"])
        self.check_the_pages()
        unknown = self.city.cli("report", "annual", "--year", 2042, expect=support.ANSWER_IS_NO)
        self.assert_says(unknown, "nothing of 2042; there are budgets of 2023, 2024, 2025")
        self.city.close()

        self.change("grades", lambda row: (row["level"], row["grade"], row["decided_on"][:4]) ==
                    ("congress", "good", "2024"), grade="excellent", score="95")
        at_start = support.major(self.change(
            "appropriations", lambda row: row["fiscal_year"] == "2024"
            and row["cut_for_grade"] != "0.00" and not row["pool"],
            cut_for_grade="1.00")["cut_for_grade"]) - 100
        reduction = self.change("adjustments", lambda row: row["fiscal_year"] == "2024"
                                and row["cause"] == "grade", amount="-2.00")
        later = -support.major(reduction["amount"]) - 200
        self.change("proposals", lambda row: row["proposal"] == reduction["request"],
                    amount="-2.00")
        self.import_files("changed")
        changed = self.figures()
        self.assertEqual(
            {name: changed[name] - figures[name] for name in figures
             if changed[name] != figures[name]},
            {("evaluations", "excellent"): 1, ("evaluations", "good"): -1,
             ("cuts", "cutForGrades"): -at_start - later,
             ("cuts", "cutAtAppropriation"): -at_start,
             ("cuts", "cutByReduction"): -later, ("units", "current"): later})
        self.check_that_the_list_of_cuts_sums_to(PUBLISHED["cutForGrades"] - at_start - later)


if __name__ == "__main__":
    unittest.main(verbosity=2)
