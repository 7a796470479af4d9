"""The key that signs: rotated, lost, held by a process of its own; and ledgers from copies."""

import os
import shutil
import signal
import subprocess
import time

from support import (ANSWER_IS_NO, COULD_NOT, SLOWNESS, WRONG_USAGE, Case, Ledger, cli, commands,
                     main, program, run)


def unit(name):
    return commands({"unitRegistered": {"unit": name}}).replace("prepare-0", name)


class Keys(Case):

    def opened(self, ledger):
        return ledger.cli("--output", "json", "history", "ledger").json[0]["fact"]["ledgerOpened"]

    def current_key(self, ledger):
        out = ledger.cli("--output", "json", "history", "ledger").json
        rotated = [event["fact"]["keyRotated"]["newKey"] for event in out
                   if "keyRotated" in event["fact"]]
        return rotated[-1] if rotated else out[0]["fact"]["ledgerOpened"]["verifierKey"]

    def test_a_rotated_key_is_followed_from_the_first_one(self):
        for suite in ("sha256-ed25519", "sm3-sm2"):
            ledger = self.ledger("--suite", suite, "--rule-set", "open", name=suite)
            first = self.current_key(ledger)
            ledger.cli("rotate-key")
            ledger.start().cli("submit", "-", stdin=unit("u1"))
            self.assertNotEqual(self.current_key(ledger), first)
            web = self.folder / f"web-{suite}"
            ledger.cli("publish", web)
            run(program("counterfoil-verify"), "log", web, "--key", first, expect=0)
            refused = run(*ledger.arguments("rotate-key"))
            self.assertEqual(refused.status, WRONG_USAGE, str(refused))
            self.assert_says(refused, "stop the daemon")

    def test_a_lost_key_is_replaced_by_the_recovery_key(self):
        ledger = self.ledger()
        (ledger.folder / "signing.key").unlink()
        ledger.start().cli("submit", "-", stdin=unit("u1"))  # it records without a key
        self.assert_says(ledger.cli("checkpoint", expect=COULD_NOT), "signing.key",
                         "--recovery-key")
        ledger.stop()
        ledger.cli("rotate-key", expect=COULD_NOT)
        recovery = f"{ledger.folder}.recovery.key"
        self.assert_says(ledger.cli("rotate-key", "--recovery-key", recovery), "recovery key, too")
        ledger.cli("checkpoint")
        ledger.cli("verify")
        other = self.ledger(name="other")
        wrong = ledger.cli("rotate-key", "--recovery-key", f"{other.folder}.recovery.key",
                           expect=ANSWER_IS_NO)
        self.assert_says(wrong, "neither the key that signs")

    def signer(self, key, name, *options):
        socket = self.folder / "signer"
        if socket.exists():
            socket.unlink()
        process = subprocess.Popen(
            [program("counterfoil"), "signer", "--key", str(key), "--name", name, "--socket",
             str(socket), "--state", str(self.folder / "state"), *options],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(lambda: process.poll() is None and (process.kill(), process.wait()))
        self.addCleanup(process.stderr.close)
        limit = time.monotonic() + 60 * SLOWNESS
        while not socket.exists() and process.poll() is None and time.monotonic() < limit:
            time.sleep(0.005)
        return process, socket

    def served_with(self, ledger, socket):
        """A daemon whose key is with the signer."""
        log = open(ledger.log, "ab")
        self.addCleanup(log.close)
        ledger.process = subprocess.Popen(
            [program("counterfoild"), "--ledger", str(ledger.folder), "--listen", "127.0.0.1:0",
             "--http", "off", "--signer", str(socket)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        limit = time.monotonic() + 60 * SLOWNESS
        while time.monotonic() < limit:
            text = ledger.log.read_text()
            if " serving " in text and ledger.process.poll() is None:
                ledger.address = text.rsplit(" serving ", 1)[1].split(" on ")[1].split("\n")[0]
                return ledger
            time.sleep(0.01)
        raise AssertionError(ledger.log.read_text())

    def test_a_signer_of_its_own_remembers_across_a_restored_folder(self):
        ledger = self.ledger("--rule-set", "open")
        key = self.folder / "away.key"
        shutil.move(ledger.folder / "signing.key", key)
        before = self.folder / "before"
        process, socket = self.signer(key, "test.example/ledger")
        self.served_with(ledger, socket)
        ledger.cli("submit", "-", stdin=unit("u1"))
        ledger.cli("checkpoint")
        ledger.stop()
        ledger.log.unlink()
        shutil.copytree(ledger.folder, before)
        self.served_with(ledger, socket).cli("submit", "-", stdin=unit("u2"))
        ledger.cli("checkpoint")
        # The signer is killed: nothing is signed, everything else goes on; started again, it signs.
        process.kill()
        process.wait()
        self.assert_says(ledger.cli("checkpoint"), "test.example/ledger")  # it was signed before
        ledger.cli("submit", "-", stdin=unit("u3"))
        self.assert_says(ledger.cli("checkpoint", expect=COULD_NOT), "Is `counterfoil signer`")
        process, socket = self.signer(key, "test.example/ledger")
        ledger.cli("checkpoint")
        ledger.stop()
        # Somebody puts an old copy back, and records something else: the folder cannot tell.
        copy = Ledger(before)
        self.addCleanup(copy.close)
        self.served_with(copy, socket).cli("submit", "-", stdin=unit("other"))
        self.assert_says(copy.cli("checkpoint", expect=ANSWER_IS_NO), "older copy of itself")
        copy.cli("submit", "-", stdin=unit("other-2"))
        self.assert_says(copy.cli("checkpoint", expect=ANSWER_IS_NO), "another tree of 5 records")
        copy.stop()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(30 * SLOWNESS), 0)
        self.assertFalse(os.path.exists(socket))

    def test_a_signer_takes_part_in_a_rotation_only_when_allowed(self):
        ledger = self.ledger()
        key = self.folder / "away.key"
        shutil.move(ledger.folder / "signing.key", key)
        process, socket = self.signer(key, "test.example/ledger")
        self.assert_says(ledger.cli("rotate-key", "--signer", socket, expect=ANSWER_IS_NO),
                         "--allow-rotation")
        process.kill()
        process.wait()
        _, socket = self.signer(key, "test.example/ledger", "--allow-rotation")
        ledger.cli("rotate-key", "--signer", socket)
        ledger.cli("checkpoint")

    def test_a_restored_copy_goes_on_under_a_name_of_its_own(self):
        ledger = self.ledger("--rule-set", "open")
        ledger.start().cli("submit", "-", stdin=unit("u1"))
        ledger.stop()
        copy = self.folder / "copy"
        shutil.copytree(ledger.folder, copy)
        ledger.start().cli("submit", "-", stdin=unit("u2"))
        last = self.folder / "last"
        ledger.cli("checkpoint", "--out", last)
        ledger.stop()
        new = self.folder / "new"
        said = cli("--ledger", new, "restore", copy, "--last-checkpoint", last)
        self.assert_says(said, "Restored 3 records", "test.example/ledger/e1",
                         "signs 1 records that the copy does not have")
        restored = Ledger(new)
        self.addCleanup(restored.close)
        restored.start().cli("submit", "-", stdin=unit("u2"))
        self.assertIn("test.example/ledger/e1\n5\n", restored.cli("checkpoint").out)
        self.assert_says(restored.cli("verify"), "5 records")
        event = restored.events("--from", "e1:3")[0]
        self.assertEqual(event["epoch"], 1)
        self.assertEqual(event["fact"]["ledgerOpened"]["predecessorCheckpoint"], last.read_text())
        web = self.folder / "web"
        restored.cli("publish", web)
        key = event["fact"]["ledgerOpened"]["verifierKey"]
        run(program("counterfoil-verify"), "log", web, "--key", key, expect=0)
        # A damaged copy is refused, and what was made of it does not open.
        (copy / "shown").write_bytes(b"\0" * 8192)
        bad = self.folder / "bad"
        cli("--ledger", bad, "restore", copy, expect=COULD_NOT)
        self.assertEqual(list(bad.iterdir()), [])


if __name__ == "__main__":
    main()
