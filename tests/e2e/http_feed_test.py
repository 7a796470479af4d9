#!/usr/bin/env python3
"""The feed as Server-Sent Events: every event once and in order, across connections that end."""

import json
import threading
import time

import support
from http_client import PROBLEM, Client


def units(first, count):
    return ({"unitRegistered": {"unit": f"u{n}", "name": "N"}} for n in range(first, first + count))


class Stream:
    """An EventSource, as browsers have it (WHATWG HTML, 9.2.6)."""

    def __init__(self, client, last_id=None, query=""):
        self.last_id, self.peer = last_id, client.connect()
        request = f"GET /v1/feed{query} HTTP/1.1\r\nHost: x\r\n" \
                  f"Authorization: Bearer {client.token}\r\n"
        if last_id is not None:
            request += f"Last-Event-ID: {last_id}\r\n"
        self.peer.sendall((request + "\r\n").encode())
        self.file = self.peer.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while (line := self.file.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()
        self.text = b""

    def lines(self):
        """Lines of the body, out of its chunks, until it ends."""
        while size := int(self.file.readline() or b"0", 16):
            self.text += self.file.read(size)
            self.file.readline()
            while b"\n" in self.text:
                line, _, self.text = self.text.partition(b"\n")
                yield line.decode()

    def events(self, count=None):
        """(type, data) of each event, at most so many."""
        kind, data = "message", []
        for line in self.lines():
            name, _, value = line.partition(": ")
            if name == "id":
                self.last_id = value
            elif name == "event":
                kind = value
            elif name == "data":
                data.append(value)
            elif not line and data:
                yield kind, json.loads("\n".join(data))
                kind, data = "message", []
                if count is not None and (count := count - 1) == 0:
                    return

    def close(self):
        self.file.close()
        self.peer.close()


class Feed(support.Case):
    def setUp(self):
        super().setUp()
        self.served = self.ledger("--rule-set", "open").start()
        self.client = Client(self.served)
        self.addCleanup(self.client.close)

    def stream(self, *arguments, **options):
        stream = Stream(self.client, *arguments, **options)
        self.addCleanup(stream.close)
        return stream

    def test_events_come_each_once_and_go_on_behind_the_last_id(self):
        self.client.record(*units(0, 300))
        stream = self.stream()
        self.assertEqual((stream.status, stream.headers["content-type"]),
                         (200, "text/event-stream"))
        got = [event for _, event in stream.events(100)]
        stream.close()
        recording = threading.Thread(
            target=lambda: Client(self.served).record(*units(300, 300), prefix="more"))
        recording.start()
        while len(got) < 602:
            again = self.stream(last_id=stream.last_id)
            for kind, event in again.events(171):
                self.assertEqual(kind, event["type"])
                self.assertEqual(int(again.last_id), int(event["position"]) + 1)
                got.append(event)
                if len(got) == 602:
                    break
            again.close()
            stream = again
        recording.join()
        self.assertEqual([int(event["id"]) for event in got], list(range(602)))
        pages = self.client.get("/v1/events?limit=4096").lines
        self.assertEqual(got, pages)
        late = self.stream(query="?from=600")
        self.assertEqual([event["id"] for _, event in late.events(2)], ["600", "601"])

    def test_a_place_that_there_is_not_is_refused(self):
        for query, status in (("?from=99", 404), ("?from=x", 400), ("?from=e1:5", 422),
                              ("?what=1", 400), ("?fact=none", 400), ("?partition=3", 400),
                              ("?consumer=none", 404), ("?consumer=a&from=1", 400)):
            answer = self.client.get(f"/v1/feed{query}", status)
            self.assertEqual(answer.type, PROBLEM)
        self.client.get("/v1/feed", 422, Last_Event_ID="e7:1")
        self.client.get("/v1/feed", 406, Accept="application/json")
        self.assertEqual(Client(self.served, token="").get("/v1/feed", 401).type, PROBLEM)
        head = self.client.ask("HEAD", "/v1/feed", expect=200)
        self.assertEqual(head.type, "text/event-stream")

    def test_a_quiet_stream_ends_with_the_reason_when_the_daemon_stops(self):
        stream = self.stream()
        self.assertEqual(len(list(stream.events(2))), 2)
        ending = threading.Thread(target=self.served.stop)
        ending.start()
        ended = list(stream.events())
        ending.join()
        self.assertEqual([kind for kind, _ in ended], ["ended"])
        self.assertIn("stopping", ended[0][1]["detail"])

    def test_only_what_is_wanted_comes(self):
        self.client.record(*units(0, 5))
        stream = self.stream(query="?subject=unit/u3")
        self.assertEqual([event["id"] for _, event in stream.events(1)], ["5"])
        stream.close()
        parts = [self.client.get(f"/v1/events?partitions=3&partition={n}").lines for n in range(3)]
        self.assertEqual(sorted(int(event["id"]) for part in parts for event in part),
                         list(range(7)))

    def test_a_named_consumer_goes_on_behind_what_it_acknowledged(self):
        self.client.record(*units(0, 10))
        self.client.post("/v1/consumers", {"name": "books", "from": "2"}, 201)
        self.client.post("/v1/consumers", {"name": "books"}, 422)
        stream = self.stream(query="?consumer=books")
        generation = stream.headers["counterfoil-generation"]
        self.assertEqual([event["id"] for _, event in stream.events(4)], ["2", "3", "4", "5"])
        at = f"/v1/consumers/books/acknowledge?generation={generation}"
        self.assertEqual(self.client.post(at, {"position": "4"}, 200).json, {"position": "4"})
        self.client.post(at, {"position": "999"}, 422)
        self.client.post(at, {"position": "4", "name": "x"}, 400)
        self.client.post("/v1/consumers/books/park?generation=" + generation,
                         {"sequence": "5", "reason": "no such account"}, 204)
        self.client.get("/v1/feed?consumer=books", 503)  # it is read already
        stream.close()
        self.client.post(at, {"position": "6"}, None)
        row = self.client.get("/v1/consumers").json["consumers"][0]
        self.assertEqual((row["consumer"], row["parked"]), ("books", 1))
        again = self.stream(query="?consumer=books&takeOver=true")
        self.assertEqual(next(iter(again.events(1)))[1]["id"], row["position"])
        self.client.post(at, {"position": "7"}, 409)  # of the reader that was ended
        parked = self.client.get("/v1/consumers/books/parked").json["parked"]
        self.assertEqual([(one["sequence"], one["reason"]) for one in parked],
                         [("5", "no such account")])
        self.assertEqual(self.client.post("/v1/consumers/books/retry", {}, 200).json["count"], 1)
        for kind, event in again.events(20):
            if kind == "retried":
                self.assertEqual(event["event"]["id"], "5")
                break
        self.client.post("/v1/consumers/books/resolve?generation="
                         + again.headers["counterfoil-generation"], {"sequence": "5"}, 204)
        self.assertEqual(self.client.get("/v1/consumers/books/parked").json, {"parked": []})
        again.close()
        self.client.ask("DELETE", "/v1/consumers/books", expect=204)
        self.client.get("/v1/feed?consumer=books", 404)

    def test_who_reads_nothing_holds_up_nobody(self):
        self.client.record(*({"unitRegistered": {"unit": f"x{n}", "name": "n" * 1000}}
                             for n in range(4000)))
        lazy = [self.stream() for _ in range(20)]
        begun = time.monotonic()
        eager = self.stream()
        self.assertEqual(len(list(eager.events(4002))), 4002)
        self.assertLess(time.monotonic() - begun, 30 * support.SLOWNESS)
        metrics = self.client.get("/metrics").body
        self.assertIn(b"counterfoil_feed_subscribers 21\n", metrics)
        for stream in lazy:
            stream.close()
        limit = time.monotonic() + 30 * support.SLOWNESS
        while b"counterfoil_http_event_streams 1\n" not in self.client.get("/metrics").body:
            self.assertLess(time.monotonic(), limit, "streams were left behind")
            time.sleep(0.1)


if __name__ == "__main__":
    support.main()
