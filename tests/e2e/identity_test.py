"""Who is let in, over TLS and without it, and what each may do."""

import datetime
import http.client
import pathlib
import ssl
import unittest

from http_client import Client
from http_feed_test import Stream
from support import ANSWER_IS_NO, COULD_NOT, DONE, WRONG_USAGE, Case, openssl, program, run, units


class Authority:
    """A certificate authority of the test's, with what it signs."""

    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder)
        self.certificate = self.folder / f"{name}.pem"
        self.key = self.folder / f"{name}.key"
        openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj",
                f"/CN={name}", "-keyout", self.key, "-out", self.certificate)
        self.key.chmod(0o600)

    def sign(self, common_name, names="DNS:localhost"):
        """A certificate and its key."""
        certificate = self.folder / f"{common_name}.pem"
        key, request = certificate.with_suffix(".key"), certificate.with_suffix(".csr")
        extensions = certificate.with_suffix(".ext")
        extensions.write_text(f"subjectAltName={names}\n")
        openssl("req", "-newkey", "ed25519", "-nodes", "-subj", f"/CN={common_name}", "-keyout",
                key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate)
        key.chmod(0o600)
        return certificate, key


class Identity(Case):
    def token(self, ledger, principal, *options):
        path = self.folder / f"{principal}.token"
        path.write_text(ledger.cli("tokens", "issue", principal, *options).out)
        path.chmod(0o600)
        return path

    def with_token(self, ledger, token, *arguments, expect=DONE):
        return run(program("counterfoil"), "--connect", ledger.address, "--token-file", token,
                   *arguments, expect=expect)

    def test_an_administrator_lets_people_in_and_out_again(self):
        ledger = self.ledger("--rule-set", "open").start()
        ledger.cli("submit", "-", stdin=units(0, 2))
        for principal, role, *bound in (("ann", "audit"), ("bob", "finance"),
                                        ("cai", "unit", "--organisation", "more0")):
            ledger.cli("principals", "enrol", principal)
            ledger.cli("principals", "grant", principal, role, *bound)
        rows = ledger.cli("--output", "json", "principals").json
        self.assertEqual([(row["principal"], row.get("role"), row["state"]) for row in rows], [
            ("ann", None, "enrolled"), ("ann", "audit", "held"), ("bob", None, "enrolled"),
            ("bob", "finance", "held"), ("cai", None, "enrolled"), ("cai", "unit", "held")])
        ann, bob, cai = (self.token(ledger, name) for name in ("ann", "bob", "cai"))
        self.assertEqual(len(ledger.cli("--output", "json", "tokens").json), 3)

        # An auditor reads all and records nothing; finance records; a unit sees what is its own.
        self.with_token(ledger, ann, "history", "unit/more1")
        self.with_token(ledger, ann, "verify")
        refused = self.with_token(ledger, ann, "submit", self.folder / "none", expect=COULD_NOT)
        command = self.folder / "command.jsonl"
        command.write_text(units(2, 1))
        refused = self.with_token(ledger, ann, "submit", command, expect=COULD_NOT)
        self.assert_says(refused, "the roles of ann do not record anything")
        self.with_token(ledger, bob, "submit", command)
        refused = self.with_token(ledger, bob, "tokens", expect=COULD_NOT)
        self.assert_says(refused, "the roles of bob do not administer the ledger")
        self.with_token(ledger, cai, "history", "unit/more0")
        refused = self.with_token(ledger, cai, "history", "unit/more1", expect=COULD_NOT)
        self.assert_says(refused, "of another unit")
        refused = self.with_token(ledger, cai, "verify", expect=COULD_NOT)
        self.assert_says(refused, "do not read the whole ledger")

        # Out again.
        grant = next(row["sequence"] for row in rows
                     if row["principal"] == "bob" and row["state"] == "held")
        ledger.cli("principals", "revoke", grant)
        refused = self.with_token(ledger, bob, "budgets", expect=COULD_NOT)
        self.assert_says(refused, "\"bob\" has no role in this ledger")
        token = next(row["id"] for row in ledger.cli("--output", "json", "tokens").json
                     if row["principal"] == "ann")
        ledger.cli("tokens", "withdraw", token)
        refused = self.with_token(ledger, ann, "budgets", expect=COULD_NOT)
        self.assert_says(refused, "the token is none of this ledger, or no more")
        # The daemon's log says so, and holds no secret; nor does any file of the ledger.
        log = ledger.log.read_text()
        self.assertIn("a login was refused: there is no such token, or no more", log)
        for path in (ann, bob, cai):
            secret = path.read_text().strip().rsplit("_", 1)[1]
            self.assertNotIn(secret, log)
            self.assertNotIn(secret, (ledger.folder / "credentials").read_text())

    def test_http_allows_what_a_session_does_and_ends_with_it(self):
        ledger = self.ledger("--rule-set", "open").start()
        admin = Client(ledger)
        self.addCleanup(admin.close)
        admin.record({"unitRegistered": {"unit": "u1", "name": "N"}},
                     {"unitRegistered": {"unit": "u2", "name": "N"}})
        for principal, role, *bound in (("ann", "audit"), ("bob", "finance"),
                                        ("cai", "unit", "--organisation", "u1")):
            ledger.cli("principals", "enrol", principal)
            ledger.cli("principals", "grant", principal, role, *bound)
        ann, bob, cai = (Client(ledger, self.token(ledger, name).read_text().strip())
                         for name in ("ann", "bob", "cai"))
        for client in (ann, bob, cai):
            self.addCleanup(client.close)
        command = {"commandId": "u3", "facts": [{"unitRegistered": {"unit": "u3", "name": "N"}}]}
        self.assertEqual(ann.post("/v1/commands", command, 403).json["code"], "denied")
        bob.post("/v1/commands", command, 201)
        cai.post("/v1/commands", {**command, "commandId": "u4"}, 403)
        ann.get("/v1/budgets")
        cai.get("/v1/budgets", 403)
        cai.get("/v1/budgets?unit=u2", 403)
        cai.get("/v1/budgets?unit=u1")
        cai.get("/v1/history?subject=unit/u1")
        cai.get("/v1/history?subject=unit/u2", 403)
        for path in ("/v1/events", "/v1/events/0", "/v1/events?unit=u2", "/v1/feed"):
            cai.get(path, 403)
        self.assertEqual(len(cai.get("/v1/events?unit=u1").lines), 1)

        # A role that is revoked ends streams and connections that are kept, at once.
        stream = Stream(bob)
        self.assertEqual(stream.status, 200)
        events = stream.events()
        next(events)
        grant = next(row["sequence"] for row in ledger.cli("--output", "json", "principals").json
                     if row["principal"] == "bob" and row["state"] == "held")
        ledger.cli("principals", "revoke", grant)
        with self.assertRaises((ValueError, ConnectionError, StopIteration)):
            while True:
                next(events)
        stream.close()
        bob.close()
        bob.get("/v1/budgets", 401)

    def test_http_speaks_tls_too(self):
        ledger = self.ledger("--rule-set", "open")
        authority = Authority(self.folder, "authority")
        certificate, key = authority.sign("localhost")
        ledger.start()
        ledger.cli("principals", "enrol", "ann")
        ledger.cli("principals", "grant", "ann", "audit")
        self.assertEqual(ledger.stop(), 0)
        ledger.start("--tls-cert", str(certificate), "--tls-key", str(key), "--tls-client-ca",
                     str(authority.certificate))
        context = ssl.create_default_context(cafile=authority.certificate)
        context.load_cert_chain(*authority.sign("ann"))
        port = int(ledger.http_address.rsplit(":", 1)[1])

        def get(path, within):
            connection = http.client.HTTPSConnection("localhost", port, context=within, timeout=30)
            try:
                connection.request("GET", path)
                return connection.getresponse().status
            finally:
                connection.close()

        self.assertEqual(get("/v1/budgets", context), 200)
        stranger = Authority(self.folder, "stranger")
        wrong = ssl.create_default_context(cafile=authority.certificate)
        wrong.load_cert_chain(*stranger.sign("ann"))
        with self.assertRaises(OSError):
            get("/v1/budgets", wrong)

    def test_what_auditors_read_is_recorded_where_that_is_wanted(self):
        ledger = self.ledger("--rule-set", "open").start("--record-reads")
        ledger.cli("submit", "-", stdin=units(0, 1))
        for principal, role in (("ann", "audit"), ("bob", "finance")):
            ledger.cli("principals", "enrol", principal)
            ledger.cli("principals", "grant", principal, role)
            self.with_token(ledger, self.token(ledger, principal), "history", "unit/more0")
        log = ledger.log.read_text()
        self.assertRegex(log, r"info ann reads: history .*unit/more0")
        self.assertNotIn("bob reads", log)

    def test_a_token_expires_also_on_an_open_connection(self):
        ledger = self.ledger("--rule-set", "open").start()
        ledger.cli("principals", "enrol", "ann")
        ledger.cli("principals", "grant", "ann", "audit")
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
        token = self.token(ledger, "ann", "--expires", soon.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
        ended = self.with_token(ledger, token, "tail", "--from", "0", expect=COULD_NOT)
        self.assert_says(ended, "the connection to the ledger ended")
        self.assertIn("expired", ledger.log.read_text())
        self.with_token(ledger, token, "budgets", expect=COULD_NOT)

    def test_wrong_usage_is_told_what_to_do(self):
        ledger = self.ledger("--rule-set", "open").start()
        self.assert_says(ledger.cli("tokens", "issue", "nobody", expect=ANSWER_IS_NO),
                         "enrol it first, with `counterfoil principals enrol`")
        self.assert_says(ledger.cli("principals", "grant", "nobody", "clerk", expect=WRONG_USAGE),
                         "there is no role \"clerk\"")
        self.assert_says(ledger.cli("principals", "grant", "nobody", "audit",
                                    expect=ANSWER_IS_NO), "record a principalEnrolled first")
        self.assert_says(ledger.cli("tokens", "withdraw", "0123", expect=ANSWER_IS_NO),
                         "`counterfoil tokens` shows those that there are")

    def test_connections_are_protected_by_tls(self):
        ledger = self.ledger("--rule-set", "open")
        authority = Authority(self.folder, "authority")
        certificate, key = authority.sign("localhost")
        ledger.start("--tls-cert", str(certificate), "--tls-key", str(key))
        here = ("--connect", f"localhost:{ledger.port}", "--token-file", ledger.token_file)
        counterfoil = program("counterfoil")
        run(counterfoil, *here, "--tls-ca", authority.certificate, "budgets", expect=DONE)
        stranger = Authority(self.folder, "stranger")
        refused = run(counterfoil, *here, "--tls-ca", stranger.certificate, "budgets",
                      expect=COULD_NOT)
        self.assert_says(refused, "certificate is not trusted", "--tls-ca")
        refused = run(counterfoil, "--connect", ledger.address, *here[2:], "--tls-ca",
                      authority.certificate, "budgets", expect=COULD_NOT)
        self.assert_says(refused, "mismatch", "--tls-name")
        run(counterfoil, "--connect", ledger.address, *here[2:], "--tls-ca",
            authority.certificate, "--tls-name", "localhost", "budgets", expect=DONE)
        run(counterfoil, *here, "budgets", expect=COULD_NOT)  # in the clear
        self.assertEqual(ledger.stop(), 0)

    def test_a_certificate_says_who_somebody_is(self):
        ledger = self.ledger("--rule-set", "open")
        authority, stranger = (Authority(self.folder, name) for name in ("authority", "stranger"))
        certificate, key = authority.sign("localhost")
        ledger.start()
        ledger.cli("principals", "enrol", "ann")
        ledger.cli("principals", "grant", "ann", "audit")
        ledger.cli("principals", "enrol", "dan")
        self.assertEqual(ledger.stop(), 0)
        ledger.start("--tls-cert", str(certificate), "--tls-key", str(key), "--tls-client-ca",
                     str(authority.certificate))

        def budgets(signer, name, expect):
            mine, my_key = signer.sign(name)
            return run(program("counterfoil"), "--connect", f"localhost:{ledger.port}", "--tls-ca",
                       authority.certificate, "--tls-cert", mine, "--tls-key", my_key, "budgets",
                       expect=expect)

        budgets(authority, "ann", DONE)
        self.assert_says(budgets(authority, "dan", COULD_NOT), "\"dan\" has no role")
        self.assert_says(budgets(authority, "eve", COULD_NOT), "\"eve\" is no principal")
        budgets(stranger, "ann", COULD_NOT)
        refused = run(program("counterfoil"), "--connect", f"localhost:{ledger.port}",
                      "--token-file", ledger.token_file, "--tls-ca", authority.certificate,
                      "budgets", expect=COULD_NOT)
        log = ledger.log.read_text()
        self.assertIn("a login was refused: a certificate: \"dan\" has no role", log)
        self.assertIn("a connection was closed: ", log, str(refused))

    def test_what_others_can_reach_needs_tls(self):
        ledger = self.ledger("--rule-set", "open")
        refused = run(program("counterfoild"), "--ledger", ledger.folder, "--listen", "0.0.0.0:0",
                      expect=WRONG_USAGE)
        self.assert_says(refused, "needs TLS: give --tls-cert FILE and --tls-key FILE")
        authority = Authority(self.folder, "authority")
        certificate, key = authority.sign("localhost")
        refused = run(program("counterfoild"), "--ledger", ledger.folder, "--tls-cert", certificate,
                      expect=WRONG_USAGE)
        self.assert_says(refused, "give both --tls-cert FILE and --tls-key FILE")
        key.chmod(0o644)
        refused = run(program("counterfoild"), "--ledger", ledger.folder, "--tls-cert", certificate,
                      "--tls-key", key, expect=COULD_NOT)
        self.assert_says(refused, str(key))
        key.chmod(0o600)
        refused = run(program("counterfoild"), "--ledger", ledger.folder, "--tls-cert", key,
                      "--tls-key", key, expect=WRONG_USAGE)
        self.assert_says(refused, "holds no certificate in PEM form")


if __name__ == "__main__":
    unittest.main()
