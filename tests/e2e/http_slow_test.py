#!/usr/bin/env python3
"""A thousand clients that send a byte a second, while an ordinary one is served."""

import selectors
import time

import support
from http_client import Client

SLOW = 1_000
SECONDS = 14  # longer than a head may take


class Slow(support.Case):
    def test_a_thousand_slow_clients_hold_up_nobody_and_are_sent_away(self):
        ledger = self.ledger("--rule-set", "open").start()
        client = Client(ledger)
        self.addCleanup(client.close)
        request = b"GET /v1/budgets HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100
        slow = [client.connect() for _ in range(SLOW)]
        answers = {}
        selector = selectors.DefaultSelector()
        for peer in slow:
            peer.setblocking(False)
            selector.register(peer, selectors.EVENT_READ)
        waits, sent = [], 0
        begun = time.monotonic()
        while time.monotonic() - begun < SECONDS * support.SLOWNESS and len(answers) < SLOW:
            if time.monotonic() - begun >= sent:
                for peer in slow:
                    if peer not in answers:
                        try:
                            peer.send(request[sent:sent + 1])
                        except OSError:
                            pass  # it was sent away meanwhile
                sent += 1
            asked = time.monotonic()
            client.get("/v1/units")
            number = len(waits)
            client.record({"unitRegistered": {"unit": f"U{number}", "name": "N"}},
                          prefix=f"c{number}")
            waits.append(time.monotonic() - asked)
            for key, _ in selector.select(0):
                try:
                    answers.setdefault(key.fileobj, key.fileobj.recv(4096))
                except OSError:
                    answers.setdefault(key.fileobj, b"")
                selector.unregister(key.fileobj)
            time.sleep(0.01)
        self.assertEqual(len(answers), SLOW)
        right = sum(text.startswith(b"HTTP/1.1 408 ") for text in answers.values())
        self.assertEqual(right, SLOW)
        self.assertLess(sorted(waits)[len(waits) * 95 // 100], 1 * support.SLOWNESS)
        for peer in slow:
            peer.close()
        client.get("/v1/budgets")
        limit = time.monotonic() + 20 * support.SLOWNESS
        while time.monotonic() < limit:
            if b"counterfoil_http_connections 1\n" in client.get("/metrics").body:
                return
            time.sleep(0.1)
        self.fail("connections were left behind")


if __name__ == "__main__":
    support.main()
