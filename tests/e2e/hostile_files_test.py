#!/usr/bin/env python3
"""Bad files are refused line by line, with the reason; the ledger takes what is good of them."""

import json
import os
import resource
import signal
import subprocess
import threading
import time
import unittest

import support

MAPPING = """
name = "bureau"
dates = ["%Y-%m-%d"]

[[table]]
name = "payments"
form = "facts"

[table.values]
fund = { column = "fund", lookup = { 1 = "general", 2 = "land" } }

[table.command]
commandId = "payment/{voucher}"
decidedAt = "{booked}"

[[table.command.facts]]
[table.command.facts.paymentRecorded]
line = "line/2024/P1/{fund}/net/-"
amount = { column = "amount" }
reference = "{voucher}"
"""
HEADER = b"voucher,booked,fund,amount\n"


class Hostile(support.Case):
    def setUp(self):
        super().setUp()
        self.city = self.ledger("--rule-set", "open").start()
        line = "line/2024/P1/general/net/-"
        self.city.cli("submit", "-", stdin=support.commands(
            {"unitRegistered": {"unit": "U1", "name": "Unit"}},
            {"projectProposed": {"project": "P1", "unit": "U1", "name": "Project"}},
            {"lineOpened": {"line": line}},
            {"budgetAppropriated": {"line": line, "amount": "100000000"}}))
        self.size = self.city.size()
        self.daemon = self.city.process.pid

    def check_size(self, grown=0):
        """The same daemon serves on, and the journal grew by that much."""
        self.assertIsNone(self.city.process.poll(), "the daemon ended")
        self.assertEqual(self.city.process.pid, self.daemon)
        self.size += grown
        self.assertEqual(self.city.size(), self.size)


