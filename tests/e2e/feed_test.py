#!/usr/bin/env python3
"""The feed as finance systems follow it: filters, partitions, consumers, crashes, restores."""

import collections
import json
import os
import random
import subprocess
import time

import support

KILLS = 8
SEED = int(os.environ.get("COUNTERFOIL_E2E_SEED", "20240301"))


def project(name, unit, amounts):
    """A project with a line, its appropriation and its supplements."""
    line = f"line/2024/{name}/general/net/-"
    return [{"projectProposed": {"project": name, "unit": unit, "name": name, "category": "T"}},
            {"lineOpened": {"line": line}},
            {"budgetAppropriated": {"line": line, "amount": "1000"}},
            *({"budgetAdjusted": {"kind": "supplement", "legs": [
                {"line": line, "amount": str(amount), "vintage": 2024}]}} for amount in amounts)]


def sequence_of(event):
    return int(event.get("sequence", 0))  # zero is left out


UNITS = [{"unitRegistered": {"unit": unit, "name": unit}} for unit in ("U1", "U2")]


class Feed(support.Case):
    def sequences(self, ledger, *arguments):
        return [sequence_of(event) for event in ledger.events("--from", 0, *arguments)]

    def consumers(self, ledger):
        return {int(row.get("partition", 0)): row
                for row in ledger.cli("--output", "json", "consumers").json}

    def test_filters_choose_in_the_server_and_their_union_is_the_whole(self):
        ledger = self.ledger("--rule-set", "open")
        ledger.start()
        ledger.cli("submit", "-", stdin=support.commands(
            *UNITS, *project("A", "U1", range(1, 30)), *project("B", "U2", range(1, 20))))
        whole = self.sequences(ledger)
        self.assertEqual(len(self.sequences(ledger, "--unit", "U1")), 33)
        self.assertEqual(len(self.sequences(ledger, "--unit", "U2")), 23)
        self.assertEqual(len(self.sequences(ledger, "--unit", "U1", "--unit", "U2")), 56)
        self.assertEqual(len(self.sequences(ledger, "--unit", "U1", "--fact", "budgetAdjusted",
                                            "--fiscal-year", "2024")), 29)
        self.assertEqual(self.sequences(ledger, "--fiscal-year", "2023"), [])
        self.assertEqual(len(self.sequences(ledger, "--subject", "line/2024/B")), 21)
        parts = [self.sequences(ledger, "--partition", f"{k}/3") for k in range(3)]
        self.assertEqual(sorted(sum(parts, [])), whole)

    def test_adding_up_the_effects_gives_the_budgets(self):
        ledger = self.ledger("--rule-set", "open")
        ledger.cli("import", "--mapping", support.MAPPINGS / "reference-year.toml",
                   *support.reference_year(self.folder / "year"), seconds=300)
        sums = collections.defaultdict(collections.Counter)
        for event in ledger.events("--from", 0):
            for effect in event.get("effects", ()):
                sums[effect["line"]][effect["component"]] += int(effect["amount"])
        rows = ledger.cli("--output", "json", "budgets", seconds=300).json
        self.assertGreater(len(rows), 100, "did not exercise a year")
        for row in rows:
            line = "/".join(("line", str(row["fiscalYear"]), row["project"], row["fund"],
                             row["measure"], row["item"]))
            for component, total in sums[line].items():
                self.assertEqual(total, int(row.get(component, 0)), f"{line} {component}")

    def load(self, kill):
        """A file of more commands than are recorded before the kill."""
        path = self.folder / f"load-{kill}"
        path.write_text(support.units(20_000 * kill, 20_000))
        return path

    def test_what_was_acknowledged_before_a_kill_is_never_sent_again(self):
        print(f"seed {SEED}", flush=True)
        chance = random.Random(SEED)
        ledger = self.ledger("--rule-set", "open")
        ledger.start()
        ledger.cli("consumers", "create", "copy")
        printed, repeated, moved = set(), 0, 0
        for kill in range(KILLS):
            if kill:
                ledger.start()
            out = self.folder / f"out-{kill}"
            with open(out, "wb") as file:
                reader = subprocess.Popen(
                    ledger.arguments("--output", "json", "tail", "--consumer", "copy"),
                    stdout=file, stderr=subprocess.PIPE)
            load = subprocess.Popen(
                ledger.arguments("submit", self.load(kill)), stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            try:
                answered = 0
                limit = time.monotonic() + chance.uniform(0.1, 0.5) * support.SLOWNESS
                while time.monotonic() < limit:
                    answered = int(self.consumers(ledger)[0]["position"])
                ledger.kill()
                _, err = reader.communicate(timeout=60 * support.SLOWNESS)
                load.wait(60 * support.SLOWNESS)
            finally:
                for process in (reader, load):
                    process.kill()
                    process.wait()
            self.assertEqual(reader.returncode, support.COULD_NOT, err)
            self.assertIn(b"tail --consumer copy", err)
            text = out.read_bytes()
            got = [sequence_of(json.loads(line))
                   for line in text[:text.rfind(b"\n") + 1].splitlines()]
            self.assertEqual(got, sorted(set(got)))
            repeated += len(printed & set(got))
            printed |= set(got)
            ledger.start()
            position = int(self.consumers(ledger)[0]["position"])
            self.assertGreaterEqual(position, answered, f"kill {kill}")
            self.assertLessEqual(position, max(printed, default=-1) + 1)
            self.assertEqual({n for n in range(position)} - printed, set())
            moved += position > answered
            ledger.kill()
        print(f"{KILLS} kills, {len(printed)} printed, {repeated} printed twice; "
              f"the cursor was ahead of the last answer seen {moved} times", flush=True)
        self.assertGreater(len(printed), 100, "did not exercise a load")
        ledger.start()
        rest = ledger.cli("--output", "json", "tail", "--consumer", "copy", "--no-follow").json
        printed |= {sequence_of(event) for event in rest}
        self.assertEqual(printed, set(range(ledger.size())))

    def test_a_second_reader_takes_over_only_when_told_to(self):
        ledger = self.ledger("--rule-set", "open")
        ledger.start()
        ledger.cli("consumers", "create", "copy")
        first = subprocess.Popen(ledger.arguments("tail", "--consumer", "copy"),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            limit = time.monotonic() + 30 * support.SLOWNESS
            while self.consumers(ledger)[0]["state"] != "reading":
                self.assertLess(time.monotonic(), limit)
                time.sleep(0.01)
            ledger.cli("submit", "-", stdin=support.units(0, 3))
            refused = ledger.cli("tail", "--consumer", "copy", "--limit", 1, expect=None)
            self.assertNotEqual(refused.status, support.DONE)
            self.assert_says(refused, "--take-over", "since 20")
            ledger.cli("submit", "-", stdin=support.units(3, 3))
            ledger.cli("consumers", "move", "copy", "--to", 0, expect=support.COULD_NOT)
            taken = subprocess.Popen(
                ledger.arguments("--output", "json", "tail", "--consumer", "copy", "--take-over"),
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            try:
                _, err = first.communicate(timeout=60 * support.SLOWNESS)
                self.assertIn(b"took partition 0 of the consumer copy over", err)
                ledger.cli("consumers", "drop", "copy")
                _, err = taken.communicate(timeout=60 * support.SLOWNESS)
                self.assertIn(b"was dropped", err)
            finally:
                taken.kill()
                taken.wait()
        finally:
            first.kill()
            first.wait()

    def test_a_restored_ledger_refuses_positions_of_the_epoch_before(self):
        ledger = self.ledger("--rule-set", "open")
        ledger.start()
        ledger.cli("submit", "-", stdin=support.units(0, 20))
        ledger.cli("consumers", "create", "copy")
        ledger.cli("tail", "--consumer", "copy", "--limit", 15)
        last = ledger.checkpoint(self.folder / "last")
        ledger.stop()
        support.cli("--ledger", self.folder / "restored", "restore", ledger.folder,
                    "--last-checkpoint", last)
        restored = support.Ledger(self.folder / "restored")
        self.addCleanup(restored.close)
        self.assertEqual(self.consumers(restored)[0]["state"], "otherEpoch")
        for arguments in (("tail", "--from", 15), ("tail", "--consumer", "copy")):
            refused = restored.cli(*arguments, "--no-follow", expect=support.ANSWER_IS_NO)
            self.assert_says(refused, "epoch 1", "restored")
        size = restored.size()
        self.assertEqual(len(restored.events("--from", f"e1:{size - 1}")), 1)
        restored.cli("consumers", "move", "copy", "--to", 15, expect=support.ANSWER_IS_NO)
        restored.cli("consumers", "move", "copy", "--to", "e1:15")
        self.assertEqual(self.consumers(restored)[0]["position"], "e1:15")
        self.assertEqual(len(restored.cli("--output", "json", "tail", "--consumer", "copy",
                                          "--no-follow").json), size - 15)


if __name__ == "__main__":
    support.main()
