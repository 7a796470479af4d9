#!/usr/bin/env python3
"""The daemon looks at what it is started with: its options, its secrets, and its limits."""

import json
import resource
import subprocess

import support


class Daemon(support.Case):
    def refused(self, ledger, *options, expect=support.WRONG_USAGE):
        return support.run(support.program("counterfoild"), "--ledger", ledger.folder, "--listen",
                           "127.0.0.1:0", *options, seconds=20, expect=expect)

    def test_a_configuration_holds_known_options_only(self):
        # Cause: what was not known was passed over, so that a mistyped option had no effect.
        ledger = self.ledger()
        config = self.folder / "config.toml"
        for text in ('listenx = "127.0.0.1:0"', "#!/bin/sh\nset -e\nexec true\n",
                     '[section]\nlisten = "127.0.0.1:0"'):
            config.write_text(text)
            self.refused(ledger, "--config", config)
        config.write_text(f'ledger = "{ledger.folder}"\nlisten = "nowhere"\n')
        outcome = support.run(support.program("counterfoild"), "--config", config,
                              expect=support.WRONG_USAGE)
        self.assert_says(outcome, "nowhere")

    def test_secrets_that_are_none_are_not_served_with(self):
        ledger = self.ledger()
        token = ledger.token_file.read_text()
        ledger.token_file.chmod(0o644)
        self.assert_says(self.refused(ledger, expect=support.COULD_NOT), "chmod 600")
        ledger.token_file.chmod(0o600)
        ledger.token_file.write_text("short\n")
        self.assert_says(self.refused(ledger), "64 hexadecimal digits", "openssl rand -hex 32")
        ledger.token_file.unlink()
        outcome = self.refused(ledger, expect=support.COULD_NOT)
        # What it says to do is all that there is to do.
        subprocess.run(outcome.err.split("`")[1], shell=True, check=True)
        self.assertNotEqual(ledger.token_file.read_text(), token)
        key = ledger.folder / "signing.key"
        key.chmod(0o640)
        self.assert_says(self.refused(ledger, expect=support.COULD_NOT), "chmod 600")
        key.unlink()
        ledger.start()
        self.assertEqual(ledger.size(), 2)
        self.assertIn("signing.key is missing: put it back", ledger.log.read_text())

    def test_a_file_that_may_not_grow_is_a_refusal(self):
        # Cause: the signal that comes first ended the daemon, which said nothing.
        ledger = self.ledger().start()
        resource.prlimit(ledger.process.pid, resource.RLIMIT_FSIZE, (200_000, 200_000))
        units = "".join(json.dumps({"commandId": f"u{n}", "facts": [
            {"unitRegistered": {"unit": f"u{n}", "name": "n" * 500}}]}) + "\n" for n in range(2000))
        outcome = support.run(*ledger.arguments("submit", "-"), stdin=units)
        self.assert_says(outcome, "stopped recording", "File too large")
        self.assertIsNone(ledger.process.poll(), "the daemon ended")
        recorded = ledger.size()
        self.assertEqual(ledger.stop(), support.DONE)
        self.assertEqual(ledger.size(), recorded)


if __name__ == "__main__":
    support.main()
