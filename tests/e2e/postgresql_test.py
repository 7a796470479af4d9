#!/usr/bin/env python3
"""The example for finance systems keeps a table in PostgreSQL equal to the budgets of the ledger,
however often it is killed, or the daemon, while commands are recorded."""

import collections
import contextlib
import os
import pathlib
import random
import re
import socket
import subprocess
import time

import postgresql
import support
from small_city import City

EXAMPLE = support.ROOT / "tools" / "examples" / "follow_into_postgresql.py"
CONSUMER_KILLS, DAEMON_KILLS = 50, 20
SEED = int(os.environ.get("COUNTERFOIL_E2E_SEED", "20240301"))

# Written in the consumer's own transactions: which event changed which line, and each step of the
# cursor.
TRIGGERS = """
CREATE TABLE applied (sequence bigint, line text);
CREATE TABLE steps (place bigserial, before bigint, after bigint);
CREATE FUNCTION note_applied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO applied VALUES (NEW.last_sequence, NEW.line); RETURN NULL; END $$;
CREATE FUNCTION note_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO steps (before, after) VALUES (OLD.position::bigint, NEW.position::bigint);
  RETURN NULL; END $$;
CREATE TRIGGER applied AFTER UPDATE ON budgets FOR EACH ROW EXECUTE FUNCTION note_applied();
CREATE TRIGGER steps AFTER UPDATE ON ledger_cursor FOR EACH ROW EXECUTE FUNCTION note_step();
"""


def free_addresses(count):
    """Some that stay free while nobody listens on them: outside the range that connections get
    their own ports from, where one to a closed port may even reach itself."""
    found, port = [], 20000 + os.getpid() % 10000
    while len(found) < count:
        port += 1
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            found.append(f"127.0.0.1:{port}")
    return found


class Follower:
    """The example as a process that is killed and started again."""

    def __init__(self, ledger, address, database, log):
        self.arguments = [postgresql.python(), "-B", EXAMPLE, f"http://{address}",
                          ledger.token_file, database.name]
        self.log, self.process = open(log, "wb"), None

    def start(self):
        self.process = subprocess.Popen(
            [str(argument) for argument in self.arguments], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, env={**os.environ, "no_proxy": "*"})

    def kill(self):
        """Its status must be that it was killed: nothing may have ended it before."""
        if self.process is None:
            return
        self.process.kill()
        status, self.process = self.process.wait(), None
        if status != -9:
            with open(self.log.name, "rb") as log:
                raise AssertionError(f"the example ended with {status}:\n{log.read().decode()}")

    def close(self):
        self.kill()
        self.log.close()


def snake(name):
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)


