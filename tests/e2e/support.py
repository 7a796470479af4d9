"""Runs the built programs as their users do: daemons on free ports, ledgers in own folders.

Every process that is started here is waited for, and ended by its own id.
"""

import csv
import io
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("COUNTERFOIL_BINARY_DIR", ROOT / "build" / "dev"))
# How many times longer a step may take than in a build without sanitizers.
SLOWNESS = float(os.environ.get("COUNTERFOIL_SLOWNESS", "1"))
ISRAEL = ROOT.parent / "shared" / "data" / "israel-2012"
JAPAN = ROOT.parent / "shared" / "data" / "japan-2019-2022"
MAPPINGS = ROOT / "tools" / "mappings"
SKIPPED = 77  # ctest counts this exit status as "skipped"

DONE, ANSWER_IS_NO, WRONG_USAGE, COULD_NOT = range(4)


def program(name):
    return str(PROGRAMS / name)


class Outcome:
    """What a program that ended printed, and its exit status (negative: the signal)."""

    def __init__(self, arguments, status, out, err):
        self.arguments, self.status = arguments, status
        self.out, self.err = out, err

    def __str__(self):
        return (f"{' '.join(map(str, self.arguments))}\nstatus {self.status}\n"
                f"stdout: {self.out[-3000:]}\nstderr: {self.err[-3000:]}")

    @property
    def text(self):
        return self.out + self.err

    @property
    def json(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def csv(self):
        return list(csv.DictReader(io.StringIO(self.out, newline=""), strict=True))


def run(*arguments, stdin="", seconds=120, expect=None, env=None):
    """Runs a program to its end. `expect` is the exit status that it must have."""
    arguments = [str(argument) for argument in arguments]
    done = subprocess.run(arguments, input=stdin if isinstance(stdin, bytes) else stdin.encode(),
                          capture_output=True, timeout=seconds * SLOWNESS, check=False,
                          env={**os.environ, **(env or {})})
    outcome = Outcome(arguments, done.returncode, done.stdout.decode("utf-8", "backslashreplace"),
                      done.stderr.decode("utf-8", "backslashreplace"))
    if expect is not None and outcome.status != expect:
        raise AssertionError(f"status {expect} was expected\n{outcome}")
    return outcome


def cli(*arguments, expect=DONE, **options):
    """`counterfoil` without a ledger or a daemon, or with what the arguments say."""
    return run(program("counterfoil"), *arguments, expect=expect, **options)


class Ledger:
    """A ledger's folder, and the daemon that serves it, if one does."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.log = pathlib.Path(f"{folder}.log")
        self.process = None
        self.address = None
        self.http_address = None

    @classmethod
    def create(cls, folder, *options):
        cli("--ledger", folder, "init", "--origin", "test.example/ledger", *options)
        return cls(folder)

    @property
    def token_file(self):
        return self.folder / "admin.token"

    @property
    def port(self):
        return int(self.address.rsplit(":", 1)[1])

    def start(self, *arguments, listen="127.0.0.1:0", http="127.0.0.1:0", **options):
        """Starts a daemon, with options of Popen, and returns when it serves."""
        offset = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [program("counterfoild"), "--ledger", str(self.folder),
                 "--listen", listen, "--http", http, *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)
        limit = time.monotonic() + 60 * SLOWNESS
        while time.monotonic() < limit:
            text = self.log.read_bytes()[offset:].decode()
            serving = re.search(r" serving .* on (\S+:\d+)\n", text)
            if serving:
                self.address = serving[1]
                http = re.search(r" HTTP on (\S+:\d+)\n", text)
                self.http_address = http[1] if http else None
                return self
            if self.process.poll() is not None:
                raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{text}")
            time.sleep(0.005)
        self.kill()
        raise AssertionError(f"the daemon does not serve:\n{text}")

    def kill(self):
        """Ends the daemon as a power cut would, as far as the process is concerned."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self):
        """Asks the daemon to end; gives its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(60 * SLOWNESS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self.process = None
        return status

    def close(self):
        if self.process is not None:
            self.kill()

    def arguments(self, *arguments):
        """The arguments that reach this ledger: its daemon while one runs, else its folder."""
        if self.process is None:
            return [program("counterfoil"), "--ledger", str(self.folder), *map(str, arguments)]
        return [program("counterfoil"), "--connect", self.address, "--token-file",
                str(self.token_file), *map(str, arguments)]

    def cli(self, *arguments, expect=DONE, **options):
        return run(*self.arguments(*arguments), expect=expect, **options)

    def views(self):
        """The views' states by name, when all records are folded."""
        limit = time.monotonic() + 120 * SLOWNESS
        while time.monotonic() < limit:
            views = self.cli("--output", "json", "projections").json
            if not any(int(view.get("lag", 0)) for view in views):
                return {view["name"]: view for view in views}
        raise AssertionError(f"the views do not catch up: {views}")

    def digests(self):
        return {name: view["digest"] for name, view in self.views().items()}

    def size(self):
        """Records in the journal."""
        view = self.cli("--output", "json", "projections").json[0]
        return int(view.get("position", 0)) + int(view.get("lag", 0))

    def settle(self):
        """Has the seal recorded that a closed period asks for, so that none comes later."""
        self.cli("seal")

    @property
    def verifier_key(self):
        """Of the key that the ledger was opened with."""
        opened = self.events("--from", 0, "--limit", 1)[0]["fact"]["ledgerOpened"]
        return opened["verifierKey"]

    def checkpoint(self, path):
        """Keeps the newest checkpoint in a file."""
        self.cli("checkpoint", "--out", path)
        return path

    def events(self, *arguments):
        return self.cli("--output", "json", "tail", "--no-follow", *(arguments or ("--from", 0)),
                        seconds=300).json


class Case(unittest.TestCase):
    """A test with a folder of its own. Ledgers opened through it are closed after it."""

    def setUp(self):
        folder = tempfile.mkdtemp(prefix="counterfoil-e2e-")
        self.addCleanup(shutil.rmtree, folder)
        self.folder = pathlib.Path(folder)

    def ledger(self, *options, name="ledger"):
        ledger = Ledger.create(self.folder / name, *options)
        self.addCleanup(ledger.close)
        return ledger

    def assert_says(self, outcome, *parts):
        for part in parts:
            self.assertIn(part, outcome.text, str(outcome))


def verify_log(folder, key, older=None, expect=DONE):
    """Has a published folder verified by the Go program of tests/interop."""
    return run(program("verify_log"), folder, key, *filter(None, [older]), expect=expect)


def openssl(*arguments, stdin=b""):
    """What `openssl` prints; CalledProcessError where its status is not 0."""
    return subprocess.run(["openssl", *map(str, arguments)], input=stdin, check=True,
                          capture_output=True).stdout


def units(first, count):
    """JSON lines to submit: so many units, a record each."""
    return commands(*({"unitRegistered": {"unit": f"more{n}", "name": "N"}}
                      for n in range(first, first + count)), prefix=f"more-{first}")


STAFF = ("principals.csv", "revocations.csv")


def reference_year(folder):
    """Writes the reference year into a folder; gives the files to import, in order, but for the
    staff's: with the first role that is granted, whoever opened the ledger stops recording in
    every role."""
    files = run(sys.executable, ROOT / "tools" / "reference-year", folder,
                expect=DONE).out.splitlines()
    return [file for file in files if pathlib.Path(file).name not in STAFF]


def need(folder):
    """Ends the whole test as skipped where these published records are not at hand."""
    if not folder.is_dir():
        print(f"skipped: no published records in ../shared/data/{folder.name} beside the project")
        sys.exit(SKIPPED)


def need_israel():
    need(ISRAEL)


def need_japan():
    need(JAPAN)


def israel(name):
    return str(ISRAEL / f"{name}_2012.csv")


ISRAEL_OPTIONS = ("--currency", "ILS", "--time-zone", "Asia/Jerusalem", "--rule-set", "open")

JAPAN_OPTIONS = ("--currency", "JPY", "--currency-exponent", "0", "--time-zone", "Asia/Tokyo",
                 "--fiscal-year-start", "04-01", "--rule-set", "open")


def import_israel(ledger, **options):
    return ledger.cli("import", "--mapping", MAPPINGS / "israel-2012.toml",
                      israel("original_revised"), israel("changes"), **options)


def commands(*facts, prefix="prepare"):
    """JSON lines to submit, one command a fact."""
    return "".join(json.dumps({"commandId": f"{prefix}-{place}", "facts": [fact]}) + "\n"
                   for place, fact in enumerate(facts))


def major(text):
    """A decimal amount as an exact whole number of hundredths or thousandths."""
    return int(text.replace(".", ""))


def main():
    unittest.main(verbosity=2)
