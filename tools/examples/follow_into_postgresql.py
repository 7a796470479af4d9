#!/usr/bin/env python3
"""Follows a ledger into a PostgreSQL database of your own: each event counts there exactly once.

    follow_into_postgresql.py http://127.0.0.1:7480 admin.token "dbname=finance"

Needs Python's standard library and psycopg2. Start from it: the table `budgets` and apply() are
what you would replace by your own books; keep how they share a transaction with the cursor.

The cursor is the position of the next event. It is committed with what the events before it did,
so whichever of the two sides dies, and whenever, both are there or neither is, and the next
connection goes on behind what is there. (Where you keep no database of your own, let the ledger
keep the cursor: POST /v1/consumers and `counterfoil tail --consumer`. An event may then come
twice after a crash, and you have to recognise it by its `source` and `id`.)
"""

import contextlib
import http.client
import json
import sys
import time
import urllib.error
import urllib.request

import psycopg2

# What an effect may add to, and its column. Amounts are minor units: integers, never floats.
COLUMNS = {"original": "original", "supplement": "supplement", "reduction": "reduction",
           "virement": "virement", "clawback": "clawback", "poolAllocation": "pool_allocation",
           "cancellation": "cancellation", "carryOver": "carry_over",
           "reserveDraw": "reserve_draw", "restatement": "restatement",
           "committed": "committed", "spent": "spent"}
CURRENT = " + ".join(list(COLUMNS.values())[:-2])
LINE_OPENED = 5  # as `reversedFact` has it

TABLES = f"""
CREATE TABLE IF NOT EXISTS ledger_cursor (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  source text,  -- the ledger's name, from its first event on
  position text NOT NULL);
INSERT INTO ledger_cursor (position) VALUES ('0') ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS budgets (
  line text PRIMARY KEY,  -- line/FISCAL YEAR/PROJECT/FUND/MEASURE/ITEM
  unit text NOT NULL,
  {", ".join(f"{column} bigint NOT NULL DEFAULT 0" for column in COLUMNS.values())},
  current bigint GENERATED ALWAYS AS ({CURRENT}) STORED,
  available bigint GENERATED ALWAYS AS ({CURRENT} - committed - spent) STORED,
  last_sequence bigint NOT NULL);
"""

SILENCE, FIRST_DELAY, LONGEST_DELAY = 60, 0.5, 30  # seconds; the ledger sends every 20 s
PASSES = (OSError, http.client.HTTPException, psycopg2.OperationalError, psycopg2.InterfaceError)


class Moved(Exception):
    """The cursor is not where this connection read it: what was applied since is not ours."""


def apply(sql, event):
    """What one event does to the table."""
    sequence, fact = int(event.get("sequence", "0")), event["fact"]
    if "lineOpened" in fact:
        opened = fact["lineOpened"]
        sql.execute("INSERT INTO budgets (line, unit, last_sequence) VALUES (%s, %s, %s)",
                    (opened["line"], opened.get("unit", ""), sequence))
    if fact.get("eventReversed", {}).get("reversedFact") == LINE_OPENED:
        sql.execute("DELETE FROM budgets WHERE line = ANY(%s)",
                    ([subject["id"] for subject in event["subjects"]],))
    effects = event.get("effects", ())
    if effects is None:
        sys.exit(f"the ledger does not know what event {sequence} does: it needs a newer build")
    for effect in effects:
        column = COLUMNS[effect["component"]]  # a KeyError: this program is older than the ledger
        sql.execute(f"UPDATE budgets SET {column} = {column} + %s, last_sequence = %s"
                    " WHERE line = %s", (int(effect["amount"]), sequence, effect["line"]))
        if sql.rowcount != 1:
            sys.exit(f"event {sequence} changes {effect['line']}, which was never opened here")


def commit(db, before, after, source, events):
    """One transaction: the events, and the cursor behind them. A transaction of a reader that was
    killed may still be on its way to the database; whichever comes second finds the cursor moved,
    and is rolled back."""
    with db, db.cursor() as sql:
        sql.execute("UPDATE ledger_cursor SET position = %s, source = coalesce(%s, source)"
                    " WHERE position = %s AND coalesce(source = %s, true)",
                    (after, source, before, source))
        if sql.rowcount != 1:
            raise Moved(f"the cursor is not at {before} of {source} any more")
        for event in events:
            apply(sql, event)


def follow(db, url, token):
    """Applies what comes until the stream ends."""
    with db, db.cursor() as sql:
        sql.execute(TABLES + "SELECT position FROM ledger_cursor")
        position = sql.fetchone()[0]
    request = urllib.request.Request(url + "/v1/feed", headers={
        "Authorization": f"Bearer {token}", "Last-Event-ID": position})
    with urllib.request.urlopen(request, timeout=SILENCE) as stream:
        unread = b""
        while part := stream.read1(1 << 20):  # whatever is there: under load, many events
            *blocks, unread = (unread + part).split(b"\n\n")
            reached, source, events = position, None, []
            for block in blocks:
                fields = dict(line.partition(": ")[::2] for line in block.decode().split("\n"))
                if fields.get("event") == "ended":
                    print(json.loads(fields["data"])["detail"], file=sys.stderr, flush=True)
                elif "data" in fields:
                    envelope = json.loads(fields["data"])
                    source = envelope["source"]
                    events.append(envelope["data"])
                reached = fields.get("id", reached)  # a heartbeat has nothing else
            if reached != position:
                commit(db, position, reached, source, events)
                position = reached


def main(url, token_file, database):
    delay = FIRST_DELAY
    while True:
        begun = time.monotonic()
        try:
            with open(token_file, encoding="ascii") as file:
                token = file.read().strip()
            with contextlib.closing(psycopg2.connect(database)) as db:
                follow(db, url, token)
            why = "the stream ended"
        except urllib.error.HTTPError as error:
            why = f"{error.code}: {error.read().decode()}"
            if error.code < 500 and error.code not in (408, 429):
                sys.exit(why)  # the token, or a cursor of before the ledger was restored
        except (Moved, *PASSES) as error:
            why = error
        if time.monotonic() - begun > 2 * delay:  # it was a connection
            delay = FIRST_DELAY
        print(f"connecting again in {delay} s: {why}", file=sys.stderr, flush=True)
        time.sleep(delay)
        delay = min(2 * delay, LONGEST_DELAY)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
