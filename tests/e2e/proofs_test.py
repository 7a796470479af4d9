"""What an auditor takes away from a ledger, and what he finds when somebody changed it."""

import hashlib
import json
import random
import shutil

from support import (ANSWER_IS_NO, COULD_NOT, DONE, WRONG_USAGE, Case, Ledger, cli, main, program,
                     run)


def units(count, start=0):
    return "".join(json.dumps({"commandId": f"u{i}",
                               "facts": [{"unitRegistered": {"unit": f"u{i}"}}]}) + "\n"
                   for i in range(start, start + count))


def verify(*arguments, expect=DONE):
    return run(program("counterfoil-verify"), *arguments, expect=expect)


class Proofs(Case):
    """Both suites give the same proofs, checked by the same program."""

    def with_suite(self, suite, records=40):
        ledger = self.ledger("--suite", suite, "--rule-set", "open", name=suite)
        created = [line for line in self.opening(ledger) if line]
        self.assertTrue(created)
        ledger.start()
        ledger.cli("submit", "-", stdin=units(records))
        return ledger, self.key(ledger)

    def opening(self, ledger):
        return ledger.cli("--output", "json", "history", "ledger").json

    def key(self, ledger):
        return self.opening(ledger)[0]["fact"]["ledgerOpened"]["verifierKey"]

    def test_a_receipt_and_bundles_verify_offline(self):
        for suite in ("sha256-ed25519", "sm3-sm2"):
            ledger, key = self.with_suite(suite)
            receipt = self.folder / f"{suite}.tlog-proof"
            ledger.cli("prove", 17, "--out", receipt)
            self.assert_says(verify("receipt", receipt, "--key", key), "record 17", "Not proved")
            subject = self.folder / f"{suite}.subject"
            ledger.cli("export", "--subject", "unit/u3", subject)
            self.assert_says(verify("bundle", subject, "--key", key), "unit/u3")
            whole = self.folder / f"{suite}.whole"
            ledger.cli("export", "--from", 0, "--to", ledger.size() - 1, whole)
            self.assert_says(verify("bundle", whole, "--key", key), "42")
            some = self.folder / f"{suite}.some"
            ledger.cli("export", "--from", 7, "--to", 30, some)
            verify("bundle", some, "--key", key)
            other = self.ledger("--suite", suite, name=f"other-{suite}")
            verify("bundle", some, "--key", self.key(other), expect=ANSWER_IS_NO)

    def test_what_was_kept_binds_what_comes(self):
        ledger, key = self.with_suite("sha256-ed25519")
        older = self.folder / "older.checkpoint"
        ledger.cli("checkpoint", "--out", older)
        ledger.cli("submit", "-", stdin=units(5, 100))
        ledger.cli("verify", "--since", older)
        # A proof in the checkpoint that was kept, and one between the two.
        receipt = self.folder / "r.tlog-proof"
        ledger.cli("prove", 3, "--checkpoint", older, "--out", receipt)
        self.assertTrue(receipt.read_text().endswith(older.read_text()))
        verify("receipt", receipt, "--key", key)
        step = self.folder / "step"
        ledger.cli("checkpoint", "--old", 42, "--out", step)
        self.assert_says(verify("consistency", older, "--proof", step, "--key", key), "47")
        # A record that the kept checkpoint does not cover.
        refused = ledger.cli("prove", 45, "--checkpoint", older, expect=ANSWER_IS_NO)
        self.assert_says(refused, "there is no record 45")

    def test_a_ledger_that_was_cut_is_found_by_a_later_checkpoint(self):
        ledger, _ = self.with_suite("sha256-ed25519", records=3)
        ledger.stop()
        copies = []
        for count in range(4):
            copy = self.folder / f"copy-{count}"
            shutil.copytree(ledger.folder, copy)
            copies.append(Ledger(copy))
            ledger.start().cli("submit", "-", stdin=units(2, 10 * (count + 1)))
            ledger.stop()
        later = self.folder / "later.checkpoint"
        ledger.cli("checkpoint", "--out", later)
        ledger.cli("verify", "--since", later)
        for place, copy in enumerate(copies):
            found = copy.cli("verify", "--since", later, expect=ANSWER_IS_NO)
            self.assert_says(found, "13", str(5 + 2 * place))

    def test_documents_are_compared_with_what_events_cite(self):
        ledger, _ = self.with_suite("sha256-ed25519", records=1)
        archive = self.folder / "archive"
        archive.mkdir()
        texts = {"2024-7.pdf": b"minutes", "2024-8.pdf": b"budget", "2024-9.pdf": b"never cited"}
        for name, text in texts.items():
            (archive / name).write_bytes(text)
        facts = []
        for name in ("2024-7", "2024-8", "2024-10"):
            text = texts.get(f"{name}.pdf", b"lost")
            facts.append(json.dumps({
                "commandId": name, "facts": [{"unitRegistered": {"unit": f"d{name}"}}],
                "documents": [{"number": name, "mediaType": "application/pdf", "size": len(text),
                               "hash": hashlib.sha256(text).hexdigest()}]}))
        ledger.cli("submit", "-", stdin="\n".join(facts) + "\n")
        found = ledger.cli("verify", "--documents", archive, expect=ANSWER_IS_NO)
        self.assert_says(found, "2 of the 3 documents", "missing: 2024-10",
                         "cited by no event", "2024-9.pdf")
        (archive / "2024-10.pdf").write_bytes(b"lost")
        (archive / "2024-9.pdf").unlink()
        self.assert_says(ledger.cli("verify", "--documents", archive), "3 of the 3 documents")
        (archive / "2024-8.pdf").write_bytes(b"budget, changed")
        self.assert_says(ledger.cli("verify", "--documents", archive, expect=ANSWER_IS_NO),
                         "changed: ", "2024-8.pdf")

    def test_only_what_a_witness_cosigned_is_published(self):
        for suite in ("sha256-ed25519", "sm3-sm2"):
            ledger, key = self.with_suite(suite)
            witness = self.folder / f"{suite}.w"
            made = verify("new-key", "--name", "w.example", "--witness", "--suite", suite, "--out",
                          witness)
            witness_key = [word for word in made.out.split() if word.startswith("w.example+")][0]
            seen = self.folder / f"seen-{suite}"
            seen.mkdir()
            request, cosigned = self.folder / f"{suite}.request", self.folder / f"{suite}.cosigned"
            ledger.cli("checkpoint", "--old", 0, "--out", request)
            verify("witness", "--state", seen, "--key", witness, "--name", "w.example", "--log",
                   key, "--out", cosigned, request)
            web = self.folder / f"web-{suite}"
            refused = ledger.cli("publish", web, "--witness", witness_key, expect=WRONG_USAGE)
            self.assert_says(refused, "--checkpoint")
            plain = self.folder / f"{suite}.plain"
            ledger.cli("checkpoint", "--out", plain)
            refused = ledger.cli("publish", web, "--witness", witness_key, "--checkpoint", plain,
                                 expect=ANSWER_IS_NO)
            self.assert_says(refused, "signed by none")
            self.assertFalse((web / "checkpoint").exists())
            ledger.cli("publish", web, "--witness", witness_key, "--checkpoint", cosigned)
            said = verify("log", web, "--key", key, "--witness", witness_key)
            self.assert_says(said, "w.example")

    def test_of_two_copies_only_one_is_cosigned(self):
        ledger, key = self.with_suite("sha256-ed25519")
        ledger.stop()
        copy = self.folder / "copy"
        shutil.copytree(ledger.folder, copy)
        copy = Ledger(copy)
        self.addCleanup(copy.close)
        verify("new-key", "--name", "w.example", "--witness", "--out", self.folder / "w")
        seen = self.folder / "seen"
        seen.mkdir()

        def ask(which, old, expect):
            request = self.folder / "request"
            which.cli("checkpoint", "--old", old, "--out", request)
            return verify("witness", "--state", seen, "--key", self.folder / "w", "--name",
                          "w.example", "--log", key, request, expect=expect)

        ledger.start().cli("submit", "-", stdin=units(1, 200))
        copy.start().cli("submit", "-", stdin=units(1, 300))
        ask(ledger, 0, DONE)
        self.assert_says(ask(copy, 43, ANSWER_IS_NO), "two histories")

    def test_wrong_uses_say_what_to_do(self):
        ledger, _ = self.with_suite("sha256-ed25519", records=1)
        self.assert_says(ledger.cli("prove", 99, expect=ANSWER_IS_NO), "no record 99")
        self.assert_says(ledger.cli("prove", "x", expect=WRONG_USAGE), "x")
        out = self.folder / "b"
        self.assert_says(ledger.cli("export", out, expect=WRONG_USAGE), "--subject")
        self.assert_says(ledger.cli("export", "--from", 2, "--to", 1, out, expect=WRONG_USAGE),
                         "lies between 0 and 2")
        ledger.cli("export", "--subject", "unit/none", out, expect=ANSWER_IS_NO)
        self.assertFalse(out.exists())
        nothing = ledger.cli("verify", "--since", self.folder / "none", expect=COULD_NOT)
        self.assert_says(nothing, "none")
        (self.folder / "bad").write_text("no note\n")
        ledger.cli("verify", "--since", self.folder / "bad", expect=WRONG_USAGE)
        secret = self.ledger("--confidential", name="secret")
        self.assert_says(secret.cli("publish", self.folder / "web", expect=ANSWER_IS_NO),
                         "confidential")
        cli("--ledger", self.folder / "nowhere", "checkpoint", expect=COULD_NOT)

    def test_five_hundred_random_bytes_changed_in_what_was_published_are_found(self):
        rng = random.Random(20)
        for suite, count in (("sha256-ed25519", 400), ("sm3-sm2", 100)):
            ledger, key = self.with_suite(suite, records=298)
            web = self.folder / f"web-{suite}"
            ledger.cli("publish", web)
            verify("log", web, "--key", key)
            files = sorted(path for path in web.rglob("*") if path.is_file())
            sizes = [path.stat().st_size for path in files]
            for _ in range(count):
                path = rng.choices(files, sizes if rng.random() < 0.5 else None)[0]
                good = path.read_bytes()
                at = rng.randrange(len(good))
                changed = bytearray(good)
                changed[at] ^= 1 << rng.randrange(8)
                path.write_bytes(changed)
                said = verify("log", web, "--key", key, expect=ANSWER_IS_NO)
                name = str(path.relative_to(web)).split(".p/")[0]
                self.assertIn(name, said.text, f"byte {at} of {path}\n{said}")
                path.write_bytes(good)
            verify("log", web, "--key", key)


if __name__ == "__main__":
    main()
