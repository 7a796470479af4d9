#!/usr/bin/env python3
"""Random requests over all routes, from a seed: no 500, no effect, ordinary clients served.

COUNTERFOIL_HTTP_REQUESTS is how many (5,000), COUNTERFOIL_SEED from which seed; a failure prints
it.
"""

import collections
import json
import os
import random
import threading
import time

import support
from http_client import JSON, NDJSON, Client

REQUESTS = int(os.environ.get("COUNTERFOIL_HTTP_REQUESTS", "5000"))
SEED = int(os.environ.get("COUNTERFOIL_SEED", "20240607"))
ODD = ["", "0", "1", "-1", "2024", "9" * 25, "1.5", "1e9", "true", "null", "unit/U1", "ledger",
       "line/2024/P/general/net/-", "seq:1", "seq:99", "decided:2024-06-30", "effective:2024",
       "%00", "%ff", "%", "%2f..%2f", "AAAA", "AAAAAAAAAAAAAAAA", "e1:5", "\xe9", "x" * 500,
       "'; drop table", "<script>", "%E5%AD%98%E6%A0%B9", "current", "virement", "R4", "all", "a b"]


class Generator:
    """Requests that are mostly nearly right: the rest gets no further than its check."""

    def __init__(self, api, seed):
        self.random = random.Random(seed)
        self.routes = [(path, method.upper(), operation)
                       for path, operations in api["paths"].items()
                       for method, operation in operations.items()
                       if path != "/v1/feed"]  # it never ends

    def odd(self):
        return self.random.choice(ODD)

    def value(self, schema):
        schema = schema.get("items", schema)
        if self.random.random() < 0.3:
            return self.odd()
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if schema["type"] == "integer":
            least = schema.get("minimum", 0)
            return str(self.random.randint(least, min(schema.get("maximum", 9), least + 3000)))
        return self.odd()

    def json_value(self, depth=0):
        kind = self.random.randrange(9 if depth < 5 else 6)
        if kind >= 7:
            return {self.random.choice(("facts", "commandId", "unit", "legs", "x", "")):
                    self.json_value(depth + 1) for _ in range(self.random.randrange(4))}
        if kind == 6:
            return [self.json_value(depth + 1) for _ in range(self.random.randrange(4))]
        return (None, True, self.random.randint(-2**70, 2**70), 1.5, self.odd(), "U1")[kind]

    def command(self):
        """A command that some step of recording refuses, whatever else is right about it."""
        facts = [{"unitRegistered": {"unit": "U1", "name": "N"}} for _ in
                 range(self.random.randrange(1, 4))]
        command = {"commandId": f"c{self.random.randrange(5)}", "facts": facts}
        wrong = self.random.randrange(5)
        if wrong == 0:
            facts.append({"budgetAppropriated": {"line": "line/2024/none/general/net/-",
                                                 "amount": self.random.choice(("1", 2**62))}})
        elif wrong == 1:
            facts[0]["unitRegistered"][self.random.choice(("x", "unit"))] = self.json_value()
            facts.append({"paymentRecorded": {}})
        elif wrong == 2:
            command["expectations"] = [{"subject": "ledger", "count": 999}]
        elif wrong == 3:
            command["evidence"] = [self.random.randint(10**6, 2**63)]
        else:
            facts.append(self.json_value())
            facts.append({"nothing": {}})
        return command

    def body(self):
        kind = self.random.randrange(4)
        if kind == 0:
            return json.dumps(self.json_value())
        text = json.dumps(self.command())
        if kind == 1:
            place = self.random.randrange(len(text) - 1)
            # The first character is left as it is, or some change would make a good command of it.
            return text[:place] + self.random.choice(("", "\0", "}", "\x7f", "{")) + \
                self.random.choice(("", "nonsense"))
        return text

    def request(self):
        path, method, operation = self.random.choice(self.routes)
        for one in operation.get("parameters", ()):
            if one["in"] == "path":
                value = self.value(one["schema"]).replace("?", "")
                path = path.replace("{%s}" % one["name"], value)
        query = []
        for one in operation.get("parameters", ()):
            if one["in"] == "query" and (one["required"] or self.random.random() < 0.3):
                query.append(f"{one['name']}={self.value(one['schema'])}")
        if self.random.random() < 0.05:
            query.append(f"{self.odd()}={self.odd()}")
        if query:
            path += "?" + "&".join(query)
        headers = {}
        if self.random.random() < 0.1:
            headers["Accept"] = self.random.choice(("*/*", "text/html", JSON, "a;q=x", ",,"))
        if self.random.random() < 0.1:
            headers["Accept_Encoding"] = self.random.choice(("gzip", "*", "br;q=1", ";;"))
        if self.random.random() < 0.05:
            headers["If_None_Match"] = self.random.choice(("*", '"x"', "W/"))
        body = None
        if method == "POST" or self.random.random() < 0.05:
            body = self.body()
            if self.random.random() < 0.3:
                headers["Content_Type"] = self.random.choice((NDJSON, "text/plain", JSON + "; x=y"))
            if self.random.random() < 0.1:
                headers["Idempotency_Key"] = self.random.choice(("k", '"k"', "a b"))
        if self.random.random() < 0.1:
            method = self.random.choice(("GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "X-Y"))
        path = "".join(c if 32 < ord(c) < 127 else "%{:02X}".format(ord(c)) for c in path)
        return method, path, body, headers


class Random(support.Case):
    def test_random_requests_change_nothing_and_hold_up_nobody(self):
        ledger = self.ledger("--rule-set", "open").start()
        client, ordinary = Client(ledger), Client(ledger)
        self.addCleanup(client.close)
        ordinary.record({"unitRegistered": {"unit": "U1", "name": "N"}})
        before, digests = ledger.size(), ledger.digests()
        generator = Generator(client.get("/openapi.json").json, SEED)
        waits, stop = [], threading.Event()

        def work():
            while not stop.is_set():
                begun = time.monotonic()
                if ordinary.ask("GET", "/v1/units").status != 200:
                    waits.append(999)
                waits.append(time.monotonic() - begun)
                time.sleep(0.01)
        worker = threading.Thread(target=work)
        worker.start()
        statuses = collections.Counter()
        try:
            for number in range(REQUESTS):
                method, path, body, headers = generator.request()
                answer = client.ask(method, path, body, **headers)
                statuses[answer.status] += 1
                self.assertLess(answer.status, 500, f"seed {SEED}, request {number}: {answer}\n"
                                                    f"{headers} {body}")
                if len(client.answers) > 100:
                    client.answers.clear()
        finally:
            stop.set()
            worker.join()
        self.assertEqual(ledger.size(), before, f"seed {SEED}: something was recorded")
        self.assertEqual(ledger.digests(), digests)
        self.assertLess(sorted(waits)[len(waits) * 99 // 100], 2 * support.SLOWNESS)
        # It must have come by everything that it is about.
        for status in (200, 400, 404, 405, 406, 415, 422):
            self.assertGreater(statuses[status], 0, statuses)
        self.assertEqual(ledger.stop(), support.DONE)


if __name__ == "__main__":
    support.main()
