#!/usr/bin/env python3
"""From July 2023 on the reference year keeps every rule, as far as its files alone can tell."""

import collections
import datetime
import fractions
import json
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from reference_year_reader import HEADERS, City, date_column, generate, line_of  # noqa: E402

# The id of each file's commands, as the mapping makes it.
IDS = {"estimates": "estimate/{estimate}", "transfers": "transfer/{source_tag}",
       "standards": "standard/{standard}/{set_on}", "ceilings": "ceiling/{unit}/{fiscal_year}",
       "classifications": "classification/{classification}", "pipeline": "pipeline/{project}",
       "appraisals": "appraisal/{project}", "affordability": "affordability/{project}",
       "instalments": "instalments/{instalments}",
       "targets": "target/{project}/{fiscal_year}/{version}", "proposals": "proposal/{proposal}",
       "reversal_proposals": "reversal-proposal/{reversal}", "approvals": "approval/{of}",
       "target_approvals": "target-approval/{project}/{fiscal_year}",
       "audit_findings": "finding/{unit}/{fiscal_year}",
       "factors": "factor/{project}/{fiscal_year}/{factor}", "reviews": "review/{request}",
       "priority_lists": "priority-list/{list}",
       "appropriations": "budget/{fiscal_year}/{project}/{fund}", "periods": "period/{period}",
       "monitoring": "monitoring/{project}/{fiscal_year}/{checked_on}",
       "unit_monitoring": "unit-monitoring/{unit}/{fiscal_year}",
       "unit_grades": "unit-grade/{unit}/{evaluated_year}",
       "funding_plans": "funding-plan/{list}",
       "grades": "grade/{project}/{evaluated_year}/{level}", "adjustments": "adjustment/{request}"}
# Columns whose words name commands.
NAMING = {"approvals": ("of",), "target_approvals": ("approval",), "reviews": ("event",),
          "budget_requests": ("evidence",), "appropriations": ("evidence",),
          "adjustments": ("proposal", "evidence"), "results": ("grade", "answers")}
CUTS = {"executionRate": 1000, "grade": 1000, "levelOfDetail": 500, "stock": 1000,
        "auditFindings": 1000}
YEARS = (2024, 2025)


def setUpModule():
    global cities, orders
    cities, orders = {}, {}
    with tempfile.TemporaryDirectory() as work:
        for name, options in (("city", []), ("other", ["--seed", "7"]),
                              ("twice", ["--scale", "2"])):
            orders[name] = generate(pathlib.Path(work) / name, *options)
            cities[name] = City(pathlib.Path(work) / name)


def grouped(rows, *columns):
    groups = collections.defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(row)
    return groups


