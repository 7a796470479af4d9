#!/usr/bin/env python3
"""The yearly account is computed: it restates the published totals, and follows its input."""

import csv
import sys
import tomllib
import unittest

import support

MAPPING = support.MAPPINGS / "reference-year.toml"


class AnnualReport(support.Case):
    def setUp(self):
        super().setUp()
        self.files = self.folder / "files"
        support.run(sys.executable, support.ROOT / "tools" / "reference-year", self.files,
                    expect=support.DONE)

    def account(self, name):
        """The year's figures, from a new ledger into which the files were imported."""
        self.city = self.ledger("--rule-set", "open", name=name).start()
        tables = tomllib.loads(MAPPING.read_text(encoding="utf-8"))["table"]
        self.city.cli("import", "--mapping", MAPPING,
                      *(self.files / f"{table['name'].replace(' ', '_')}.csv" for table in tables
                        if table["form"] != "lines"), seconds=300)
        rows = self.city.cli("--output", "csv", "report", "annual", "--year", 2024).csv
        return {row["figure"]: support.major(row["amount"]) or int(row["count"]) for row in rows
                if row["section"] in ("units", "targets", "evaluations", "cuts", "monitoring")}

    def change(self, table, wanted, changes):
        """Changes the first row of a file that `wanted` accepts."""
        path = self.files / f"{table}.csv"
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        next(row for row in rows if wanted(row)).update(changes)
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def test_it_restates_the_published_report_and_follows_a_grade_and_a_cut(self):
        figures = self.account("published")
        expected = {"unitsWithBudgets": 87, "projectsWithTargets": 360, "keyEvaluations": 17,
                    "byCongress": 3, "excellent": 1, "good": 11, "medium": 5, "poor": 0,
                    "fundsEvaluated": 440_000_000_00, "cutForGrades": 14_000_000_00}
        self.assertEqual({name: figures[name] for name in expected}, expected)
        cuts = self.city.cli("--output", "csv", "report", "annual", "--year", 2024,
                             "--list-cuts").csv
        self.assertEqual(sum(support.major(row["amount"]) for row in cuts), 14_000_000_00)
        markdown = self.city.cli("--lang", "zh", "--output", "markdown", "report", "annual",
                                 "--year", 2024).out
        for line in ("# 2024 年度预算绩效管理报告", "| 有预算的单位数 | 87 |",
                     "| 评价资金 | 440,000,000.00 |", "| 压减合计 | 14,000,000.00 |"):
            self.assertIn(line, markdown.splitlines())
        self.city.close()

        self.change("grades", lambda row: (row["level"], row["grade"], row["decided_on"][:4]) ==
                    ("congress", "good", "2024"), {"grade": "poor", "score": "30"})
        self.change("appropriations", lambda row: row["fiscal_year"] == "2024"
                    and row["cut_for_grade"] not in ("", "0.00"), {"cut_for_grade": "1.00"})
        cut = support.major(cuts[0]["amount"])
        changed = self.account("changed")
        self.assertEqual({name: changed[name] for name in figures
                          if changed[name] != figures[name]},
                         {"good": 10, "poor": 1, "cutForGrades": 14_000_000_00 - cut + 100,
                          "cutAtAppropriation": figures["cutAtAppropriation"] - cut + 100})


if __name__ == "__main__":
    unittest.main(verbosity=2)
