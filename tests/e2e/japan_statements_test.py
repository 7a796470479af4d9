#!/usr/bin/env python3
"""What Japan's review sheets state, sheet year by sheet year, as it was known after each of them.

What is expected is computed here, from the published file alone.
"""

import collections
import csv
import decimal
import gzip
import re
import unittest

import support

COMPONENTS = {"initial": "original", "supplementary": "supplement", "carry_in": "carried_in",
              "carry_out": "carried_out", "reserve": "reserve", "total": "total"}
RESTATED, RESTATED_TOTALS, NEGATIVE_TOTALS, PROJECT_YEARS = 5347, 4998, 31, 44782


def published():
    with gzip.open(support.JAPAN / "statements.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def yen(millions):
    """An amount in millions, exactly as yen."""
    amount = decimal.Decimal(millions) * 1_000_000
    assert amount == amount.to_integral_value(), millions
    return int(amount)


def key_of(row):
    return row["project"], row["fiscal_year"]


def stated(row):
    """What a row of the file says, as a row of `statements` has it."""
    figures = {ours: yen(row[theirs]) for theirs, ours in COMPONENTS.items()}
    spent = row["executed"]
    return {**figures, "has_spent": bool(spent), "spent": yen(spent or "0"),
            "stated_on": row["stated_on"]}


def shown(row):
    """The same of a row that the ledger printed."""
    figures = {name: int(row[name]) for name in (*COMPONENTS.values(), "spent")}
    return {**figures, "has_spent": row["has_spent"] == "true", "stated_on": row["stated_on"]}


class JapanStatements(support.Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = support.Case()
        cls.shared.setUp()
        cls.addClassCleanup(cls.shared.doCleanups)
        cls.rows = published()
        cls.years = sorted({row["sheet_year"] for row in cls.rows})
        cls.ledger = cls.shared.ledger(*support.JAPAN_OPTIONS).start()
        cls.read_back = {}  # what was current when a sheet year's import was done
        cls.accounts = {}
        for year in cls.years:
            cls.accounts[year] = cls.import_year(year)
            cls.read_back[year] = cls.read()

    @classmethod
    def import_year(cls, year):
        file = cls.shared.folder / f"{year}.csv"
        with open(file, "w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, cls.rows[0].keys())
            writer.writeheader()
            writer.writerows(row for row in cls.rows if row["sheet_year"] == year)
        return cls.ledger.cli("import", "--mapping", support.MAPPINGS / "japan.toml", file,
                              seconds=300)

    @classmethod
    def read(cls, *options):
        """Statements and budgets by project and fiscal year, which have one line each."""
        tables = []
        for view in ("statements", "budgets"):
            rows = cls.ledger.cli(*options, "--output", "csv", view, seconds=300).csv
            table = {key_of(row): row for row in rows}
            assert len(table) == len(rows), view
            tables.append(table)
        return tables

    def known_by(self, year):
        """Of each project-year the newest of the sheets up to that year's."""
        newest = {}
        for row in self.rows:  # in the order of the sheets
            if row["sheet_year"] <= year:
                newest[key_of(row)] = row
        return newest

    def check(self, read):
        """Compares what was read after, or as of, each sheet year; gives what was compared."""
        restated = self.restated()
        counts = collections.Counter()
        for year in self.years:
            statements, budgets = read(year)
            expected = self.known_by(year)
            self.assertEqual(statements.keys(), expected.keys(), year)
            for key, row in expected.items():
                said = stated(row)
                self.assertEqual(shown(statements[key]), said, (year, key))
                self.assertEqual(int(budgets[key]["current"]), said["total"], (year, key))
                counts["project-years"] += 1
                counts[f"restated and stated by {year}"] += key in restated
                counts["negative totals"] += said["total"] < 0 and row["sheet_year"] == year
                if said["has_spent"]:
                    self.assertEqual(int(budgets[key]["spent"]), said["spent"], (year, key))
        print(", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
        self.assertEqual(counts["negative totals"], NEGATIVE_TOTALS)
        self.assertEqual(counts[f"restated and stated by {self.years[-1]}"], RESTATED)
        self.assertEqual(counts["project-years"],
                         sum(len(self.known_by(year)) for year in self.years))
        return counts

    def restated(self, fields=tuple(COMPONENTS)):
        said = collections.defaultdict(set)
        for row in self.rows:
            said[key_of(row)].add(tuple(yen(row[field]) for field in fields))
        return {key for key, different in said.items() if len(different) > 1}

    def test_the_file_is_the_one_that_the_counts_are_of(self):
        self.assertEqual(len(self.restated()), RESTATED)
        self.assertEqual(len(self.restated(("total",))), RESTATED_TOTALS)
        self.assertEqual(len({key_of(row) for row in self.rows}), PROJECT_YEARS)

    def test_every_row_is_recorded_and_none_refused(self):
        counts = collections.Counter()
        for account in self.accounts.values():
            for what, count in re.findall(r"^ *(rows read|recorded|known|refused) +(\d+)",
                                          account.out, re.MULTILINE):
                counts[what] += int(count)
        self.assertEqual(counts, {"rows read": len(self.rows), "recorded": len(self.rows),
                                  "known": 0, "refused": 0})

    def test_after_each_sheet_year_its_statements_are_the_newest(self):
        self.check(lambda year: self.read_back[year])

    def test_as_of_each_sheet_year_its_statements_were_the_newest(self):
        days = {row["sheet_year"]: row["stated_on"] for row in self.rows}
        self.check(lambda year: self.read("--as-of", f"decided:{days[year]}"))

    def test_each_statement_is_in_the_history_of_its_line(self):
        key = min(self.restated())
        line = f"line/{key[1]}/{key[0]}/{self.read_back[self.years[-1]][0][key]['fund']}/net/-"
        records = self.ledger.cli("--output", "json", "history", line).json
        facts = [record["fact"]["budgetStated"] for record in records
                 if "budgetStated" in record["fact"]]
        rows = [row for row in self.rows if key_of(row) == key]
        self.assertEqual([int(fact.get("total", "0")) for fact in facts],
                         [yen(row["total"]) for row in rows])
        self.assertEqual(sum(int(fact.get("difference", "0")) for fact in facts),
                         yen(rows[-1]["total"]))
        newest = self.read_back[self.years[-1]][0][key]
        self.assertEqual(int(newest["statements"]), len(rows))

    def test_a_second_import_records_nothing(self):
        before = self.ledger.size()
        again = self.import_year(self.years[-1])
        self.assertRegex(again.out, r"recorded +0\n")
        self.assertEqual(self.ledger.size(), before)


if __name__ == "__main__":
    support.need_japan()
    unittest.main(verbosity=2)
