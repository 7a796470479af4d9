#!/usr/bin/env python3
"""The reference year replays without a breach, both file after file and day after day."""

import collections
import datetime
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from reference_year_reader import City, date_column, generate, line_of  # noqa: E402

TOLERANCE_BP = 2000
SIGN = {"supplement": 1, "poolAllocation": 1, "reduction": -1, "clawback": -1, "cancellation": -1}
BALANCED = {"virement", "carryOver", "reserveDraw"}


def setUpModule():
    global cities
    cities = {}
    with tempfile.TemporaryDirectory() as work:
        for name, options in (("city", []), ("other", ["--seed", "7"]),
                              ("twice", ["--scale", "2"])):
            generate(pathlib.Path(work) / name, *options)
            cities[name] = City(pathlib.Path(work) / name)


def in_file_order(city):
    """Events as (file, rows), in the order of an import; those of a request are one event."""
    for name in ("appropriations", "commitments", "payments"):
        for row in getattr(city, name):
            yield name, [row]
    for legs in city.requests.values():
        yield "adjustments", legs
    for name in ("reversals", "statements"):
        for row in getattr(city, name):
            yield name, [row]


def in_day_order(city):
    def day(event):
        return event[1][0][date_column(event[0])]
    return sorted(in_file_order(city), key=day)


class Book:
    """Folds events, and asserts after each what must hold at every position of the log."""

    def __init__(self, case):
        self.case = case
        self.current = collections.Counter()
        self.used = collections.Counter()  # outstanding commitments and payments
        self.known = {}
        self.outstanding = {}
        self.refunded = collections.Counter()
        self.restated = {}
        self.pools = collections.Counter()  # by pool and tag

    def appropriate(self, row):
        self.current[line_of(row)] += row["amount"]
        if row["pool"]:
            self.pools[row["pool"], ""] += row["cut_for_grade"] + row["cut_across_the_board"]
        return [line_of(row)]

    def commit(self, row):
        self.case.assertGreater(row["amount"], 0)
        self.outstanding[row["commitment"]] = row["amount"], line_of(row)
        self.used[line_of(row)] += row["amount"]
        return [line_of(row)]

    def pay(self, row):
        amount, line = row["amount"], line_of(row)
        self.case.assertEqual(amount < 0, row["refund_of"] != "")
        self.used[line] += amount
        if row["commitment"]:
            left, of = self.outstanding[row["commitment"]]
            self.case.assertEqual(of, line)
            self.case.assertLessEqual(amount, left)
            self.outstanding[row["commitment"]] = left - amount, of
            self.used[line] -= amount
        if row["refund_of"]:
            paid = self.known[row["refund_of"]]
            self.case.assertEqual((line_of(paid), paid["commitment"]), (line, ""))
            self.refunded[row["refund_of"]] -= amount
            self.case.assertLessEqual(self.refunded[row["refund_of"]], paid["amount"])
        self.known[row["payment"]] = row
        return [line]

    def adjust(self, legs):
        head, total = legs[0], sum(leg["amount"] for leg in legs)
        for leg in legs:
            self.current[line_of(leg)] += leg["amount"]
            self.case.assertTrue(leg["amount"])
            self.case.assertGreater(leg["amount"] * SIGN.get(leg["kind"], leg["amount"]), 0)
            first = min(other["fiscal_year"] for other in legs)
            # Only what was carried over is older than its line, and lapses at the year's end.
            older = head["kind"] == "clawback" and head["decided_on"].year > first
            self.case.assertTrue(leg["vintage"] == first or older and leg["vintage"] == first - 1)
        if head["kind"] in BALANCED:
            self.case.assertEqual(total, 0, head)
            self.case.assertEqual(len({leg["fund"] for leg in legs}), 1)
        years = [leg["fiscal_year"] for leg in legs]
        if head["kind"] == "carryOver":
            self.case.assertEqual(years, [years[0], years[0] + 1])
            self.case.assertLess(legs[0]["amount"], 0)
        else:
            self.case.assertEqual(len(set(years)), 1)
        self.case.assertEqual(head["pool"] != "", head["kind"] in ("clawback", "poolAllocation"))
        for leg in legs if head["pool"] else []:
            self.pools[head["pool"], leg["source_tag"]] -= leg["amount"]
            self.case.assertGreaterEqual(self.pools[head["pool"], leg["source_tag"]], 0)
        self.known[head["request"]] = legs
        return [line_of(leg) for leg in legs]

    def reverse(self, row):
        event = self.known.pop(row["event"])  # known by now, and reversed once
        if row["kind_of_event"] == "payment":
            self.case.assertEqual(event["commitment"], "")
            self.used[line_of(event)] -= event["amount"]
            return [line_of(event)]
        for leg in event:
            self.current[line_of(leg)] -= leg["amount"]
        return [line_of(leg) for leg in event]

    def state(self, row):
        """A statement's total holds from then on."""
        line = line_of(row)
        parts = ("original", "supplement", "carried_in", "carried_out", "reserve")
        self.case.assertEqual(sum(row[part] for part in parts), row["total"])
        self.restated[line] = row["total"] - self.current[line]
        self.current[line] = row["total"]
        return [line]

    def fold(self, name, rows):
        step = {"appropriations": self.appropriate, "commitments": self.commit,
                "payments": self.pay, "reversals": self.reverse,
                "statements": self.state}.get(name)
        for line in step(rows[0]) if step else self.adjust(rows):
            self.case.assertLessEqual(self.used[line], self.current[line], line)
            self.case.assertGreaterEqual(self.current[line], 0, line)


