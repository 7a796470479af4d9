#!/usr/bin/env python3
"""The product over HTTP: commands in, all reads of the command line out, the log, the operators'
pages; and what others' programs say of it."""

import json
import subprocess

import http_client
import support
from http_client import NDJSON, PROBLEM, Client

LINE = "line/2024/P1/general/net/-"
CITY = ("--rule-set", "city-2024")


def year(amount=100_000):
    return ({"unitRegistered": {"unit": "U1", "name": "Education"}},
            {"projectProposed": {"project": "P1", "unit": "U1", "name": "School", "category": "T"}},
            {"lineOpened": {"line": LINE, "functionalClass": "2050101"}},
            {"budgetAppropriated": {"line": LINE, "amount": str(amount)}})


def supplement(amount):
    return {"budgetAdjusted": {"kind": "supplement",
                               "legs": [{"line": LINE, "amount": str(amount), "vintage": 2024}]}}


class Http(support.Case):
    def serve(self, *options):
        ledger = self.ledger("--rule-set", "open", *options).start()
        client = Client(ledger)
        self.addCleanup(client.close)
        return ledger, client

    def test_a_command_is_recorded_once_whoever_sends_it_how_often(self):
        ledger, client = self.serve()
        unit = {"facts": [year()[0]]}
        first = client.post("/v1/commands", unit, 201, Idempotency_Key="k-1")
        self.assertEqual(first.headers["Location"], f"/v1/events/{first.json['first']}")
        again = client.post("/v1/commands", {**unit, "commandId": "k-1"}, 200)
        self.assertEqual((again.json["first"], again.json["again"]), (first.json["first"], True))
        quoted = client.post("/v1/commands", unit, 200, Idempotency_Key='"k-1"')
        self.assertTrue(quoted.json["again"])
        other = {"facts": [{"unitRegistered": {"unit": "U2", "name": "Other"}}]}
        conflict = client.post("/v1/commands", other, 409, Idempotency_Key="k-1")
        self.assertIn("used for another command", conflict.json["detail"])
        differs = client.post("/v1/commands", {**other, "commandId": "k-2"}, 400,
                              Idempotency_Key="k-3")
        self.assertIn("Idempotency-Key", differs.json["detail"])
        self.assertEqual(differs.json["place"], "commandId")
        client.post("/v1/commands", other, 400)  # without any id it could not be sent again
        self.assertEqual(client.get("/v1/commands/k-1").json["first"], first.json["first"])
        client.get("/v1/commands/k-9", 404)
        self.assertEqual(ledger.size(), int(first.json["first"]) + 1)

    def test_a_batch_is_answered_line_by_line(self):
        _, client = self.serve()
        lines = support.commands(*year()).splitlines()
        lines.insert(2, '{"commandId": "broken"')
        lines.insert(3, json.dumps({"commandId": "bad", "facts": [{"unitRegistered": {}}]}))
        answers = client.post("/v1/commands", "\n".join(lines) + "\n\n", 200,
                              Content_Type=NDJSON).lines
        self.assertEqual([line["status"] for line in answers], [201, 201, 400, 400, 201, 201])
        self.assertEqual(answers[3]["commandId"], "bad")
        self.assertEqual(answers[3]["problem"]["place"], "facts[0].unitRegistered.unit")
        self.assertIn("line 1, column", answers[2]["problem"]["detail"])

    def test_a_refusal_names_the_rule_the_numbers_and_the_place(self):
        ledger = self.ledger(*CITY).start()
        client = Client(ledger)
        self.addCleanup(client.close)
        client.record(*year()[:3])
        refused = client.post("/v1/commands", {"commandId": "s", "facts": [year()[3]]}, 422)
        self.assertEqual(refused.json["rule"], "R10")
        self.assertNotIn("place", refused.json)
        many = client.post("/v1/commands", {"commandId": "t", "facts": [
            {"unitRegistered": {"unit": "U2", "name": "Other"}}, year()[3]]}, 422)
        self.assertEqual((many.json["place"], many.json["rule"]), ("facts[1]", "R10"))
        metrics = client.get("/metrics").body.decode()
        self.assertIn('counterfoil_refusals_total{rule="R10"} 2', metrics)

    def test_every_read_says_what_the_command_line_says(self):
        ledger, client = self.serve()
        client.record(*year())
        client.record(*(supplement(100 + n) for n in range(5)), prefix="s")
        for name in ("budgets", "adjustments", "targets", "monitoring", "grades", "obligations",
                     "compliance", "stale", "priorities", "pools", "library", "units",
                     "statements"):
            with self.subTest(name):
                shown = ledger.cli("--output", "json", name).json
                self.assertEqual(client.get(f"/v1/{name}").json["rows"], shown)
        self.assertEqual(client.get(f"/v1/history?subject={LINE}").json["events"],
                         ledger.cli("--output", "json", "history", LINE).json)
        past = client.get("/v1/budgets?asOf=seq:6&asOf=effective:2999-12-31").json["rows"]
        self.assertEqual(past, ledger.cli("--output", "json", "budgets", "--as-of", "seq:6").json)
        figure = client.get(f"/v1/explain?subject={LINE}&figure=current").json
        self.assertEqual(sum(int(one["amount"]) for one in figure["contributions"]), 100_510)
        self.assertEqual(figure["figures"][0]["amount"], "100510")
        change = client.get("/v1/diff?from=seq:5").json
        self.assertEqual(change["changes"][0]["project"], "P1")
        self.assertEqual(client.get("/v1/budgets?unit=U9").json, {"rows": []})
        self.assertEqual(client.get("/v1/ledger").json["origin"], "test.example/ledger")
        rules = (support.ROOT / "schema" / "rulesets" / "city-2024.json").read_text()
        self.assertIn("rows", client.post("/v1/whatif?inPlaceOf=all", rules, 200).json)
        for kind in ("ceilings", "adjustments"):
            self.assertEqual(client.get(f"/v1/proposals/{kind}?fiscalYear=2024").json,
                             {"rows": [], "commands": []})
        closing = client.get("/v1/proposals/closing?fiscalYear=2024", 422)
        self.assertIn("R7 is off", closing.json["detail"])
        digests = client.get("/v1/projections?digests=true").json["projections"]
        self.assertEqual({one["name"]: one["digest"] for one in digests}, ledger.digests())

    def test_pages_go_on_where_the_one_before_ended(self):
        ledger, client = self.serve()
        client.record(*year())
        client.record(*(supplement(100 + n) for n in range(7)), prefix="s")
        whole = client.get("/v1/adjustments").json["rows"]
        rows, after = [], ""
        while after is not None:
            page = client.get(f"/v1/adjustments?limit=3{after and '&after=' + after}").json
            rows += page["rows"]
            after = page.get("next")
        self.assertEqual(rows, whole)
        events, path = [], "/v1/events?limit=4"
        while page := (answer := client.get(path)).lines:
            events += page
            path = answer.headers["Link"].split(">")[0][1:]
            self.assertEqual(answer.headers["Counterfoil-Position"], str(len(events)))
        self.assertEqual([int(event["id"]) for event in events], list(range(len(events))))
        self.assertEqual([event["data"] for event in events], ledger.events())
        chosen = client.get("/v1/events?fact=budgetAdjusted&subject=line/2024&limit=3")
        self.assertEqual([event["id"] for event in chosen.lines], ["6", "7", "8"])
        self.assertEqual(chosen.headers["Counterfoil-Position"], "9")
        self.assertEqual(chosen.lines[0]["data"]["effects"][0]["amount"], "100")
        none = client.get("/v1/events?fact=gradeAssigned")
        self.assertEqual((none.lines, none.headers["Counterfoil-Position"]),
                         ([], str(len(events))))
        one = client.get("/v1/events/3")
        self.assertEqual(one.json, events[3])
        self.assertIn("immutable", one.headers["Cache-Control"])
        known = client.get("/v1/events/3", 304, If_None_Match=one.headers["ETag"])
        self.assertEqual(known.body, b"")

    def test_the_log_is_served_as_it_is_published(self):
        ledger, client = self.serve()
        client.record(*({"unitRegistered": {"unit": f"u{n}", "name": "N"}} for n in range(600)))
        folder = self.folder / "published"
        ledger.cli("publish", folder)
        public = Client(ledger, token="")
        self.addCleanup(public.close)
        files = [file for file in folder.rglob("*") if file.is_file()]
        self.assertGreater(len(files), 6)
        for file in files:
            path = "/" + file.relative_to(folder).as_posix()
            answer = public.get(path)
            self.assertEqual(answer.body, file.read_bytes(), path)
        for path in ("/tile/0/009", "/tile/0/000.p/256", "/tile/0/0", "/tile/0/x000/000",
                     "/tile/entries/002.p/255", "/tile/entries/000.p/0", "/tile/0/000.p/01"):
            public.get(path, 404)
        public.get("/tile/8/000", 400)
        secret = self.ledger("--confidential", name="secret").start()
        for path in ("/checkpoint", "/tile/0/000.p/1", "/tile/entries/000.p/1"):
            Client(secret, token="").get(path, 401)
            Client(secret).get(path)

    def test_others_accept_what_is_served(self):
        _, client = self.serve()
        self.ask_of_everything(client)
        openapi = client.get("/openapi.json").body
        metrics = client.get("/metrics").body
        done = subprocess.run(["promtool", "check", "metrics"], input=metrics, check=False,
                              capture_output=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, b""))
        http_client.checked_by_others(self, client, openapi)

    def ask_of_everything(self, client):
        client.record(*year())
        client.record(*(supplement(100 + n) for n in range(3)), prefix="s")
        client.post("/v1/commands", {"commandId": "x", "facts": [year()[0]]})
        client.post("/v1/commands", {"facts": [year()[0]]}, 400)
        for path in ("/v1/budgets", "/v1/adjustments?limit=1", "/v1/units", "/v1/library",
                     "/v1/projections", "/v1/ledger", "/v1/events", "/v1/events/5", "/healthz",
                     f"/v1/history?subject={LINE}", f"/v1/explain?subject={LINE}",
                     "/v1/diff?from=seq:5", "/v1/proposals/ceilings?fiscalYear=2024", "/readyz",
                     "/v1/proposals/closing?fiscalYear=2024", "/checkpoint",
                     "/v1/proposals/adjustments?fiscalYear=2024", "/v1/commands/http-0",
                     "/tile/0/000.p/3", "/tile/entries/000.p/3", "/v1/compliance"):
            client.get(path, None)
        for path in ("/v1/none", "/v1/budgets?unit=", "/v1/events/99999"):
            self.assertEqual(client.get(path, None).type, PROBLEM)
        self.assertTrue(all(answer.status < 500 for answer in client.answers))

    def test_large_answers_are_compressed_for_whoever_can_read_that(self):
        _, client = self.serve()
        client.record(*({"unitRegistered": {"unit": f"u{n}", "name": "N"}} for n in range(50)))
        plain = client.get("/v1/events")
        packed = client.get("/v1/events", Accept_Encoding="br, gzip")
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertLess(int(packed.headers["Content-Length"]), len(plain.body) // 3)
        self.assertEqual(packed.body, plain.body)
        none = client.get("/v1/events", Accept_Encoding="gzip;q=0")
        self.assertIsNone(none.headers["Content-Encoding"])

    def test_only_a_token_opens_what_is_not_for_all(self):
        ledger, client = self.serve()
        for path in ("/healthz", "/readyz", "/openapi.json", "/metrics"):
            Client(ledger, token="").get(path)
        api = client.get("/openapi.json").json
        for path, operations in api["paths"].items():
            for method, operation in operations.items():
                if operation.get("security") is not None:
                    continue
                for token in ("", "0" * 64):
                    stranger = Client(ledger, token=token)
                    answer = stranger.ask(method.upper(), path)
                    self.assertEqual(answer.status, 401, answer)
                    self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
        stranger.get("/v1/ledger", 401, Authorization="Basic YTpi")

    def test_what_was_accepted_is_answered_when_the_daemon_stops(self):
        ledger, client = self.serve()
        client.record(*year())
        idle = client.connect()
        self.assertEqual(ledger.stop(), support.DONE)
        self.assertEqual(idle.recv(10), b"")
        idle.close()


if __name__ == "__main__":
    support.main()
