#!/usr/bin/env python3
"""The reference year is reproducible, consistent, and has the totals of the published report."""

import collections
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from reference_year_reader import (HEADERS, SHARED, City, date_column, fen, generate,  # noqa: E402
                                   line_of, thousandths)

BANDS = {"excellent": (90000, 100000), "good": (80000, 89999), "medium": (60000, 79999),
         "poor": (0, 59999)}
CEILING = {"medium": 80, "poor": 50}
# What is the same for every seed.
FIXED = {f"{name}.csv" for name in ("rule_sets", "principals", "revocations", "units", "standards",
                                    "reorganisations", "periods")}


def setUpModule():
    global work
    work = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(work.cleanup)
    for name, options in (("city", []), ("again", ["--seed", "2024"]), ("other", ["--seed", "7"]),
                          ("twice", ["--scale", "2"])):
        generate(pathlib.Path(work.name) / name, *options)


def contents(name):
    return {path.name: path.read_bytes() for path in (pathlib.Path(work.name) / name).iterdir()}


def differing(one, other):
    """Keys whose values differ; unittest's own comparison takes minutes over files that do."""
    return [key for key in sorted(one.keys() | other.keys()) if one.get(key) != other.get(key)]


class Reproducible(unittest.TestCase):
    def test_the_same_seed_gives_the_same_bytes(self):
        self.assertEqual(differing(contents("city"), contents("again")), [])
        self.assertEqual(len(contents("city")), len(HEADERS) + 1)

    def test_another_seed_gives_other_bytes(self):
        city, other = contents("city"), contents("other")
        self.assertEqual(differing(city, other), sorted(city.keys() - FIXED))

    def test_lines_end_in_lf_and_the_readme_says_invented_in_both_languages(self):
        for name, data in contents("city").items():
            self.assertNotIn(b"\r", data, name)
        readme = contents("city")["README.md"].decode()
        self.assertIn("Nothing here is real", readme)
        self.assertIn("虚构", readme)

    def test_a_city_repeated_has_each_row_once_more_with_other_codes(self):
        once, twice = contents("city"), contents("twice")
        for name in once.keys() - {"README.md"}:
            rows = twice[name].decode().splitlines()[1:]
            if name != "rule_sets.csv":  # it holds a text of several lines
                self.assertEqual(len(rows), len(set(rows)), name)
            first = [row for row in rows if "990101" not in row]
            self.assertTrue(first == once[name].decode().splitlines()[1:], name)
            times = 1 if name.removesuffix(".csv") in SHARED else 2
            self.assertEqual(len(rows), times * (once[name].count(b"\n") - 1), name)


