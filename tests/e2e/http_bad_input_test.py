#!/usr/bin/env python3
"""Every endpoint with everything that can be wrong with a request: a problem document with the
right status, never a 500, and nothing recorded."""

import json
import re
import socket
import struct

import http_client
import support
from http_client import JSON, NDJSON, PROBLEM, Client

COMMAND = {"commandId": "c", "facts": [{"unitRegistered": {"unit": "U", "name": "N"}}]}
# What a path's parameters are in a good request.
IN_PATH = {"{position}": "1", "{commandId}": "c", "{level}": "0", "{index}": "000.p/1",
           "{name}": "none"}
NEEDED = {"subject": "ledger", "fiscalYear": "2024", "generation": "1"}


class BadInput(support.Case):
    def setUp(self):
        super().setUp()
        self.served = self.ledger("--rule-set", "open").start()
        self.client = Client(self.served)
        self.addCleanup(self.client.close)
        self.api = self.client.get("/openapi.json").json
        self.before = self.served.size()

    def is_problem(self, answer, *statuses):
        self.assertIn(answer.status, statuses, str(answer))
        if answer.method != "HEAD":
            self.assertEqual(answer.type, PROBLEM, str(answer))
            self.assertEqual(answer.json["status"], answer.status)
            self.assertGreater(len(answer.json["detail"]), 10)
        return answer

    def nothing_recorded(self):
        self.assertEqual(self.served.size(), self.before)

    def routes(self):
        for path, operations in self.api["paths"].items():
            good = path
            for name, value in IN_PATH.items():
                good = good.replace(name, value)
            for method, operation in operations.items():
                yield method.upper(), good, operation

    @staticmethod
    def query(operation, **given):
        named = {one["name"]: NEEDED[one["name"]] for one in operation.get("parameters", ())
                 if one["in"] == "query" and one["required"]}
        named.update(given)
        return "?" + "&".join(f"{name}={value}" for name, value in named.items()) if named else ""

    def test_every_route_refuses_what_it_does_not_know(self):
        for method, path, operation in self.routes():
            with self.subTest(f"{method} {path}"):
                body = json.dumps(COMMAND) if method == "POST" else None

                def ask(query, operation=operation, method=method, path=path, body=body, **headers):
                    return self.client.ask(method, path + query, body, **headers)
                self.is_problem(ask(self.query(operation, nonsense="1")), 400)
                self.is_problem(ask("?%zz=1"), 400)
                self.is_problem(ask("?a=%00"), 400)
                self.is_problem(ask("?a=%ff"), 400)
                if any("content" in one for status, one in operation["responses"].items()
                       if status < "300"):
                    self.is_problem(ask(self.query(operation), Accept="image/png, text/x;q=0"), 406)
                self.is_problem(ask(self.query(operation), Expect="magic"), 417)
                for wrong in ("PUT", "PATCH", "OPTIONS", "BREW"):
                    answer = self.is_problem(self.client.ask(wrong, path), 405)
                    self.assertIn(method, answer.headers["Allow"])
                if method == "GET" and path != "/v1/consumers":
                    self.is_problem(self.client.ask("POST", path, "{}"), 405)
                if method == "GET":
                    self.is_problem(ask(self.query(operation), body="{}"), 400)
                self.wrong_parameters(method, path, operation, body)
        self.nothing_recorded()

    def wrong_parameters(self, method, path, operation, body):
        for one in operation.get("parameters", ()):
            if one["in"] != "query":
                continue
            schema = one["schema"].get("items", one["schema"])
            wrong = ["", "x" * 2000]
            if schema["type"] == "integer":
                wrong += ["-1", "1.5", "1e3", "0x10", "9" * 30, "+1", "%201", "NaN", "1,2"]
                if schema.get("maximum"):
                    wrong.append(str(schema["maximum"] + 1))
            elif schema["type"] == "boolean":
                wrong += ["1", "TRUE", "yes"]
            elif "enum" in schema:
                wrong += ["unspecified", "nothing", "CURRENT"]
            elif "pattern" in schema:
                wrong += ["seq:", "seq:-1", "decided:2024-02-30", "effective:x", "now", "a+b", "="]
            for value in wrong:
                query = self.query(operation, **{one["name"]: value})
                # What looks like a page's end may be one of a version that is gone.
                self.is_problem(self.client.ask(method, path + query, body), 400, 404, 409)
            if not one.get("explode"):
                twice = self.query(operation, **{one["name"]: "2024"}) + f"&{one['name']}=2024"
                self.is_problem(self.client.ask(method, path + twice, body), 400)
            if one["required"]:
                self.is_problem(self.client.ask(method, path, body), 400)

    def test_unknown_ids_and_places_are_not_found(self):
        for path in ("/", "//", "/v1", "/v1/", "/v1/budgets/", "/v2/budgets", "/v1/BUDGETS",
                     "/v1/events/99", "/v1/events/18446744073709551614", "/v1/commands/none",
                     "/v1/history?subject=project/none", "/v1/explain?subject=unit/none",
                     "/v1/explain?subject=line/2024/P/general/net/-", "/tile/0/001",
                     "/tile/entries/x", "/v1/%2e%2e/healthz", "/../etc/passwd", "/v1/events/1/2"):
            with self.subTest(path):
                self.is_problem(self.client.ask("GET", path), 404)
        for path in ("/v1/events/-1", "/v1/events/x", "/v1/events/e", "/v1/events/e:1",
                     "/v1/events/e99999999999:1", "/v1/history?subject=nonsense",
                     "/v1/explain?subject=%20", "/v1/commands/%20",
                     f"/v1/commands/{'c' * 65}", "/tile/9/000", "/v1/budgets?after=AAAA"):
            with self.subTest(path):
                self.is_problem(self.client.ask("GET", path), 400)
        answer = self.is_problem(self.client.ask("GET", "/v1/events?from=e3:5"), 422)
        self.assertIn("epoch", answer.json["detail"])

    def test_bodies_that_are_no_commands_are_refused(self):
        deep = '{"a":' * 100 + "1" + "}" * 100
        bodies = {
            "": 400, "null": 400, "[]": 400, "{}": 400, "{": 400, '"x"': 400, "\ufeff{}": 400,
            '{"commandId": "a", "commandId": "b"}': 400, "[" * 10_000: 413, deep: 413,
            '{"commandId": "c", "facts": [{"unitRegistered": {"unit": "U", "what": 1}}]}': 400,
            '{"commandId": "c", "facts": [{"nothing": {}}]}': 400,
            '{"commandId": "c", "facts": []}': 400, '{"commandId": "c", "facts": [1.5]}': 400,
            '{"commandId": "c d", "facts": [{"unitRegistered": {"unit": "U", "name": "N"}}]}': 400,
            '{"commandId": "c", "decidedAt": "yesterday"}': 400,
            '{"commandId": "c", "reason": "\\u0000"}': 400, '{"commandId": 7}': 400,
            json.dumps({**COMMAND, "commandId": "x" * 65}): 413,
            json.dumps({**COMMAND, "reason": "r" * 5000}): 413,
            json.dumps({**COMMAND, "facts": COMMAND["facts"] * 2000}): 413,
            json.dumps({**COMMAND, "more": 1}): 400,
            json.dumps({"commandId": "c", "facts": [{"budgetAppropriated": {
                "line": "line/2024/P/general/net/-", "amount": "1"}}]}): 422,
        }
        for body, status in bodies.items():
            with self.subTest(body[:80]):
                answer = self.is_problem(self.client.post("/v1/commands", body), status)
                self.assertNotIn("\0", answer.json["detail"])
                batch = self.client.post("/v1/commands", body.replace("\n", " "),
                                         Content_Type=NDJSON)
                if body:
                    self.assertEqual(batch.lines[0]["status"], status)
        self.is_problem(self.client.post("/v1/commands", b"\xff\xfe{}"), 400)
        self.is_problem(self.client.post("/v1/commands", "\n \n", Content_Type=NDJSON), 400)
        self.is_problem(self.client.post("/v1/commands", "{}\n" * 4097, Content_Type=NDJSON), 413)
        for kind in ("text/plain", "application/xml", "", "application/jsonx"):
            answer = self.client.post("/v1/commands", json.dumps(COMMAND), Content_Type=kind)
            self.is_problem(answer, 415)
        self.is_problem(self.client.post("/v1/commands", b"\x1f\x8b", Content_Encoding="gzip"), 415)
        for key, status in (("a b", 400), ("x" * 65, 413), ('""', 400), ("\xe9", 400)):
            answer = self.client.post("/v1/commands", {"facts": COMMAND["facts"]},
                                      Idempotency_Key=key)
            self.is_problem(answer, status)
        answer = self.client.post("/v1/commands", json.dumps(COMMAND), Content_Type=NDJSON,
                                  Idempotency_Key="k")
        self.is_problem(answer, 400)
        self.is_problem(self.client.post("/v1/whatif", "x" * 60_000), 413)
        self.is_problem(self.client.post("/v1/whatif", '{"name": 1}'), 400)
        self.nothing_recorded()

    def raw(self, request, status, half_close=False):
        """A request spelt out byte for byte; the daemon ends the connection behind its answer."""
        text = self.client.raw(request, half_close)
        self.assertTrue(text.startswith(b"HTTP/1.1 %d " % status), text[:300])
        head, _, body = text.partition(b"\r\n\r\n")
        self.assertIn(b"application/problem+json", head)
        self.assertIn(b"Connection: close", head)
        self.assertEqual(json.loads(body)["status"], status)

    def test_what_is_no_http_is_answered_once_and_ends(self):
        host = "Host: x\r\n"
        post = f"POST /v1/commands HTTP/1.1\r\n{host}" \
               f"Authorization: Bearer {self.client.token}\r\n" \
               f"Content-Type: {JSON}\r\n"
        for request, status in (
                ("garbage\r\n\r\n", 400), ("\x16\x03\x01\x02\x00\x01\x00\x01", 400),
                (f"GET / HTTP/3.0\r\n{host}\r\n", 505), ("GET  / HTTP/1.1\r\n\r\n", 400),
                (f"GET / HTTP/1.1\r\n{host}A B: c\r\n\r\n", 400),
                (f"GET / HTTP/1.1\r\n{host}A: b\r\n c\r\n\x00: d\r\n\r\n", 400),
                (f"GET /{'x' * 20_000} HTTP/1.1\r\n{host}\r\n", 414),
                (f"GET / HTTP/1.1\r\n{host}X: {'x' * 20_000}\r\n\r\n", 431),
                ("GET / HTTP/1.1\r\n" + "".join(f"X{n}: y\r\n" for n in range(5000)) + "\r\n", 431),
                (f"{post}Content-Length: 99999999999\r\n\r\n", 413),
                (f"{post}Content-Length: -1\r\n\r\n", 400),
                (f"{post}Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
                (f"{post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
                (f"{post}Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
                (f"{post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
                (f"{post}Content-Length: 5\r\n\r\n{{", 400)):
            with self.subTest(request[:60]):
                self.raw(request, status, half_close=True)
        for request, status in (
                ("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", 400),  # no Host
                (f"GET /healthz HTTP/1.1\r\n{host}{host}Connection: close\r\n\r\n", 400),
                (f"GET nowhere HTTP/1.1\r\n{host}Connection: close\r\n\r\n", 400),
                (f"GET /#x HTTP/1.1\r\n{host}Connection: close\r\n\r\n", 400),
                (f"OPTIONS * HTTP/1.1\r\n{host}Connection: close\r\n\r\n", 400),
                (f"CONNECT x:1 HTTP/1.1\r\n{host}Connection: close\r\n\r\n", 400),
                (f"{post}Connection: close\r\n\r\n", 411)):
            with self.subTest(request[:60]):
                self.raw(request, status)
        chunk = "10000\r\n" + "x" * 65536 + "\r\n"
        endless = post + "Transfer-Encoding: chunked\r\n\r\n" + chunk * 140
        self.raw(endless, 413)
        self.nothing_recorded()

    def test_a_connection_lives_on_behind_what_it_was_refused(self):
        self.client.ask("GET", "/v1/none", expect=404)
        kept = self.client.connection
        self.client.ask("GET", "/v1/budgets?x=1", expect=400)
        self.client.post("/v1/commands", "{", 400)
        self.client.get("/v1/budgets")
        self.assertIs(self.client.connection, kept)
        head = self.client.ask("HEAD", "/v1/budgets", expect=200)
        self.assertEqual(head.body, b"")
        self.assertGreater(int(head.headers["Content-Length"]), 5)
        old = self.client.raw("GET /healthz HTTP/1.0\r\n\r\n")
        self.assertIn(b"Connection: close", old)
        self.assertTrue(old.endswith(b'{"status":"alive"}'))

    def test_requests_that_come_at_once_are_answered_in_order(self):
        one = "GET /v1/events/{} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + self.client.token
        requests = [one.format(place) + "\r\n\r\n" for place in (1, 0, 9, 1)]
        requests[-1] = requests[-1].replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
        text = self.client.raw("".join(requests), half_close=True).decode()
        self.assertEqual(re.findall("HTTP/1.1 ([0-9]+) ", text), ["200", "200", "404", "200"])
        self.assertLess(text.index('"id":"1"'), text.index('"id":"0"'))

    def test_a_body_may_come_in_chunks_and_be_waited_for(self):
        body = json.dumps(COMMAND).encode()
        head = f"POST /v1/commands HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\n" \
               f"Authorization: Bearer {self.client.token}\r\nConnection: close\r\n"
        chunks = b"".join(b"1;a=b\r\n%c\r\n" % byte for byte in body) + b"0\r\nX: y\r\n\r\n"
        answer = self.client.raw(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
        self.assertTrue(answer.startswith(b"HTTP/1.1 201 "), answer)
        with self.client.connect() as peer:
            expecting = f"{head}Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
            peer.sendall(expecting.encode())
            self.assertEqual(peer.recv(1000), b"HTTP/1.1 100 Continue\r\n\r\n")
            peer.sendall(body)
            self.assertTrue(peer.recv(100).startswith(b"HTTP/1.1 200 "))
        # Who has no token is not even asked for the body.
        with self.client.connect() as peer:
            peer.sendall(b"POST /v1/commands HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                         b"Expect: 100-continue\r\nContent-Type: application/json\r\n\r\n")
            self.assertTrue(peer.recv(100).startswith(b"HTTP/1.1 401 "))

    def test_a_peer_that_vanishes_leaves_nothing_behind(self):
        for request in (b"", b"GET", b"GET /v1/budgets HTTP/1.1\r\nHo",
                        b"GET /v1/projections?digests=true HTTP/1.1\r\nHost: x\r\nAuthorization: "
                        b"Bearer " + self.client.token.encode() + b"\r\n\r\n"):
            with self.client.connect() as peer:
                peer.sendall(request)
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.client.get("/v1/budgets")
        self.nothing_recorded()

    def tearDown(self):
        if all(answer.status < 500 for answer in self.client.answers):
            openapi = self.client.get("/openapi.json").body
            http_client.checked_by_others(self, self.client, openapi)
        else:
            self.fail(str([str(one) for one in self.client.answers if one.status >= 500][:3]))


if __name__ == "__main__":
    support.main()
