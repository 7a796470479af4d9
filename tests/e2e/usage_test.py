#!/usr/bin/env python3
"""The command line says what is wrong and what to do, and its exit status says which kind it is."""

import json
import os
import subprocess
import unittest

import support

COMMANDS = ("init", "import", "submit", "reconcile", "budgets", "adjustments", "history", "tail",
            "projections", "rebuild", "targets", "monitoring", "grades", "obligations",
            "compliance", "stale", "priorities", "pools", "library", "units", "report", "facts",
            "apply-results", "close-period", "carry-out", "statements", "sample")


class Usage(support.Case):
    def test_help_shows_every_command_and_each_has_an_example(self):
        whole = support.cli("--help")
        for command in COMMANDS:
            self.assert_says(whole, command)
            self.assertRegex(support.cli(command, "--help").out,
                             rf"Examples?:\n(.*\n)*.*counterfoil "
                             rf".*{command}|Example:\n(.*\n)*.*counterfoil {command}")
        self.assertRegex(support.cli("--version").out, r"^\d+\.\d+\.\d+\n$")

    def test_wrong_usage_is_status_2_and_says_what_would_be_right(self):
        for arguments, part in (
                ((), "name a command"),
                (("budgte",), '"budgte" is no command'),
                (("budgets", "--yaer", "2024"), "--yaer"),
                (("budgets", "--fiscal-year", "MMXXIV"), "--fiscal-year = MMXXIV"),
                (("--output", "xml", "budgets"), '"xml" is none of table, json, csv, markdown'),
                (("--output", "xlsx", "verify"), "verify prints sentences, which have no rows"),
                (("--lang", "fr", "budgets"), '"fr" is none of en, zh'),
                (("--ledger", "a", "--connect", "b:1", "budgets"), "excludes"),
                (("--connect", "here", "budgets"), "write HOST:PORT"),
                (("import", "x.csv"), "--mapping is required"),
                (("history",), "subject is required"),
                (("budgets", "--fiscal-year", "0"), "write a whole number from 1 on"),
                (("adjustments", "--fiscal-year", "-1"), "write a whole number from 1 on"),
                (("tail", "--from", "-1"), "--from: -1 is too small: write a whole number from 0"),
                (("tail", "--limit", "-3"), "-3 is too small: write a whole number from 1 on"),
                (("tail", "--limit", "0"), "0 is too small: write a whole number from 1 on"),
                (("init", "--origin", "a.example/b"), "--ledger DIR"),
                (("--ledger", "a", "submit", "-"), "--connect"),
                (("apply-results",), "--year is required"),
                (("sample", "--size", "3"), "--seed is required"),
                (("sample", "--seed", "3", "--size", "0"), "--size"),
                (("report", "waterfall", "--unit", "1"), "--fiscal-year is required"),
                (("apply-results", "--year", "2025", "--record", "--out", "f"), "excludes"),
                (("--ledger", "a", "carry-out", "--year", "2025", "--record"),
                 "carry-out --record goes through a daemon"),
                (("rebuild", "index"), "--ledger DIR")):
            outcome = support.cli(*arguments, expect=support.WRONG_USAGE,
                                  env={"COUNTERFOIL_TOKEN": "x"})
            self.assert_says(outcome, part)
            self.assertTrue(outcome.err.startswith("counterfoil: "), str(outcome))
            self.assertEqual(outcome.out, "", str(outcome))

    def test_wrong_plans_of_a_ledger_make_none(self):
        folder = self.folder / "ledger"
        for options in (("--origin", "bad origin"), ("--origin", ""),
                        ("--origin", "a.example/b", "--currency", "yuan"),
                        ("--origin", "a.example/b", "--currency", "cny"),
                        ("--origin", "a.example/b", "--currency-exponent", "9"),
                        ("--origin", "a.example/b", "--time-zone", "Mars/Base"),
                        ("--origin", "a.example/b", "--fiscal-year-start", "02-30"),
                        ("--origin", "a.example/b", "--rule-set", "none"),
                        ("--origin", "a.example/b", "--administrator", "bad id")):
            support.cli("--ledger", folder, "init", *options, expect=support.WRONG_USAGE)
            self.assertEqual(list(self.folder.iterdir()), [], options)

    def test_a_ledger_is_never_made_over_something(self):
        (self.folder / "full").mkdir()
        (self.folder / "full" / "file").write_text("mine")
        outcome = support.cli("--ledger", self.folder / "full", "init", "--origin", "a.example/b",
                              expect=support.ANSWER_IS_NO)
        self.assert_says(outcome, "is not an empty folder")
        self.assertEqual((self.folder / "full" / "file").read_text(), "mine")
        self.assertFalse((self.folder / "full.recovery.key").exists())
        ledger = self.ledger()
        outcome = support.cli("--ledger", ledger.folder, "init", "--origin", "a.example/b",
                              "--recovery-key", self.folder / "other.key",
                              expect=support.ANSWER_IS_NO)
        self.assert_says(outcome, "is not an empty folder")
        self.assertFalse((self.folder / "other.key").exists())

    def test_the_secrets_of_a_ledger_are_its_owners_alone(self):
        ledger = self.ledger()
        self.assertEqual(ledger.folder.stat().st_mode & 0o777, 0o700)
        for secret in (ledger.token_file, ledger.folder / "signing.key",
                       self.folder / "ledger.recovery.key"):
            self.assertEqual(secret.stat().st_mode & 0o777, 0o600, secret)

    def test_what_cannot_be_reached_is_status_3_and_says_why(self):
        token = {"COUNTERFOIL_TOKEN": "x"}
        for arguments, part in (
                (("--ledger", self.folder / "none", "budgets"), "there is no ledger in"),
                (("--connect", "127.0.0.1:1", "budgets"),
                 "counterfoil: cannot connect to 127.0.0.1:1: connection refused; start "
                 "counterfoild there, or check --connect"),
                (("--ledger", self.folder / "new", "init", "--origin", "a.example/b",
                  "--recovery-key", self.folder / "none" / "key"), "none is no folder"),
                (("--token-file", self.folder / "none", "budgets"), "cannot open"),
                (("--token-file", self.folder, "budgets"), "cannot read"),
                (("submit", self.folder / "none"), "No such file"),
                (("import", "--mapping", self.folder / "none", "x.csv"), "none")):
            outcome = support.cli(*arguments, expect=support.COULD_NOT, env=token)
            self.assert_says(outcome, part)
        environment = {key: value for key, value in os.environ.items()
                       if key != "COUNTERFOIL_TOKEN"}
        outcome = subprocess.run([support.program("counterfoil"), "budgets"], env=environment,
                                 capture_output=True, text=True, check=False)
        self.assertEqual(outcome.returncode, support.COULD_NOT)
        self.assertIn("--token-file", outcome.stderr)

    def test_daemons_that_cannot_serve_say_why(self):
        ledger = self.ledger().start()

        def daemon(*arguments, expect):
            return support.run(support.program("counterfoild"), *arguments, expect=expect)
        outcome = daemon("--ledger", ledger.folder, "--listen", "127.0.0.1:0",
                         expect=support.COULD_NOT)
        self.assert_says(outcome, f"in use by process {ledger.process.pid}")
        other = self.ledger(name="other")
        outcome = daemon("--ledger", other.folder, "--listen", ledger.address,
                         expect=support.COULD_NOT)
        self.assert_says(outcome, "address already in use", "--listen")
        daemon("--ledger", self.folder / "none", expect=support.COULD_NOT)
        daemon("--ledger", other.folder, "--listen", "nowhere", expect=support.WRONG_USAGE)
        daemon(expect=support.WRONG_USAGE)
        self.assertEqual(ledger.size(), 2)
        self.assertEqual(other.size(), 2)

    def test_an_answer_of_no_is_status_1(self):
        ledger = self.ledger().start()
        for arguments, part in (
                (("history", "project/none"), "nothing was ever recorded about project/none"),
                (("rebuild", "nosuch"), 'there is no projection "nosuch"; there are budgets'),
                (("rebuild", "--subject", "project/none"), "nothing was ever recorded"),
                (("tail", "--from", "1000", "--no-follow"), "the journal holds 2 records")):
            self.assert_says(ledger.cli(*arguments, expect=support.ANSWER_IS_NO), part)
        self.assertEqual(ledger.cli("tail", "--from", "2", "--no-follow").out, "No rows.\n")
        self.assertEqual(len(ledger.events()), 2)
        self.assertEqual(len(ledger.events("--from", 0, "--limit", 1)), 1)
        # A limit beyond the last number there is: its sum with `--from` must not begin again at 0.
        self.assertEqual(len(ledger.events("--from", 1, "--limit", 2**64 - 1)), 1)

    def test_by_default_the_citys_rules_are_in_force_and_say_how_to_adjust(self):
        ledger = self.ledger().start()
        legs = [{"line": "line/2024/P1/general/net/-", "amount": "-100"}]
        ledger.cli("submit", "-", stdin=support.commands(
            {"unitRegistered": {"unit": "U1", "name": "Unit"}},
            {"projectProposed": {"project": "P1", "unit": "U1", "name": "Project"}},
            {"lineOpened": {"line": legs[0]["line"]}}))

        def submit(name, fact, *evidence, expect=support.DONE):
            command = {"commandId": name, "evidence": evidence, "facts": [fact]}
            return ledger.cli("submit", "-", stdin=json.dumps(command) + "\n", expect=expect)
        adjusted = {"kind": "reduction", "legs": legs}
        outcome = submit("alone", {"budgetAdjusted": adjusted}, expect=support.ANSWER_IS_NO)
        self.assert_says(outcome, "R20: the adjustment was proposed by nobody. Record an "
                                  "adjustmentProposed first, and name it in `proposal`")
        proposal = str(ledger.size())
        submit("proposal", {"adjustmentProposed": adjusted})
        adjusted = {**adjusted, "proposal": proposal}
        outcome = submit("own", {"budgetAdjusted": adjusted}, expect=support.ANSWER_IS_NO)
        self.assert_says(outcome, "R20: admin proposed it",
                         "cite an approvalRecorded of the proposal")
        approval = str(ledger.size())
        submit("approval", {"approvalRecorded": {"event": proposal, "verdict": "approved",
                                                 "authority": "Bureau", "document": "D1"}})
        submit("approved", {"budgetAdjusted": adjusted}, approval)
        self.assertEqual([row["amount"] for row in
                          ledger.cli("--output", "csv", "adjustments").csv], ["-1.00"])

    def test_a_filter_that_fits_no_line_is_named_with_what_there_is(self):
        ledger = self.ledger("--rule-set", "open").start()
        for read in ("budgets", "adjustments"):
            outcome = ledger.cli(read, "--unit", "U1", expect=support.ANSWER_IS_NO)
            self.assert_says(outcome, "the ledger has no budget line yet")
        line = "line/2024/P1/general/net/-"
        ledger.cli("submit", "-", stdin=support.commands(
            {"unitRegistered": {"unit": "U1", "name": "Unit"}},
            {"unitRegistered": {"unit": "U2", "name": "Unit without a line"}},
            {"projectProposed": {"project": "P1", "unit": "U1", "name": "Project"}},
            {"lineOpened": {"line": line}},
            {"lineOpened": {"line": "line/2025/P1/general/conditional/-"}},
            {"budgetAdjusted": {"kind": "supplement", "request": "52-25",
                                "legs": [{"line": line, "amount": "100"}]}}))
        for read in ("budgets", "adjustments"):
            for option, value, said in (
                    ("--measure", "nett", 'has the measure "nett"; there are conditional, net'),
                    ("--fiscal-year", "2042", 'has the fiscal year "2042"; there are 2024, 2025'),
                    ("--unit", "U2", 'has the unit "U2"; there are U1'),
                    ("--project", "P", 'has the project "P"; there are P1'),
                    ("--fund", "land", 'has the fund "land"; there are general')):
                outcome = ledger.cli(read, option, value, expect=support.ANSWER_IS_NO)
                self.assert_says(outcome, said)
                self.assertEqual(outcome.out, "")
            # Each is known; together they name nothing, and that is an answer.
            self.assertEqual(ledger.cli(read, "--fiscal-year", 2025, "--measure", "net").out,
                             "No rows.\n")
        self.assert_says(ledger.cli("adjustments", "--request", "52-26",
                                    expect=support.ANSWER_IS_NO), 'the request "52-26"')
        known = ledger.cli("--output", "csv", "adjustments", "--request", "52-25").csv
        self.assertEqual(len(known), 1)

    def test_the_rows_of_one_project_as_csv_are_its_budget_lines_and_help_says_so(self):
        self.assertRegex(support.cli("rebuild", "--help").out,
                         r"as CSV\s+its\s+budget\s+lines\s+only")

    def test_output_that_cannot_be_written_is_never_taken_for_whole(self):
        ledger = self.ledger()
        for arguments in (("projections",), ("--output", "csv", "budgets"), ("history", "ledger"),
                          ("tail", "--no-follow"), ("--output", "json", "tail", "--no-follow"),
                          ("rebuild",)):
            with open("/dev/full", "wb") as full:
                done = subprocess.run(ledger.arguments(*arguments), stdout=full,
                                      stderr=subprocess.PIPE, text=True, check=False)
            self.assertEqual(done.returncode, support.COULD_NOT, arguments)
            self.assertIn("standard output cannot be written", done.stderr)

    def test_a_reader_that_has_seen_enough_ends_a_command_quietly(self):
        ledger = self.ledger("--rule-set", "open").start()
        support.run(support.program("loadgen"), "--connect", ledger.address, "--token-file",
                    ledger.token_file, "--commands", 500, "--batch", 100, expect=support.DONE)
        for arguments in (("--output", "json", "tail", "--from", "0"), ("tail", "--from", "0"),
                          ("budgets",), ("--output", "csv", "budgets"),
                          ("--output", "json", "adjustments")):
            process = subprocess.Popen(ledger.arguments(*arguments), stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
            process.stdout.read(100)
            process.stdout.close()
            try:
                err = process.stderr.read()
                status = process.wait(60 * support.SLOWNESS)
            finally:
                process.kill()
                process.wait()
                process.stderr.close()
            self.assertEqual((status, err), (-13, b""), arguments)
        # What records goes on to its end.
        lines = "".join('{"commandId": "u%d", "facts": [{"unitRegistered": {"unit": "u%d", "name": '
                        '"n"}}]}\n' % (number, number) for number in range(3000))
        size = ledger.size()
        reader, writer = os.pipe()
        process = subprocess.Popen(ledger.arguments("submit", "-"), stdin=subprocess.PIPE,
                                   stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)
        os.close(reader)
        err = process.communicate(lines.encode(), timeout=60 * support.SLOWNESS)[1]
        self.assertNotIn(b"terminate", err)
        self.assertEqual(ledger.size(), size + 3000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