class ReplayCase:
    @property
    def city(self):
        return cities[self.name]

    def replay(self, events):
        book = Book(self)
        for name, rows in events:
            book.fold(name, rows)
        closing = {line_of(row): row["revised"] for row in self.city.closing}
        # Not assertEqual on the whole: where they differ, unittest would take minutes to say how.
        self.assertEqual(set(book.current.items()) ^ set(closing.items()), set())
        wrong = [difference for difference in book.restated.values() if difference]
        self.assertEqual((len(book.restated), len(wrong)),
                         (20 * self.city.cities, 2 * self.city.cities))

    def test_file_after_file_no_line_or_pool_is_overdrawn(self):
        self.replay(in_file_order(self.city))

    def test_day_after_day_no_line_or_pool_is_overdrawn(self):
        self.replay(in_day_order(self.city))

    def test_every_kind_of_decision_is_exercised(self):
        kinds = {row["kind"] for row in self.city.adjustments}
        self.assertEqual(kinds, set(SIGN) | BALANCED)
        self.assertEqual({row["kind_of_event"] for row in self.city.reversals},
                         {"payment", "adjustment"})
        self.assertTrue(any(row["refund_of"] for row in self.city.payments))
        self.assertEqual({row["light"] for row in self.city.monitoring}, {"green", "yellow", "red"})
        months = collections.Counter((row["project"], row["fiscal_year"])
                                     for row in self.city.payments if row["amount"] > 0)
        monthly = sum(count == 12 for count in months.values())
        self.assertGreater(monthly * 100, len(months) * 95)

    def checks(self):
        rows = collections.defaultdict(list)
        for row in self.city.monitoring:
            rows[row["project"], row["fiscal_year"], row["checked_on"]].append(row)
        return rows

    def test_each_project_is_checked_twice_a_year_on_each_indicator(self):
        named = collections.defaultdict(list)
        for row in self.city.final_targets:
            named[row["project"], row["fiscal_year"]].append(row["indicator"])
        count = collections.Counter()
        for (project, year, _), rows in self.checks().items():
            self.assertEqual([row["indicator"] for row in rows], named[project, year])
            count[project, year] += 1
        self.assertEqual(count.keys() ^ named.keys(), set())
        self.assertEqual(set(count.values()), {2})

    def test_execution_rates_and_lights_follow_from_the_book_on_the_day(self):
        events = collections.defaultdict(list)
        for row in self.city.payments:
            events[row["project"], row["fiscal_year"]].append((row["paid_on"], row["amount"], 0))
        for row in self.city.appropriations + self.city.adjustments:
            events[row["project"], row["fiscal_year"]].append((row["decided_on"], 0, row["amount"]))
        for (project, year, day), rows in self.checks().items():
            until = [event for event in events[project, year] if event[0] <= day]
            spent, current = sum(event[1] for event in until), sum(event[2] for event in until)
            elapsed = ((day - datetime.date(year, 1, 1)).days + 1) * 10000 // (
                datetime.date(year + 1, 1, 1) - datetime.date(year, 1, 1)).days
            rate, attained = spent * 10000 // current, min(row["attained_bp"] for row in rows)
            behind = (elapsed - rate > TOLERANCE_BP) + (elapsed - attained > TOLERANCE_BP)
            for row in rows:
                self.assertEqual((row["spent"], row["execution_rate_bp"]), (spent, rate))
                self.assertEqual(row["light"], ["green", "yellow", "red"][behind])


class OneCity(ReplayCase, unittest.TestCase):
    name = "city"


class AnotherSeed(ReplayCase, unittest.TestCase):
    name = "other"


class TwoCities(ReplayCase, unittest.TestCase):
    name = "twice"


if __name__ == "__main__":
    unittest.main(verbosity=0)