class CityCase:
    """What holds for every seed and scale; the totals multiply with the number of cities."""

    cities = 1

    @classmethod
    def setUpClass(cls):
        cls.city = City(pathlib.Path(work.name) / cls.directory)

    def test_headers_ids_and_the_order_of_dates(self):
        self.assertEqual(self.city.headers, HEADERS)
        for name in HEADERS:
            column = date_column(name)
            if column is None:
                continue
            dates = [row[column] for row in getattr(self.city, name)]
            self.assertTrue(dates == sorted(dates), name)
            self.assertTrue(all(day.weekday() < 5 for day in dates), f"{name}: a weekend")
        for name, column in (("units", "unit"), ("projects", "project"), ("payments", "payment"),
                             ("commitments", "commitment"), ("reversals", "reversal")):
            ids = [row[column] for row in getattr(self.city, name)]
            self.assertEqual(len(ids), len(set(ids)), name)
            for identity in ids + [row["pool"] for row in self.city.adjustments if row["pool"]]:
                self.assertRegex(identity, r"\A[A-Za-z0-9._-]{1,40}\Z")
        pools = {row["pool"] for row in self.city.adjustments} - {""}
        self.assertEqual(len(pools), 6 * self.cities, "each city has pools of its own a year")
        starts = sum(before["request"] != after["request"] for before, after in
                     zip(self.city.adjustments, self.city.adjustments[1:]))
        self.assertEqual(starts + 1, len(self.city.requests), "rows of a request belong together")

    def test_registry_names_only_what_it_knows_already(self):
        units, projects = set(), set()
        for row in self.city.units:
            self.assertTrue(row["department"] == "" or row["department"] in units)
            units.add(row["unit"])
        for row in self.city.projects:
            self.assertRegex(row["project"], r"\A99\d{4}\d{2}[RYT]\d{12}\Z")
            self.assertEqual(row["project"][8], row["category"])
            self.assertIn(row["unit"], units)
            self.assertTrue(row["predecessor"] == "" or row["predecessor"] in projects)
            projects.add(row["project"])

    def test_totals_of_2024_are_those_of_the_published_report(self):
        city, cities = self.city, self.cities
        self.assertEqual(len(city.units), 87 * cities)
        approved = {row["project"] for row in city.target_approvals if row["fiscal_year"] == 2024}
        self.assertEqual(len(approved), 360 * cities)
        spending = {row["project"] for row in city.appropriations if row["fiscal_year"] == 2024}
        self.assertEqual(approved ^ spending, {project for _, project, _ in city.reserves})
        unit_of = {row["project"]: row["unit"] for row in city.projects}
        self.assertEqual(len({unit_of[project] for project in approved}), 87 * cities)
        key = city.key_evaluations(2024)
        self.assertEqual(len({row["project"] for row in key}), 17 * cities)
        self.assertEqual(len(key), 17 * cities)
        self.assertEqual(sum(row["level"] == "congress" for row in key), 3 * cities)
        self.assertEqual(collections.Counter(row["grade"] for row in key),
                         {"excellent": cities, "good": 11 * cities, "medium": 5 * cities})
        current, covered = city.current(), {(row["evaluated_year"], row["project"]) for row in key}
        evaluated = sum(amount for line, amount in current.items() if line[:2] in covered)
        self.assertEqual(evaluated, fen("440000000.00") * cities)

    def test_14_million_are_cut_in_2024_from_unsatisfactory_projects_alone(self):
        grades = self.city.grades_in_force(2023)
        at_start = {line_of(row): row["cut_for_grade"] for row in self.city.appropriations
                    if row["fiscal_year"] == 2024 and row["cut_for_grade"]}
        later = [row for row in self.city.adjustments
                 if row["fiscal_year"] == 2024 and row["cause"] == "grade"]
        self.assertTrue(at_start and later)
        for row in later:
            self.assertEqual((row["kind"], row["decided_on"].year), ("reduction", 2024))
            self.assertNotIn(row["request"], self.city.reversed)
        for _, project, _ in list(at_start) + [line_of(row) for row in later]:
            self.assertIn(self.city.grade_before(grades, project), CEILING)
        self.assertEqual(sum(at_start.values()) - sum(row["amount"] for row in later),
                         fen("14000000.00") * self.cities)

    def test_unsatisfactory_projects_stay_under_the_ceiling_of_their_base(self):
        originals = {line_of(row): row["amount"] for row in self.city.appropriations}
        capped, excepted = collections.Counter(), 0
        for row in self.city.appropriations:
            year, project, fund = line_of(row)
            base = next((originals[year - 1, code, fund] for code in self.city.predecessors(project)
                         if (year - 1, code, fund) in originals), 0)
            self.assertEqual(row["base"], base)
            grade = self.city.grade_before(self.city.grades_in_force(year - 1), project)
            percent = 80 if row["cut_across_the_board"] else CEILING.get(grade)
            if not percent or not base:
                self.assertEqual((row["ceiling"], row["cut_for_grade"], row["pool"]), ("", 0, ""))
                continue
            capped[year, grade] += 1
            self.assertEqual(fen(row["ceiling"]), base * percent // 100)
            above = row["amount"] > fen(row["ceiling"])
            excepted += above
            self.assertLessEqual(above, row["override_document"] != "", row)
            cut = row["cut_for_grade"] + row["cut_across_the_board"]
            self.assertEqual(row["amount"] + cut, base)
            self.assertEqual(row["cut_for_grade"] > 0, grade in CEILING)
        for case in ((2024, "medium"), (2024, "poor"), (2024, None), (2025, "medium")):
            self.assertTrue(capped[case], f"did not exercise {case}")
        self.assertEqual(excepted, 4 * self.cities)

    def test_appropriations_rest_on_targets_approved_before(self):
        unit_of = {row["project"]: row["unit"] for row in self.city.projects}
        proposed = {row["project"]: row["proposed_on"] for row in self.city.projects}
        targets, approved = collections.defaultdict(list), {}
        for row in self.city.final_targets:
            targets[row["project"], row["fiscal_year"]].append(row)
            self.assertEqual(row["unit"], unit_of[row["project"]])
            self.assertLess(proposed[row["project"]], row["submitted_on"])
            self.assertEqual(row["target"] == "", row["direction"] == "qualitative")
            self.assertEqual(row["statement"] != "", row["direction"] == "qualitative")
        for row in self.city.target_approvals:
            key = row["project"], row["fiscal_year"]
            self.assertNotIn(key, approved)
            self.assertLess(targets[key][0]["submitted_on"], row["approved_on"])
            approved[key] = row["approved_on"]
        for row in self.city.appropriations:
            if line_of(row) in self.city.reserves:
                self.assertEqual(row["target_approval"], "")
                continue
            key = row["project"], row["fiscal_year"]
            self.assertEqual(row["target_approval"], f"{key[0]}/{key[1]}")
            self.assertLess(approved[key], row["decided_on"])
        groups = ({"quantity", "quality", "timeliness"}, {"cost"}, {"satisfaction"},
                  {"economic", "social", "ecological", "lasting"})
        for rows in targets.values():
            self.assertTrue(3 <= len(rows) <= 6)
            self.assertEqual(len({row["indicator"] for row in rows}), len(rows))
            self.assertEqual(sum(row["weight"] for row in rows), 90000)
            for group in groups:
                self.assertTrue(group & {row["dimension"] for row in rows})

    def test_the_reserve_is_a_project_of_the_finance_bureau_with_a_line_a_year_and_no_more(self):
        city = self.city
        unit_names = {row["unit"]: row["name"] for row in city.units}
        self.assertEqual(collections.Counter(year for year, _, _ in city.reserves),
                         dict.fromkeys((2023, 2024, 2025), self.cities))
        codes = {project for _, project, _ in city.reserves}
        self.assertEqual(len(codes), self.cities)
        for row in city.projects:
            if row["project"] in codes:
                self.assertEqual((row["category"], unit_names[row["unit"]]), ("R", "云川市财政局"))
                self.assertIn("预备费", row["name"])
        for name in ("targets", "target_approvals", "commitments", "payments", "monitoring",
                     "grades"):
            self.assertFalse(codes & {row["project"] for row in getattr(city, name)}, name)
        general = collections.Counter()
        for row in city.appropriations:
            if row["fund"] == "general":
                general[row["fiscal_year"], row["project"][:6]] += row["amount"]
        for (year, project, fund), row in city.reserves.items():
            self.assertEqual((fund, row["ceiling"], row["pool"]), ("general", "", ""))
            whole = general[year, project[:6]]
            self.assertTrue(whole <= row["amount"] * 100 <= 3 * whole, row)

    def test_draws_move_money_out_of_the_reserve_and_never_more_than_it_holds(self):
        left = {line: row["amount"] for line, row in self.city.reserves.items()}
        drawn = set()
        for legs in self.city.requests.values():
            if legs[0]["kind"] != "reserveDraw":
                self.assertFalse({line_of(leg) for leg in legs} & left.keys(), legs[0]["request"])
                continue
            sums = collections.Counter()
            for leg in legs:
                sums[leg["fund"], leg["fiscal_year"]] += leg["amount"]
                self.assertEqual(leg["amount"] < 0, line_of(leg) in left)
                if leg["amount"] < 0:
                    left[line_of(leg)] += leg["amount"]
                    self.assertGreaterEqual(left[line_of(leg)], 0)
                    drawn.add(line_of(leg))
            self.assertEqual(set(sums.values()), {0}, legs[0]["request"])
            self.assertEqual(len({leg["project"][:6] for leg in legs}), 1, "of one city")
        self.assertEqual(drawn, left.keys(), "each reserve is drawn on")
        revised = {line_of(row): row["revised"] for row in self.city.closing}
        self.assertEqual({line: revised[line] for line in left}, left)

    def test_scores_lie_in_the_bands_of_their_grades_and_every_project_evaluates_itself(self):
        own = collections.Counter()
        for row in self.city.grades:
            low, high = BANDS[row["grade"]]
            self.assertTrue(low <= thousandths(row["score"]) <= high, row)
            self.assertEqual(row["decided_on"].year, row["evaluated_year"] + 1)
            if row["level"] == "self":
                own[row["project"], row["evaluated_year"]] += 1
        once = {(row["project"], row["fiscal_year"]): 1 for row in self.city.target_approvals}
        once.update({(project, 2022): 1 for project, year in once if year == 2023})
        self.assertEqual(differing(own, once), [])

    def test_closing_figures_are_original_plus_legs_not_reversed(self):
        originals = {line_of(row): row["amount"] for row in self.city.appropriations}
        self.assertEqual(len(originals), len(self.city.appropriations))
        closing = {line_of(row): row["original"] for row in self.city.closing}
        self.assertEqual(differing(closing, originals), [])
        closing = {line_of(row): row["revised"] for row in self.city.closing}
        self.assertEqual(differing(closing, self.city.current()), [])


class OneCity(CityCase, unittest.TestCase):
    directory = "city"


class AnotherSeed(CityCase, unittest.TestCase):
    directory = "other"


class TwoCities(CityCase, unittest.TestCase):
    directory, cities = "twice", 2


if __name__ == "__main__":
    unittest.main(verbosity=0)