class RulesCase:
    @property
    def city(self):
        return cities[self.name]

    def in_force(self, rows, column):
        start = self.city.rule_sets[0]["in_force_from"]
        return [row for row in rows if row[column] >= start]

    def test_what_is_printed_are_the_files_to_import(self):
        self.assertEqual(orders[self.name], [name for name in HEADERS if name != "closing"])

    def test_the_rule_set_that_is_published_is_the_shipped_one(self):
        shipped = pathlib.Path(__file__).resolve().parents[2] / "schema/rulesets/city-2024.json"
        published = self.city.rule_sets[0]
        self.assertEqual(json.loads(published["rules"]), json.loads(shipped.read_text()))
        self.assertLess(published["published_on"], published["in_force_from"])

    def test_what_is_named_was_recorded_before(self):
        place = {name: at for at, name in enumerate(orders[self.name])}
        made = {}
        for name, form in IDS.items():
            for row in getattr(self.city, name):
                # The reader leaves out whose fund it is.
                identity = form.format(**row)
                made[identity] = row[date_column(name)], place[name]
        named = 0
        for name, columns in NAMING.items():
            for row in getattr(self.city, name):
                for word in " ".join(row[column] for column in columns).split():
                    identity = word.split("#")[0]
                    if identity.startswith("budget/"):
                        identity = identity.split(".")[0]
                    before, at = made[identity], (row[date_column(name)], place[name])
                    self.assertLess(before, at, word)
                    named += 1
        self.assertGreater(named, 10000)

    def test_r2_and_r12_requests_are_itemised_within_the_standards(self):
        standards, of_standard = grouped(self.city.standards, "standard"), 0
        for rows in grouped(self.city.budget_requests, "request").values():
            self.assertEqual(sum(row["cost_amount"] for row in rows), rows[0]["amount"])
            self.assertTrue(rows[0]["content"])
            for row in rows:
                if not row["standard"]:
                    continue
                price = [one for one in standards[row["standard"],]
                         if one["set_on"] <= row["requested_on"]][-1]
                most = fractions.Fraction(row["quantity"]) * price["unit_amount"]
                self.assertLessEqual(row["cost_amount"], most)
                self.assertIn(f"standard/{price['standard']}/{price['set_on']}",
                              row["evidence"].split())
                of_standard += 1
        self.assertGreater(of_standard, 100)

    def test_r3_the_unit_that_applies_submitted_the_target_that_it_names(self):
        unit = {f"target/{row['project']}/{row['fiscal_year']}/{row['version']}": row["unit"]
                for row in self.city.final_targets}
        for row in self.city.budget_requests:
            self.assertEqual(unit[row["evidence"].split()[0]], row["unit"])

    def test_targets_returned_are_submitted_again(self):
        submitted = {(row["project"], row["fiscal_year"], row["version"]): row["submitted_on"]
                     for row in self.city.targets}
        self.assertGreater(len(self.city.target_returns), 10)
        for row in self.city.target_returns:
            key = row["project"], row["fiscal_year"]
            self.assertLess(submitted[*key, 1], row["returned_on"])
            self.assertLess(row["returned_on"], submitted[*key, 2])

    def test_r4_what_is_taken_away_for_a_grade_cites_the_grade(self):
        grades = {f"grade/{row['project']}/{row['evaluated_year']}/{row['level']}": row
                  for row in self.city.grades}
        reductions = [row for row in self.city.adjustments if row["cause"] == "grade"]
        self.assertEqual({row["fiscal_year"] for row in reductions}, set(YEARS))
        cuts = [row for row in self.city.appropriations if row["cut_for_grade"]]
        for row in reductions + cuts:
            cited = [grades[word] for word in row["evidence"].split() if word in grades]
            self.assertEqual([grade["decided_on"].year for grade in cited],
                             [row["fiscal_year"] - 1], row)
            self.assertIn(cited[0]["project"], self.city.predecessors(row["project"]))
            self.assertIn(cited[0]["grade"], ("medium", "poor"))
            self.assertNotEqual(cited[0]["level"], "self")

    def test_r5_key_special_projects_are_cut_across_the_board(self):
        classes = grouped(self.city.classifications, "project")
        cut = 0
        for row in self.city.appropriations:
            found = [one for one in classes[row["project"],]
                     if one["classified_on"] < row["decided_on"]]
            if not found or row["base"] == 0 or row["override_document"]:
                continue
            now = found[-1]
            if (now["expenditure"], now["livelihood"], now["obligation"]) == ("special", "false",
                                                                              "none"):
                self.assertLessEqual(row["amount"], row["base"] * 80 // 100)
                self.assertTrue(row["cut_for_grade"] or row["pool"])
                cut += 1
        self.assertGreater(cut, 20)

    def test_r6_and_r11_each_amount_is_allowed_by_a_review_of_all_five_factors(self):
        requests = {row["request"]: row for row in self.city.budget_requests}
        allowed, cancelled, breached = {}, 0, 0
        for (request,), rows in grouped(self.city.reviews, "request").items():
            asked, head = requests[request], rows[0]
            self.assertEqual([row["factor"] for row in rows], list(CUTS))
            cut = sum(CUTS[row["factor"]] for row in rows if row["breached"] == "true")
            breached += cut > 0
            self.assertLessEqual(head["allowed"], asked["amount"] * (10000 - cut) // 10000)
            cancelled += head["cancelled"] == "true"
            if head["cancelled"] == "false":
                allowed[line_of(asked)] = head["allowed"], f"review/{request}"
        self.assertEqual(cancelled, 8 * self.city.cities)
        self.assertGreater(breached, 20)
        for row in self.city.appropriations:
            if row["fiscal_year"] in YEARS and line_of(row) not in self.city.reserves:
                amount, review = allowed[line_of(row)]
                self.assertLessEqual(row["amount"], amount)
                self.assertIn(review, row["evidence"].split())

    def test_r7_nothing_is_left_where_nothing_may_be_carried_over(self):
        whole = {row["project"] for row in self.city.classifications
                 if row["expenditure"] in ("basic", "threePublic")}
        closes = {row["fiscal_year"]: row["period_on"] for row in self.city.periods
                  if row["period"].endswith("/1")}
        self.assertEqual(set(closes), {2023, *YEARS})
        vintages = set()
        for row in self.city.adjustments:
            if row["kind"] == "carryOver":
                self.assertNotIn(row["project"], whole)
                if row["amount"] < 0:
                    self.assertGreater(row["decided_on"], closes[row["fiscal_year"]])
                    self.assertIn(f"period/{row['fiscal_year']}/1", row["evidence"].split())
            elif row["pool"].startswith("year-end"):
                vintages.add(row["fiscal_year"] - row["vintage"])
        self.assertEqual(vintages, {0, 1})
        left, current = collections.Counter(), self.city.current()
        for row in self.city.payments:
            if row["payment"] not in self.city.reversed:
                left[line_of(row)] -= 0 if row["commitment"] else row["amount"]
        for row in self.city.commitments:
            left[line_of(row)] -= row["amount"]
        lines = [line for line in current if line[1] in whole]
        self.assertGreater(len(lines), 20)
        for line in lines:
            self.assertEqual(current[line] + left[line], 0, line)

    def test_r8_priorities_are_funded_before_other_development(self):
        department = {row["unit"]: row["department"] or row["unit"] for row in self.city.units}
        unit_of = {row["project"]: row["unit"] for row in self.city.projects}
        classes = grouped(self.city.classifications, "project")
        given = {(row["fiscal_year"], row["project"]): row for row in self.city.appropriations}
        items = grouped(self.city.priority_lists, "fiscal_year", "department")
        self.assertEqual(len(items), 12 * self.city.cities)
        behind, early = 0, 0
        for (year, project), row in given.items():
            now = [one for one in classes[project,] if one["classified_on"] < row["decided_on"]]
            rows = items.get((year, department[unit_of[project]]), ())
            if not rows or not now or now[-1]["expenditure"] != "development" or project in {
                    one["project"] for one in rows}:
                continue
            behind += 1
            self.assertLessEqual({f"priority-list/{rows[0]['list']}",
                                  f"funding-plan/{rows[0]['list']}"},
                                 set(row["evidence"].split()))
            for item in rows:
                first = given[year, item["project"]]
                self.assertGreaterEqual(first["amount"], item["required"])
                if row["decided_on"] <= first["decided_on"]:
                    self.assertTrue(row["override_document"], row)
                    early += 1
        self.assertGreater(behind, 10)
        self.assertTrue(early, "did not exercise an override")

    def test_r9_what_is_rigid_is_funded_first_and_gives_nothing_away(self):
        rigid = {row["project"] for row in self.city.classifications if row["obligation"] != "none"}
        self.assertGreater(len(rigid), 10)
        first, last = {}, {}
        for row in self.city.appropriations:
            of_fund = row["project"][:6], row["fiscal_year"], row["fund"]
            if row["fiscal_year"] in YEARS:
                days = last if row["project"] in rigid else first
                days.setdefault(of_fund, []).append(row["decided_on"])
        for of_fund, days in last.items():
            self.assertLess(max(days), min(first[of_fund]))
        for row in self.city.adjustments:
            if row["project"] in rigid and row["decided_on"].year == row["fiscal_year"]:
                self.assertGreater(row["amount"], 0, row)

    def test_r11_factors_are_those_of_the_project_or_of_its_unit(self):
        requests = {row["request"]: row for row in self.city.budget_requests}
        of_units = 0
        for row in self.city.reviews:
            asked, about = requests[row["request"]], row["event"].split("/")[1]
            if row["event"].split("/")[0] in ("finding", "unit-monitoring", "unit-grade"):
                self.assertEqual(about, asked["unit"])
                of_units += row["factor"] != "auditFindings"
            else:
                self.assertIn(about, list(self.city.predecessors(asked["project"])))
        self.assertGreater(of_units, 10)

    def test_r10_budgets_stay_within_the_estimates_of_each_fund(self):
        events = [(row["estimated_on"], 0, row) for row in self.city.estimates]
        events += [(row["decided_on"], 1, row) for row in self.city.appropriations
                   + self.city.adjustments]
        events.sort(key=lambda event: event[:2])
        estimated, used = collections.defaultdict(dict), collections.Counter()
        city_of = {row["estimate"]: row["estimate"].split("-")[1] for row in self.city.estimates}
        for _, kind, row in events:
            city = city_of[row["estimate"]] if kind == 0 else row["project"][:6]
            fund = city, row["fiscal_year"], row["fund"]
            if kind == 0:
                estimated[fund][row["source"]] = row["amount"]
                continue
            used[fund] += row["amount"]
            self.assertLessEqual(used[fund], sum(estimated[fund].values()), fund)
        self.assertEqual(len(estimated), 12 * self.city.cities)

    def test_r13_the_library_is_entered_by_all_steps_and_instalments_are_followed(self):
        day = {}
        for name in ("pipeline", "appraisals", "affordability"):
            for row in getattr(self.city, name):
                day[name, row["project"]] = row[date_column(name)]
        admitted = collections.Counter()
        for row in self.city.library:
            steps = [day[name, row["project"]]
                     for name in ("pipeline", "appraisals", "affordability")]
            self.assertEqual(steps, sorted(steps))
            self.assertLess(steps[-1], row["admitted_on"])
            self.assertGreater(row["rank"], 0)
            admitted[row["fiscal_year"]] += 1
        self.assertEqual(admitted[2024], 360 * self.city.cities)
        self.check_candidates({row["project"] for row in self.city.library})
        amounts = {(row["fiscal_year"], row["project"]): row for row in self.city.appropriations}
        for rows in grouped(self.city.instalments, "instalments").values():
            so_far = 0
            for row in rows:
                so_far += row["instalment"]
                self.assertLessEqual(so_far, row["total"] * row["planned_progress_bp"] // 10000)
                given = amounts.get((row["fiscal_year"], row["project"]))
                if given and f"instalments/{row['instalments']}" in given["evidence"].split():
                    self.assertEqual(given["amount"], row["instalment"])

    def check_candidates(self, admitted):
        """Those that the library does not have stopped on the way, and got nothing."""
        verdicts = {row["project"]: row["verdict"] for row in self.city.appraisals}
        affordable = {row["project"]: row["affordable"] for row in self.city.affordability}
        waiting = {row["project"] for row in self.city.pipeline} - admitted
        self.assertFalse(waiting & {row["project"] for row in self.city.appropriations})
        self.assertEqual({(verdicts.get(project), affordable.get(project)) for project in waiting},
                         {(None, None), ("rejected", None), ("recommended", "false")})

    def test_r14_every_light_that_is_not_green_has_a_correction(self):
        def key(row):
            return row["project"], row["fiscal_year"], row["checked_on"]
        ordered = {key(row): row for row in self.city.corrections}
        self.assertEqual({key(row) for row in self.city.monitoring if row["light"] != "green"},
                         set(ordered))
        verified = {key(row): row["outcome"] for row in self.city.verifications}
        self.assertLess(len(verified), len(ordered), "some are open")
        self.assertEqual(set(verified.values()), {"corrected", "notCorrected"})
        for row in self.city.verifications:
            self.assertGreaterEqual(row["verified_on"], ordered[key(row)]["due_on"])

    def test_r15_results_are_applied_waived_or_left_open(self):
        weak = {f"grade/{row['project']}/{row['evaluated_year']}/{row['level']}"
                for row in self.city.grades if row["grade"] in ("medium", "poor")}
        applied = {row["grade"]: row for row in self.city.results}
        self.assertLess(set(applied), weak, "some are open")
        for row in applied.values():
            self.assertTrue(row["reason"])
            self.assertEqual(row["waived"] == "", row["answers"] != "")
        self.assertTrue(any(row["waived"] for row in applied.values()))
        self.assertTrue(any("adjustment/" in row["answers"] for row in applied.values()))

    def test_r17_pooled_money_keeps_its_tag_and_earmarked_money_its_purpose(self):
        transfers = {row["source_tag"]: row for row in self.city.transfers}
        passed_on = set()
        for row in self.in_force(self.city.adjustments, "decided_on"):
            if row["kind"] == "clawback":
                self.assertTrue(row["source_tag"], row)
            received = transfers.get(row["source_tag"])
            if received and row["amount"] > 0:
                self.assertIn(f"transfer/{row['source_tag']}", row["evidence"].split())
                if received["earmarked"] == "true":
                    self.assertEqual(row["project"], received["purpose"])
                passed_on.add(received["earmarked"])
        self.assertEqual(passed_on, {"true", "false"})

    def test_r20_what_is_decided_was_proposed_alike_and_approved(self):
        def legs(rows):
            return [(*line_of(row), row["vintage"], row["source_tag"], row["amount"])
                    for row in rows]
        proposed = grouped(self.city.proposals, "proposal")
        verdicts = {row["of"]: row["verdict"] for row in self.city.approvals}
        decided = grouped(self.in_force(self.city.adjustments, "decided_on"), "request")
        for (request,), rows in decided.items():
            self.assertEqual(legs(rows), legs(proposed[request,]))
            self.assertEqual(verdicts[f"proposal/{request}"], "approved")
            self.assertIn(f"approval/proposal/{request}", rows[0]["evidence"].split())
        rejected = {key for key in proposed if key not in decided}
        self.assertEqual(len(rejected), 6 * self.city.cities)
        self.assertEqual({verdicts[f"proposal/{key}"] for (key,) in rejected}, {"rejected"})
        for row in self.city.target_approvals:
            self.assertEqual(row["approval"] != "", row["fiscal_year"] in YEARS)
        for row in self.city.reversals:
            self.assertEqual(verdicts[f"reversal-proposal/{row['reversal']}"], "approved")

    def test_nothing_is_paid_while_it_is_suspended(self):
        ended = {row["suspension"]: row["resumed_on"] for row in self.city.resumptions}
        self.assertGreater(len(self.city.suspensions), len(ended))
        spans = collections.defaultdict(list)
        for row in self.city.suspensions:
            until = ended.get(row["suspension"], datetime.date.max)
            kind, *rest = row["about"].split("/")
            key = rest[0] if kind == "project" else (int(rest[0]), rest[1])
            spans[key].append((row["suspended_on"], until))
        for row, day in ([(row, row["paid_on"]) for row in self.city.payments]
                         + [(row, row["decided_on"]) for row in self.city.commitments]):
            for key in (row["project"], (row["fiscal_year"], row["project"])):
                for first, last in spans.get(key, ()):
                    self.assertFalse(first <= day < last, row)

    def test_what_passes_against_a_rule_was_allowed_by_an_authority(self):
        overrides = [row for row in self.city.appropriations if row["override_document"]]
        self.assertEqual(len(overrides), 5 * self.city.cities)
        for row in overrides:
            self.assertTrue(row["override_authority"])


class OneCity(RulesCase, unittest.TestCase):
    name = "city"


class AnotherSeed(RulesCase, unittest.TestCase):
    name = "other"


class TwoCities(RulesCase, unittest.TestCase):
    name = "twice"


if __name__ == "__main__":
    unittest.main(verbosity=0)
