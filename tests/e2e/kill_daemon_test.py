#!/usr/bin/env python3
"""Whatever a daemon acknowledged is in the journal once and whole, however often it was killed."""

import collections
import os
import random
import subprocess
import time

import support
from journal_checks import JournalCase, commands_of, loadgen, read_acks, wait_for_answers

KILLS = 50
SEED = int(os.environ.get("COUNTERFOIL_E2E_SEED", "20240301"))


class KilledDaemon(JournalCase):
    def load_and_kill(self, ledger, acks, chance, seed, batch):
        process = subprocess.Popen(
            loadgen(ledger, acks, "--connections", 4, "--seconds", 60, "--seed", seed,
                    "--facts-per-command", 6, "--batch", batch),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for_answers(acks, 1, process)
            time.sleep(chance.uniform(0, 0.25))
            ledger.kill()
            process.wait(60 * support.SLOWNESS)
        finally:
            process.kill()
            process.wait()

    def test_fifty_kills_lose_and_tear_and_double_nothing(self):
        print(f"seed {SEED}", flush=True)
        chance = random.Random(SEED)
        ledger = self.ledger("--rule-set", "open")
        fates, rounds = {}, []
        for kill in range(KILLS):
            acks = self.folder / f"acks-{kill}"
            batch = chance.choice((1, 1, 3, 20))
            ledger.start()
            self.load_and_kill(ledger, acks, chance, kill, batch)
            found = read_acks(acks)
            rounds.append((kill, batch, found))
            fates.update(found)

        events = ledger.events()
        self.check_journal(events)
        self.check_promises(events, fates)
        words = collections.Counter(fate[0] for fate in fates.values())
        present = commands_of(events)
        lost_and_there = sum(fate[0] == "lost" and command in present
                             for command, fate in fates.items())
        print(f"{KILLS} kills, {len(events)} events, commands: {dict(words)}; of the lost ones "
              f"{lost_and_there} are in the journal", flush=True)
        self.assertGreater(words["recorded"], KILLS, "did not exercise a load")
        self.assertGreater(words["lost"], KILLS // 2, "did not kill under load")
        self.assertGreater(max(len(facts) for facts in present.values()), 6,
                           "did not exercise commands of several facts")
        self.check_again(ledger, chance, rounds, len(events), present)

    def check_again(self, ledger, chance, rounds, size, present):
        """The same commands sent again get the answers that they got; only lost ones are added."""
        ledger.start()
        fresh = 0
        for kill, batch, before in chance.sample(rounds, 5):
            sent = collections.Counter(command.rsplit("/", 1)[0] for command in before)
            acks = self.folder / f"again-{kill}"
            support.run(*loadgen(ledger, acks, "--connections", 4, "--commands",
                                 max(sent.values()), "--seed", kill, "--facts-per-command", 6,
                                 "--batch", batch), expect=support.DONE)
            for command, fate in read_acks(acks).items():
                if command in present:
                    facts = present[command]
                    self.assertEqual(fate, ("again", int(facts[0]["sequence"]), len(facts)))
                else:
                    self.assertEqual(fate[0], "recorded")
                    fresh += fate[2]
        self.assertEqual(ledger.size(), size + fresh)
        self.assertEqual(ledger.stop(), support.DONE)


if __name__ == "__main__":
    support.main()
