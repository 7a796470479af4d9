"""A load on a daemon, and whether its journal holds what was promised."""

import collections
import time

import support


def loadgen(ledger, acks, *options):
    return [support.program("loadgen"), "--connect", ledger.address, "--token-file",
            str(ledger.token_file), "--acks", str(acks), *map(str, options)]


def read_acks(path):
    """Each command's fate by its id: (word, first sequence, count), or (word, …)."""
    fates = {}
    for line in path.read_text().splitlines():
        word, command, *rest = line.split(" ")
        if command in fates:
            raise AssertionError(f"{command} was answered twice: {fates[command]} and {line}")
        fates[command] = (word, *(int(number) for number in rest if number.isdigit()))
    return fates


def wait_for_answers(path, count, process):
    """Returns when so many answers are in the file: the load is under way."""
    limit = time.monotonic() + 60 * support.SLOWNESS
    while not path.exists() or path.read_bytes().count(b"\n") < count:
        if process.poll() is not None or time.monotonic() > limit:
            raise AssertionError("the load did not begin")
        time.sleep(0.002)


def commands_of(events):
    """The journal's events by command id, in order."""
    commands = collections.defaultdict(list)
    for event in events:
        commands[event["commandId"]].append(event)
    return commands


class JournalCase(support.Case):
    def check_journal(self, events):
        """Sequences have no gap, and a command's facts stand together, first to last."""
        for place, event in enumerate(events):
            self.assertEqual(int(event.get("sequence", 0)), place)
        for command, facts in commands_of(events).items():
            count = facts[0]["factCount"]
            self.assertEqual(len(facts), count, f"{command} is not in the journal whole, once")
            first = int(facts[0].get("sequence", 0))
            for index, fact in enumerate(facts):
                self.assertEqual((fact.get("factIndex", 0), fact["factCount"]), (index, count))
                self.assertEqual(int(fact.get("sequence", 0)), first + index)

    def check_promises(self, events, fates):
        # Not assertIn and the like: where they fail they would print the whole journal.
        commands = commands_of(events)
        for command, fate in fates.items():
            if fate[0] in ("recorded", "again"):
                facts = commands.get(command)
                self.assertTrue(facts, f"{command} was acknowledged and is not in the journal")
                found = int(facts[0].get("sequence", 0)), len(facts)
                self.assertEqual(found, fate[1:], f"{command} is not where it was acknowledged")
            elif fate[0] == "failed":
                self.assertFalse(command in commands,
                                 f"{command} was answered as not recorded, and is there")
