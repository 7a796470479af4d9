"""A PostgreSQL server of a test's own, from Debian's package: one folder, one Unix socket."""

import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import support


def programs():
    """The folder of the newest server that is installed; None where there is none."""
    versions = pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    return newest and newest.parent


def python():
    """A Python that has psycopg2; None where neither this one nor Debian's does."""
    for name in (sys.executable, "/usr/bin/python3"):
        if shutil.which(name) and support.run(name, "-c", "import psycopg2").status == 0:
            return name
    return None


def need():
    """Ends the whole test as skipped where something that it needs is not installed."""
    for what, found in (("PostgreSQL", programs()), ("psycopg2", python())):
        if found is None:
            print(f"skipped: {what} is not installed (tools/setup)")
            sys.exit(support.SKIPPED)


class PostgreSQL:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="counterfoil-pg-"))
        self.process, self.log = None, self.folder / "log"
        # It refuses to run as root.
        self.owner = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.name = f"host={self.folder} user=postgres dbname=postgres"

    def start(self):
        with open(self.log, "ab") as log:
            options = {"stdout": log, "stderr": log, "stdin": subprocess.DEVNULL,
                       "cwd": self.folder, **self.owner}
            subprocess.run([programs() / "initdb", "-D", self.folder / "data", "-U", "postgres",
                            "-A", "trust", "-E", "UTF8", "--locale=C"], check=True, **options)
            # What is killed is never this server: it need not wait for the disk.
            self.process = subprocess.Popen(
                [programs() / "postgres", "-D", self.folder / "data", "-k", self.folder,
                 "-c", "listen_addresses=", "-c", "fsync=off"], **options)
        limit = time.monotonic() + 60 * support.SLOWNESS
        while support.run(*self.psql("SELECT 1")).status != 0:
            if self.process.poll() is not None or time.monotonic() > limit:
                raise AssertionError(f"PostgreSQL does not serve:\n{self.log.read_text()}")
            time.sleep(0.05)
        return self

    def psql(self, statement):
        return [programs() / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.name,
                "-c", statement]

    def ask(self, statement):
        """What a statement answers, a line a row."""
        return support.run(*self.psql(statement), expect=support.DONE).out.splitlines()

    def rows(self, query):
        """The rows of a query as dictionaries."""
        return [json.loads(row) for row in self.ask(f"SELECT row_to_json(r) FROM ({query}) r")]

    def close(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)  # a fast shutdown
            self.process.wait(60 * support.SLOWNESS)
        shutil.rmtree(self.folder)
