#!/usr/bin/env python3
"""A daemon that is asked to stop keeps what it acknowledged, and refuses the rest aloud."""

import re
import subprocess
import time

import support
from journal_checks import JournalCase, loadgen, read_acks, wait_for_answers


class StoppedDaemon(JournalCase):
    def stop_under_load(self, ledger, name, *options):
        acks = self.folder / name
        process = subprocess.Popen(loadgen(ledger, acks, *options), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        try:
            wait_for_answers(acks, 40, process)
            time.sleep(0.1)
            status = ledger.stop()
            process.communicate(timeout=60 * support.SLOWNESS)
        finally:
            process.kill()
            process.wait()
        self.assertEqual(status, support.DONE)
        self.assertEqual(process.returncode, support.ANSWER_IS_NO)
        return read_acks(acks)

    def test_sigterm_under_load_keeps_every_promise_and_logs_the_size(self):
        ledger = self.ledger("--rule-set", "open")
        fates = {}
        for turn, batch in enumerate((1, 50, 1, 200)):
            ledger.start()
            found = self.stop_under_load(ledger, f"acks-{turn}", "--connections", 4, "--seconds",
                                         60, "--seed", turn, "--batch", batch)
            self.assertTrue(any(fate[0] != "recorded" for fate in found.values()),
                            "did not stop under load")
            fates.update(found)
            stopped = re.findall(r"stopped with (\d+) records", ledger.log.read_text())
            self.assertEqual(len(stopped), turn + 1)
            self.assertEqual(int(stopped[-1]), len(ledger.events()))
        events = ledger.events()
        self.check_journal(events)
        self.check_promises(events, fates)

    def test_an_idle_daemon_stops_at_once_with_clients_connected(self):
        ledger = self.ledger("--rule-set", "open").start()
        follower = subprocess.Popen(ledger.arguments("tail"), stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE)
        try:
            self.assertIn(b"ledgerOpened", follower.stdout.readline())
            before = time.monotonic()
            self.assertEqual(ledger.stop(), support.DONE)
            self.assertLess(time.monotonic() - before, 10 * support.SLOWNESS)
            _, err = follower.communicate(timeout=60 * support.SLOWNESS)
            self.assertEqual(follower.returncode, support.COULD_NOT)
            self.assertIn(b"the ledger is stopping: go on with `counterfoil tail --from 2`", err)
        finally:
            follower.kill()
            follower.communicate()


if __name__ == "__main__":
    support.main()