class PostgreSQLTable(support.Case):
    def setUp(self):
        super().setUp()
        self.database = postgresql.PostgreSQL()
        self.addCleanup(self.database.close)
        self.database.start()
        self.served = self.ledger("--rule-set", "open")
        listen, http_address = free_addresses(2)
        self.addresses = {"listen": listen, "http": http_address}
        self.follower = Follower(self.served, self.addresses["http"], self.database,
                                 self.folder / "example.log")
        self.addCleanup(self.follower.close)

    def wait_until(self, what, is_so, seconds=60):
        limit = time.monotonic() + seconds * support.SLOWNESS
        while not is_so():
            self.assertLess(time.monotonic(), limit, what)
            time.sleep(0.02)

    def position(self):
        return int(self.database.ask("SELECT position FROM ledger_cursor")[0])

    def kill_at_random(self, chance):
        """Gives how many lives of the example, and how many connections, moved the cursor."""
        moved = collections.Counter()
        kills = ["follower"] * CONSUMER_KILLS + ["daemon"] * DAEMON_KILLS
        chance.shuffle(kills)
        for victim in kills:
            before = self.position()
            if chance.random() < 0.8:  # else while it starts, or waits for the other
                self.wait_until("the table does not go on", lambda at=before: self.position() > at)
            time.sleep(chance.uniform(0, 0.5))
            if victim == "follower":
                self.follower.kill()
                moved[victim] += self.position() > before
                self.follower.start()
            else:
                self.served.kill()
                moved[victim] += self.position() > before
                time.sleep(chance.uniform(0, 0.3))
                self.served.start(**self.addresses)
        return moved

    def check_table(self):
        """Every column of `counterfoil budgets`, of every line."""
        table = {}
        for row in self.database.rows("SELECT * FROM budgets"):
            _, year, row["project"], row["fund"], row["measure"], row["item"] = \
                row.pop("line").split("/")
            row["fiscal_year"] = int(year)
            sign = -1 if row["spent"] < 0 else 1
            row["execution_rate"] = 0 if row["current"] <= 0 else \
                sign * (sign * row["spent"] * 10_000 // row["current"])
            table[year, row["project"], row["fund"], row["measure"], row["item"]] = row
        texts = {"project", "unit", "fund", "measure", "item"}
        expected = {}
        for line in self.served.cli("--output", "json", "budgets", seconds=300).json:
            row = {snake(name): value if name in texts else int(value)
                   for name, value in line.items()}
            key = (str(row["fiscal_year"]), *(row[name] for name in
                                              ("project", "fund", "measure", "item")))
            expected[key] = {**dict.fromkeys(table.get(key, ()), 0), **row}
        wrong = [(key, table.get(key), expected.get(key)) for key in sorted({*table, *expected})
                 if table.get(key) != expected.get(key)]
        self.assertEqual(wrong[:3], [], f"{len(wrong)} of {len(expected)} lines differ")
        return len(table)

    def check_each_once(self, size):
        """The steps of the cursor lie end to end, and each effect of each event came once."""
        at = 0
        for step in self.database.rows("SELECT before, after FROM steps ORDER BY place"):
            self.assertEqual(step["before"], at)
            self.assertGreater(step["after"], at)
            at = step["after"]
        self.assertEqual(at, size)
        effects = collections.Counter(
            (int(event["sequence"]), effect["line"]) for event in self.served.events("--from", 0)
            for effect in event.get("effects", ()))
        applied = collections.Counter((row["sequence"], row["line"])
                                      for row in self.database.rows("SELECT * FROM applied"))
        self.assertEqual(applied - effects, {}, "applied more than once")
        self.assertEqual(effects - applied, {}, "not applied")
        return applied.total()

    def start(self):
        """Has the example wait for the daemon, starts it, and begins a city."""
        self.follower.start()
        self.wait_until("the example makes no tables", lambda: self.database.ask(
            "SELECT to_regclass('budgets')") != [""])
        self.database.ask(TRIGGERS)
        self.served.start(**self.addresses)
        return City(self.served, SEED)

    def check(self, city):
        """When all is recorded and the table has caught up. Says the figures."""
        size = self.served.size()
        self.wait_until("the table does not catch up", lambda: self.position() == size)
        lines, effects = self.check_table(), self.check_each_once(size)
        steps = int(self.database.ask("SELECT count(*) FROM steps")[0])
        print(f"{size} events, {effects} effects on {lines} lines in {steps} transactions; "
              f"commands: {city}", flush=True)

    def test_a_table_equals_the_budgets_however_often_its_reader_and_the_daemon_are_killed(self):
        print(f"seed {SEED}", flush=True)
        city, begun = self.start(), time.monotonic()
        with city:
            moved = self.kill_at_random(random.Random(SEED))
        print(f"{CONSUMER_KILLS} kills of the reader, {moved['follower']} of them behind a step of "
              f"the cursor, {DAEMON_KILLS} of the daemon, {moved['daemon']} so, in "
              f"{time.monotonic() - begun:.0f} s", flush=True)
        self.check(city)
        self.assertGreater(moved["follower"], CONSUMER_KILLS // 2, "did not kill under load")
        self.assertGreater(moved["daemon"], DAEMON_KILLS // 2, "did not kill under load")
        self.assertGreater(city.sent_again, 0, "did not kill under load")
        for kind in ("appropriation", "supplement", "virement", "commitment", "payment", "line"):
            self.assertGreater(city.counts[f"{kind} reversed"], 0, f"did not exercise {kind}")
        self.assertGreater(city.counts["refund"], 0, "did not exercise refunds")

    def test_two_readers_at_once_apply_nothing_twice(self):
        """As where the database still has the last transaction of one that was killed."""
        city = self.start()
        other = Follower(self.served, self.addresses["http"], self.database, self.folder / "other")
        self.addCleanup(other.close)
        other.start()
        with city:
            time.sleep(8)
        self.check(city)
        for log in (self.follower.log, other.log):
            if b"the cursor is not at" in pathlib.Path(log.name).read_bytes():
                return
        self.fail("did not exercise two readers")


if __name__ == "__main__":
    postgresql.need()
    support.main()