class HostileCsv(Hostile):
    def setUp(self):
        super().setUp()
        (self.folder / "map.toml").write_text(MAPPING)
        self.good = 0

    def good_row(self):
        self.good += 1
        return f"G-{self.good},2024-03-01,1,1.00\n".encode()

    def import_bytes(self, contents, *options, expect):
        path = self.folder / "rows.csv"
        path.write_bytes(contents)
        outcome = self.city.cli("import", "--mapping", self.folder / "map.toml", *options, path,
                                expect=expect)
        outcome.path = path
        return outcome

    def check_refused(self, bad, *reasons, header=HEADER):
        """The bad bytes between two good rows: they alone are refused, with their line and why."""
        outcome = self.import_bytes(header + self.good_row() + bad + self.good_row(),
                                    expect=support.ANSWER_IS_NO)
        self.assert_says(outcome, f"{outcome.path}:3: refused: ", *reasons)
        self.assertEqual(outcome.err.count(": refused: "), 1, str(outcome))
        self.check_size(2)

    def test_a_row_that_is_wrong_is_refused_with_its_line_and_reason(self):
        self.check_refused(b"X,2024-03-01,1\n", "3 fields", "the header has 4")
        self.check_refused(b"X,2024-03-01,1,1.00,5\n", "5 fields", "the header has 4")
        self.check_refused(b"X,2024-03-01,1,12a.00\n", "12a.00")
        self.check_refused(b"X,2024-03-01,1,\n", "amount")
        self.check_refused(b"X,2024-03-01,1,1e5\n", "1e5")
        self.check_refused(b"X,2024-03-01,1,0.001\n", "0.001")
        self.check_refused(b"X,2024-03-01,1,99999999999999999999\n", "99999999999999999999")
        self.check_refused(b"X,2024-03-01,9,1.00\n", "fund", "9")
        self.check_refused(b"X,2024-02-30,1,1.00\n", "2024-02-30")
        self.check_refused(b"X,01.03.2024,1,1.00\n", "01.03.2024")
        self.check_refused(b"X,2024-03-01,2,1.00\n", "line/2024/P1/land/net/-", "never opened")
        self.check_refused(b"X \x07,2024-03-01,1,1.00\n", "an id of printable ASCII")

    def test_bytes_that_are_no_text_are_refused_alone(self):
        self.check_refused(b"X\xff\xfe,2024-03-01,1,1.00\n", "not UTF-8")
        self.check_refused(b"X\xed\xa0\x80,2024-03-01,1,1.00\n", "not UTF-8")
        self.check_refused(b"X\x00Y,2024-03-01,1,1.00\n", "NUL")
        self.check_refused(b'X,2024-03-01,1,1"00\n', "quote")
        self.check_refused(b'"X"Y,2024-03-01,1,1.00\n', "quote")

    def test_a_file_cut_short_gives_the_rows_that_are_whole(self):
        outcome = self.import_bytes(HEADER + self.good_row() + self.good_row() + b"X,2024-0",
                                    expect=support.ANSWER_IS_NO)
        self.assert_says(outcome, ":4: refused: ")
        self.check_size(2)
        outcome = self.import_bytes(HEADER + self.good_row() + b'X,2024-03-01,1,"1.0',
                                    expect=support.ANSWER_IS_NO)
        self.assert_says(outcome, ":3: refused: ", "quote is not closed")
        self.check_size(1)

    def test_strict_stops_at_the_first_refusal(self):
        contents = HEADER + self.good_row() + b"X,2024-03-01,1,bad\n" + self.good_row()
        outcome = self.import_bytes(contents, "--strict", expect=support.ANSWER_IS_NO)
        self.assert_says(outcome, ":3: refused: ", "Stopped at the first refusal")
        self.check_size(1)
        mended = contents.replace(b"bad", b"1.00")
        self.import_bytes(mended, "--strict", expect=support.DONE)
        self.check_size(2)

    def test_files_that_are_no_such_table_record_nothing(self):
        for contents in (b"", b"\n\n", b"\x00" * 100, HEADER[:-8] + b"\n", b"PK\x03\x04\xff\xff",
                         HEADER.replace(b"fund", b"voucher")):
            outcome = self.import_bytes(contents, expect=support.WRONG_USAGE)
            self.assert_says(outcome, str(outcome.path))
        self.import_bytes(HEADER, expect=support.DONE)
        self.check_size()

    def test_what_can_be_read_only_once_is_refused_unread(self):
        """An import reads headers, then groups, then rows: a pipe would give it the rest alone."""
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        for path in (pipe, "/dev/stdin"):
            outcome = self.city.cli("import", "--mapping", self.folder / "map.toml", path,
                                    stdin=HEADER + self.good_row(), expect=support.WRONG_USAGE)
            self.assert_says(outcome, "can be read only once")
        self.check_size()

    def memory_of_import(self, path, seconds):
        """Largest resident size in MiB of an import that refuses rows, and what it printed."""
        with open(self.folder / "out", "wb") as out:
            process = subprocess.Popen(
                self.city.arguments("import", "--mapping", self.folder / "map.toml", path),
                stdout=out, stderr=out)
            watch = threading.Timer(seconds * support.SLOWNESS, process.kill)
            watch.start()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            watch.cancel()
        text = (self.folder / "out").read_text(errors="replace")
        self.assertEqual(process.returncode, support.ANSWER_IS_NO, text)
        return usage.ru_maxrss / 1024, text

    def test_lines_without_end_take_no_memory(self):
        small = self.folder / "small.csv"
        small.write_bytes(HEADER + b"X,2024-03-01,1,bad\n")
        usual, _ = self.memory_of_import(small, 60)
        quoted = self.folder / "quoted.csv"
        with open(quoted, "wb") as file:
            file.write(HEADER + self.good_row() + b'Y,2024-03-01,1,"')
            for _ in range(64):
                file.write(b"1" * (1 << 20))
            file.write(b"\n" + self.good_row())
        sparse = self.folder / "sparse.csv"
        with open(sparse, "wb") as file:
            file.write(HEADER + self.good_row())
            file.truncate(1 << 30)
            file.seek(0, os.SEEK_END)
            file.write(b"\n" + self.good_row())
        for path in (quoted, sparse):
            before = time.monotonic()
            most, text = self.memory_of_import(path, 60)
            print(f"{path.name}: {path.stat().st_size >> 20} MiB in "
                  f"{time.monotonic() - before:.1f} s, {most:.0f} MiB resident ({usual:.0f} for a "
                  "small file)", flush=True)
            self.assertIn(f"{path}:3: refused: ", text)
            self.assertIn("1048576 bytes", text)
            self.assertLess(most, usual + 32 * support.SLOWNESS)
            self.check_size(2)


