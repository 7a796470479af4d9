#!/usr/bin/env python3
"""Audit samples: anybody can draw them again, as this test does, from the seed and the events.

The drawing here follows the documentation alone.
"""

import hashlib

import support


def draw(seed, number):
    return int.from_bytes(hashlib.sha256(f"{seed},{number}".encode()).digest(), "big")


def monetary_unit(population, size, seed):
    """Of (event, amount) in order: hits by event."""
    total = sum(amount for _, amount in population)
    start = draw(seed, 1) % total
    hits = {}
    for j in range(size):
        unit = (start + j * total) // size
        end = 0
        for event, amount in population:
            end += amount
            if unit < end:
                hits[event] = hits.get(event, 0) + 1
                break
    return hits


def at_random(population, size, seed):
    places, number = set(), 0
    while len(places) < size:
        number += 1
        places.add(draw(seed, number) % len(population))
    return {population[place][0]: 1 for place in places}


class Samples(support.Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = support.Case()
        cls.shared.setUp()
        cls.addClassCleanup(cls.shared.doCleanups)
        cls.city = cls.shared.ledger("--rule-set", "open").start()
        files = support.reference_year(cls.shared.folder / "files")
        cls.city.cli("import", "--mapping", support.MAPPINGS / "reference-year.toml", *files,
                     seconds=300)
        cls.city.settle()
        cls.records = cls.city.events()

    def population(self, kind, wanted=lambda year, project, fund: True):
        """Of every such event with an amount of net expenditure its sum without signs."""
        found = []
        for record in self.records:
            fact = record["fact"].get(kind)
            if fact is None:
                continue
            amounts = []
            for leg in fact.get("legs", [fact]):
                _, year, project, fund, measure, _ = leg["line"].split("/")
                if measure == "net" and wanted(int(year), project, fund):
                    amounts.append(abs(int(leg.get("amount", "0"))))
            if amounts:
                found.append((int(record["sequence"]), sum(amounts)))
        return found

    def sample(self, *arguments):
        outcome = self.city.cli("--output", "json", "sample", *arguments)
        rows = {int(row["sequence"]): row for row in outcome.json}
        self.assertEqual(list(rows), sorted(rows))
        return rows, outcome

    def test_a_monetary_unit_sample_is_the_documented_one(self):
        for of, kind in (("adjustments", "budgetAdjusted"), ("payments", "paymentRecorded")):
            population = self.population(kind)
            self.assertGreater(len(population), 40)
            total = sum(amount for _, amount in population)
            for seed, size in (("27182818284590452353", 25), ("掷骰", 7), ("x", 200)):
                rows, outcome = self.sample("--of", of, "--seed", seed, "--size", size)
                self.assertEqual({event: row["hits"] for event, row in rows.items()},
                                 monetary_unit(population, size, seed))
                certain = {event for event, amount in population if amount * size >= total}
                self.assertEqual({event for event, row in rows.items() if row.get("certain")},
                                 certain)
                self.assert_says(outcome, f"population: {len(population)} {of} (net)",
                                 f"records in the tree: {len(self.records)}", f"seed: {seed}",
                                 f"interval: {total / 100:,.2f} ÷ {size} = ")

    def test_a_random_sample_is_the_documented_one(self):
        population = self.population("paymentRecorded")
        rows, _ = self.sample("--of", "payments", "--method", "random", "--seed", "3", "--size", 30)
        self.assertEqual(rows.keys(), at_random(population, 30, "3").keys())

    def test_filters_choose_the_population(self):
        years = {}
        for record in self.records:
            payment = record["fact"].get("paymentRecorded")
            if payment:
                _, year, project, fund, *_ = payment["line"].split("/")
                years[year, project, fund] = years.get((year, project, fund), 0) + 1
        year, project, fund = max(years, key=years.get)
        wanted = self.population("paymentRecorded",
                                 lambda *line: line == (int(year), project, fund))
        rows, outcome = self.sample("--of", "payments", "--fiscal-year", year, "--project", project,
                                    "--fund", fund, "--seed", "s", "--size", 2)
        self.assertEqual({event: row["hits"] for event, row in rows.items()},
                         monetary_unit(wanted, 2, "s"))
        self.assert_says(outcome, f"population: {len(wanted)} payments")
        unit = next(iter(rows.values()))["unit"]
        rows, _ = self.sample("--of", "payments", "--unit", unit, "--seed", "s", "--size", 3)
        self.assertEqual({row["unit"] for row in rows.values()}, {unit})

    def test_a_filter_that_nothing_fits_is_an_answer(self):
        outcome = self.city.cli("sample", "--seed", "s", "--size", 3, "--unit", "nosuch",
                                expect=support.ANSWER_IS_NO)
        self.assert_says(outcome, "nosuch")
        more = self.city.cli("sample", "--method", "random", "--seed", "s", "--size", 100_000,
                             expect=support.ANSWER_IS_NO)
        self.assert_says(more, "a sample of 100000 cannot be drawn")

    def test_each_picked_event_has_a_receipt_that_verifies(self):
        folder = self.folder / "receipts"
        rows, _ = self.sample("--seed", "s", "--size", 5, "--receipts", folder)
        self.assertEqual({file.name for file in folder.iterdir()},
                         {row["receipt"] for row in rows.values()})
        for event, row in rows.items():
            self.assertEqual(row["receipt"], f"{event}.tlog-proof")
            support.run(support.program("counterfoil-verify"), "receipt", folder / row["receipt"],
                        "--key", self.city.verifier_key, expect=support.DONE)

    def test_a_kept_checkpoint_gives_the_same_sample_when_the_ledger_has_grown(self):
        city = self.ledger("--rule-set", "open", name="grown").start()
        line = "line/2024/P/general/net/-"
        facts = [{"unitRegistered": {"unit": "U", "name": "N"}},
                 {"projectProposed": {"project": "P", "unit": "U"}},
                 {"lineOpened": {"line": line}}]
        def adjusted(amount):
            return {"budgetAdjusted": {"kind": "supplement", "legs": [
                {"line": line, "amount": str(amount), "vintage": 2024}]}}
        facts += [adjusted(amount) for amount in (5, 700, 30, 1, 64, 0)]
        city.cli("submit", "-", stdin=support.commands(*facts))
        kept = city.checkpoint(self.folder / "kept")
        arguments = ("--output", "csv", "sample", "--seed", "s", "--size", 3, "--checkpoint", kept)
        before = city.cli(*arguments)
        city.cli("submit", "-", stdin=support.commands(adjusted(10**6), prefix="later"))
        after = city.cli(*arguments)
        self.assertEqual((after.out, after.err), (before.out, before.err))
        self.assert_says(after, "of it without an amount: 1")
        newest = city.cli("--output", "csv", "sample", "--seed", "s", "--size", 3)
        self.assertNotEqual(newest.out, before.out)


if __name__ == "__main__":
    support.main()
