#!/usr/bin/env python3
"""What an auditor proves out of a seal of the reference year, and that what is not so fails."""

import base64
import hashlib
import random
import struct
import time

import support
from support import ANSWER_IS_NO, COULD_NOT, DONE, WRONG_USAGE, Case, commands, main, program, run


def verify(*arguments, expect=DONE):
    return run(program("counterfoil-verify"), *arguments, expect=expect)


def with_check(lines):
    """The lines of a receipt's head with the checksum that fits them, up to the empty line."""
    at = next(place for place, line in enumerate(lines) if line.startswith("check "))
    said = "".join(line + "\n" for line in lines[:at])
    lines[at] = "check " + base64.b64encode(hashlib.sha256(said.encode()).digest()).decode()
    return lines


class Seals(Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = Case()
        cls.shared.setUp()
        cls.addClassCleanup(cls.shared.doCleanups)
        tables = support.reference_year(cls.shared.folder / "files")
        cls.city = cls.shared.ledger("--rule-set", "open")
        cls.city.cli("import", "--mapping", support.MAPPINGS / "reference-year.toml", *tables,
                     seconds=300)
        cls.sealed_by_import = cls.seals()
        cls.city.start()
        cls.city.cli("submit", "-", stdin=support.units(0, 3))
        cls.city.cli("seal")
        cls.key = cls.city.verifier_key
        cls.lines = cls.city.cli("--output", "json", "budgets", "--fiscal-year", 2024).json

    @classmethod
    def seals(cls):
        return [event for event in cls.city.cli("--output", "json", "history", "ledger").json
                if "ledgerSealed" in event["fact"]]

    def budget_line(self, row):
        return (f"line/{row['fiscalYear']}/{row['project']}/{row['fund']}/{row['measure']}/"
                f"{row.get('item', '-')}")

    def prove(self, *arguments):
        out = self.folder / "receipt"
        self.city.cli("prove", *arguments, "--out", out)
        return out

    def refused(self, text, *parts):
        changed = self.folder / "changed"
        changed.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.assert_says(verify("receipt", changed, "--key", self.key, expect=ANSWER_IS_NO), *parts)

    def refuses_changes(self, path, count):
        good = path.read_bytes()
        rng = random.Random(len(good))
        for at in rng.sample(range(len(good)), min(count, len(good))):
            changed = bytearray(good)
            changed[at] ^= 1 << rng.randrange(8)
            (self.folder / "changed").write_bytes(changed)
            said = run(program("counterfoil-verify"), "receipt", self.folder / "changed", "--key",
                       self.key)
            # A record may look like one of a newer version then, which this one could not check.
            self.assertIn(said.status, (ANSWER_IS_NO, COULD_NOT), f"byte {at}\n{said}")

    def test_the_closed_years_are_sealed_once_behind_the_newest(self):
        events = self.city.events()
        closes = [int(event["sequence"]) for event in events if "periodClosed" in event["fact"]]
        self.assertTrue(closes)
        self.assertEqual(len(self.sealed_by_import), 1)
        seal = self.sealed_by_import[0]
        self.assertGreater(int(seal["fact"]["ledgerSealed"]["size"]), closes[-1])
        self.assertEqual(seal["fact"]["ledgerSealed"]["size"], seal["sequence"])
        self.assertEqual(seal["role"], "admin")

    def test_a_budget_receipt_verifies_and_one_fen_off_does_not(self):
        row = self.lines[7]
        line = self.budget_line(row)
        receipt = self.prove("--budget", line)
        current = int(row["current"])
        major = f"{current // 100:,}.{current % 100:02d} CNY"
        said = verify("receipt", receipt, "--key", self.key)
        self.assert_says(said, f"the current budget of {line} is {major}", "Not proved",
                         "the word of the ledger's operator", "`counterfoil verify`")
        self.refuses_changes(receipt, 150)
        for off in (1, -1):
            lines = receipt.read_text().split("\n")
            at = next(place for place, text in enumerate(lines) if text.startswith("entry "))
            word, index, entry = lines[at].split(" ")
            entry = base64.b64decode(entry)
            old, new = struct.pack("<q", current), struct.pack("<q", current + off)
            self.assertIn(old, entry)
            # The field `current`: the last of the equal words, if `original` is the same.
            place = entry.rindex(old)
            entry = entry[:place] + new + entry[place + 8:]
            lines[at] = f"{word} {index} {base64.b64encode(entry).decode()}"
            self.refused("\n".join(with_check(lines)), "is not proved to be among the")

    def test_a_completeness_receipt_verifies_and_without_its_last_event_does_not(self):
        project = self.lines[7]["project"]
        receipt = self.prove("--complete", f"project/{project}")
        count = len(self.city.cli("--output", "json", "history", f"project/{project}").json)
        said = verify("receipt", receipt, "--key", self.key)
        self.assert_says(said, f"the {count} events of project/{project} in this file are all")
        shown = verify("receipt", receipt, "--key", self.key, "--show")
        self.assertEqual(len(shown.json), count)
        self.refuses_changes(receipt, 150)
        lines = receipt.read_text().split("\n")
        last = max(place for place, text in enumerate(lines) if text.startswith("record "))
        record = base64.b64decode(lines[last].removeprefix("record "))
        leaf = base64.b64encode(hashlib.sha256(b"\0" + record).digest()).decode()
        cut = lines[:last] + [f"hash 0 {leaf}"] + lines[last + 1:]
        # Where its sibling's hash stands beside, one hash stands for both.
        for width in range(40):
            place = next((p for p in range(len(cut) - 1)
                          if cut[p].startswith(f"hash {width} ")
                          and cut[p + 1].startswith(f"hash {width} ")
                          and self.is_left(cut, p, width)), None)
            if place is None:
                continue
            left, right = (base64.b64decode(cut[p].split(" ")[2]) for p in (place, place + 1))
            node = base64.b64encode(hashlib.sha256(b"\1" + left + right).digest()).decode()
            cut[place:place + 2] = [f"hash {width + 1} {node}"]
        self.refused("\n".join(cut), f"has {count} records", f"holds {count - 1}")

    def is_left(self, lines, place, height):
        """Whether the subtree of the hash at that place is a left child."""
        position = 0
        for line in lines[lines.index("counterfoil/bundle@v1"):place]:
            if line.startswith("record "):
                position += 1
            elif line.startswith("hash "):
                position += 1 << int(line.split(" ")[1])
        return position >> height & 1 == 0

    def test_an_absence_receipt_verifies_for_that_subject_only(self):
        receipt = self.prove("--absent", "project/nobody")
        said = verify("receipt", receipt, "--key", self.key)
        self.assert_says(said, "project/nobody has no event", "`counterfoil-verify log`")
        self.refuses_changes(receipt, 150)
        project = self.lines[7]["project"]
        lines = receipt.read_text().split("\n")
        lines[1] = f"absent project/{project}"
        self.refused("\n".join(with_check(lines)), f"project/{project}")
        for subject in ("fund/1", "line/" + "x" * 90):
            verify("receipt", self.prove("--absent", subject), "--key", self.key)

    def test_verifying_says_which_part_of_seals_it_computed_again(self):
        count = len(self.seals())
        said = self.city.cli("verify")
        self.assert_says(said, f"the {count} seals", "its subjects and its projections")
        web = self.folder / "web"
        self.city.cli("publish", web)
        said = verify("log", web, "--key", self.key)
        self.assert_says(said, f"What {count} seals say of subjects",
                         "Nor what the seals say of budgets and other projections")
        whole = self.folder / "whole"
        self.city.cli("export", "--from", 0, "--to", self.city.size() - 1, whole)
        self.assert_says(verify("bundle", whole, "--key", self.key),
                         f"What {count} seals say of subjects")

    def test_what_cannot_be_proved_says_what_to_do(self):
        project = self.lines[7]["project"]
        for arguments, part in (
                (("--absent", f"project/{project}"), "is not absent: it has"),
                (("--complete", "project/nobody", "--out", self.folder / "x"), "prove --absent"),
                (("--budget", "line/2024/nobody/general/net/-"), "prove --absent"),
                (("--budget", self.budget_line(self.lines[7]), "--at", 5), "is no seal")):
            self.assert_says(self.city.cli("prove", *arguments, expect=ANSWER_IS_NO), part)
        for arguments, part in (((), "say what to prove"), ((3, "--absent", "unit/x"), "one of it"),
                                (("--complete", "unit/x"), "--out"), ((3, "--at", 9), "--at")):
            self.assert_says(self.city.cli("prove", *arguments, expect=WRONG_USAGE), part)
        other = self.ledger("--rule-set", "open", name="unsealed")
        self.assert_says(other.cli("prove", "--absent", "unit/x", expect=ANSWER_IS_NO),
                         "counterfoil seal")


class Schedule(Case):
    def seals(self, ledger):
        return [event for event in ledger.cli("--output", "json", "history", "ledger").json
                if "ledgerSealed" in event["fact"]]

    def wait_for_seals(self, ledger, count):
        limit = time.monotonic() + 60 * support.SLOWNESS
        while time.monotonic() < limit:
            if len(self.seals(ledger)) >= count:
                return
            time.sleep(0.1)
        raise AssertionError(f"not {count} seals: {self.seals(ledger)}")

    def test_both_suites_seal_prove_and_verify(self):
        for suite in ("sha256-ed25519", "sm3-sm2"):
            ledger = self.ledger("--suite", suite, "--rule-set", "open", name=suite).start()
            ledger.cli("submit", "-", stdin=support.units(0, 20))
            self.assert_says(ledger.cli("seal"), "Sealed by record 22: 22 records")
            self.assert_says(ledger.cli("seal"), "Nothing was recorded since seal 22")
            for place, arguments in enumerate((("--complete", "unit/more7"),
                                               ("--absent", "unit/more70"))):
                out = self.folder / f"{suite}-{place}"
                ledger.cli("prove", *arguments, "--out", out)
                verify("receipt", out, "--key", ledger.verifier_key)
            self.assert_says(ledger.cli("verify"), "1 seals")

    def test_an_older_seal_says_what_was_then(self):
        ledger = self.ledger("--rule-set", "open").start()
        line = "line/2024/P/general/net/-"
        ledger.cli("submit", "-", stdin=commands(
            {"unitRegistered": {"unit": "U"}}, {"projectProposed": {"project": "P", "unit": "U"}},
            {"lineOpened": {"line": line}},
            {"budgetAppropriated": {"line": line, "amount": 123456}}))
        ledger.cli("seal")
        older = int(self.seals(ledger)[-1]["sequence"])
        ledger.cli("submit", "-", stdin=commands(
            {"budgetAdjusted": {"kind": "supplement", "legs": [{"line": line, "amount": 1}]}},
            prefix="supplement"))
        ledger.cli("seal")
        for arguments, amount in (((), "1,234.57"), (("--at", older), "1,234.56")):
            out = self.folder / "receipt"
            ledger.cli("prove", "--budget", line, *arguments, "--out", out)
            self.assert_says(verify("receipt", out, "--key", ledger.verifier_key),
                             f"the current budget of {line} is {amount} CNY")

    def test_a_daemon_seals_by_the_clock_where_something_was_recorded(self):
        ledger = self.ledger("--rule-set", "open").start("--seal-every", "0.0002")
        self.wait_for_seals(ledger, 1)
        ledger.cli("submit", "-", stdin=support.units(0, 2))
        self.wait_for_seals(ledger, 2)
        time.sleep(3)
        self.assertEqual(len(self.seals(ledger)), 2)
        self.assertEqual(ledger.stop(), DONE)

    def test_a_daemon_seals_when_a_period_was_closed(self):
        ledger = self.ledger("--rule-set", "open").start()
        ledger.cli("submit", "-", stdin=support.units(0, 2))
        self.assertEqual(self.seals(ledger), [])
        ledger.cli("submit", "-", stdin=commands({"periodClosed": {"fiscalYear": 2020}},
                                                 {"periodClosed": {"fiscalYear": 2021}}))
        self.wait_for_seals(ledger, 1)
        newest = self.seals(ledger)[-1]
        closes = [int(event["sequence"]) for event in ledger.events()
                  if "periodClosed" in event["fact"]]
        limit = time.monotonic() + 60 * support.SLOWNESS
        while int(newest["fact"]["ledgerSealed"]["size"]) <= closes[-1]:
            self.assertLess(time.monotonic(), limit)
            newest = self.seals(ledger)[-1]
        self.assertEqual(ledger.stop(), DONE)


if __name__ == "__main__":
    main()