class HostileJson(Hostile):
    def submit(self, line, expect):
        contents = line if isinstance(line, bytes) else line.encode()
        return self.city.cli("submit", "-", stdin=contents + b"\n", expect=expect)

    def check_malformed(self, line, *reasons):
        outcome = self.submit(line, support.WRONG_USAGE)
        self.assert_says(outcome, "-:1: ", "0 recorded, 0 recorded earlier, 1 not recorded",
                         *reasons)
        self.check_size()

    def payment(self, amount='"100"', **parts):
        text = {"id": '"commandId": "p"', "more": "", **parts}
        return ('{%(id)s, "facts": [{"paymentRecorded": {"line": "line/2024/P1/general/net/-", '
                '"amount": %(amount)s%(more)s}}]}' % {**text, "amount": amount})

    def test_a_line_that_is_no_command_is_refused_with_its_reason(self):
        self.check_malformed("{")
        self.check_malformed("[]")
        self.check_malformed("null")
        self.check_malformed('"commandId"')
        self.check_malformed("{} {}")
        self.check_malformed(b"\xff\xfe", "not UTF-8", "save the file as UTF-8")
        self.check_malformed(self.payment(id='"commandId": "p", "commandId": "p"'), "commandId")
        self.check_malformed(self.payment("1e5"), "amount")
        self.check_malformed(self.payment("1.5"), "amount")
        self.check_malformed(self.payment('"1.5"'), "amount")
        self.check_malformed(self.payment("9223372036854775808"), "amount")
        self.check_malformed(self.payment("true"), "amount")
        self.check_malformed(self.payment("NaN"))
        self.check_malformed(self.payment(id='"commandId": "a\\u0000b"'))
        self.check_malformed(self.payment(id='"commandId": "a\\ud800b"'))
        self.check_malformed(self.payment().encode().replace(b'"p"', b'"p\x00"'))
        self.check_malformed(self.payment(id='"commandId": ""'))
        self.check_malformed(self.payment(id='"commandId": "%s"' % ("x" * 65)), "64")
        self.check_malformed(self.payment(more=', "colour": "red"'), "colour")
        self.check_malformed(self.payment(more=', "spentAfter": "5"'), "spentAfter")
        self.check_malformed('{"commandId": "p", "facts": [{"moonPainted": {}}]}', "moonPainted")
        self.check_malformed('{"commandId": "p", "facts": []}')
        self.check_malformed('{"commandId": "p", "facts": [{}]}')
        self.check_malformed('{"commandId": "p", "actor": "me", "facts": []}', "actor")
        self.check_malformed("[" * 100_000)
        self.check_malformed('{"a":' * 100_000)
        self.check_malformed('{"commandId": "%s"}' % ("x" * (2 << 20)), "1048576 bytes")

    def test_what_the_ledger_refuses_has_another_status_than_what_is_malformed(self):
        outcome = self.submit('{"commandId": "u", "facts": [{"unitRegistered": {"unit": "U1", '
                              '"name": "Again"}}]}', support.ANSWER_IS_NO)
        self.assert_says(outcome, "refused", "registered already")
        self.check_size()

    def test_good_lines_around_bad_ones_are_recorded(self):
        lines = [self.payment(id='"commandId": "first"'), "{", "",
                 self.payment(id='"commandId": "second"'), "x" * (2 << 20),
                 self.payment(id='"commandId": "third"')]
        outcome = self.submit("\n".join(lines), support.WRONG_USAGE)
        self.assert_says(outcome, "-:1: recorded 1 event", "-:2: ", "-:4: recorded 1 event",
                         "-:5: ",
                         "-:6: recorded 1 event", "3 recorded, 0 recorded earlier, 2 not recorded")
        self.check_size(3)
        again = self.submit("\n".join(line for line in lines if "commandId" in line), support.DONE)
        self.assert_says(again, "0 recorded, 3 recorded earlier, 0 not recorded")
        self.check_size()

    def test_a_file_that_cannot_be_read_is_not_taken_for_an_empty_one(self):
        outcome = self.city.cli("submit", self.folder, expect=support.COULD_NOT)
        self.assert_says(outcome, f"cannot read {self.folder} beyond line 0: Is a directory")
        with open(self.folder / "commands", "wb") as file:
            file.write(self.payment().encode())
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            done = subprocess.run(self.city.arguments("submit", "-"), stdin=folder, check=False,
                                  capture_output=True, text=True)
        finally:
            os.close(folder)
        self.assertEqual(done.returncode, support.COULD_NOT, done.stderr)
        self.assertIn("Is a directory", done.stderr)
        self.check_size()

    def test_a_ledger_that_cannot_write_is_another_status_than_a_malformed_line(self):
        """No file of the daemon may grow beyond a MiB, as on a disk that is full."""
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            city = self.ledger("--rule-set", "open", name="full").start(restore_signals=False)
        finally:
            signal.signal(signal.SIGXFSZ, before)
        resource.prlimit(city.process.pid, resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        lines = support.commands(*({"unitRegistered": {"unit": f"U{number}", "name": "n" * 500}}
                                   for number in range(6000)))
        outcome = city.cli("submit", "-", stdin=lines + "{\n", expect=support.COULD_NOT)
        self.assert_says(outcome, "File too large", "-:6001: invalid: ")

    def test_one_id_for_two_commands_is_a_conflict(self):
        self.submit(self.payment(), support.DONE)
        outcome = self.submit(self.payment('"101"'), support.ANSWER_IS_NO)
        self.assert_says(outcome, "conflict")
        self.check_size(1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
