"""Decisions about a small invented city, recorded over HTTP without end, whatever is killed."""

import collections
import contextlib
import http.client
import json
import random
import threading
import time

import support
from http_client import NDJSON, Client


UNITS = 5


class City(threading.Thread):
    """Records while its context lasts. What gets no answer is sent again under the same id."""

    def __init__(self, ledger, seed):
        super().__init__()
        self.chance, self.client = random.Random(seed), Client(ledger)
        self.told, self.error = threading.Event(), None
        self.counts = collections.Counter()  # commands by their kind and what became of them
        self.serial = self.batches = self.sent_again = self.recorded_before = 0
        self.lines, self.commitments, self.payments = [], [], []
        self.reversible = collections.deque(maxlen=200)  # (kind, sequence)

    def run(self):
        try:
            while not self.told.is_set():
                self.record([self.decision() for _ in range(self.chance.choice((1, 1, 1, 2, 8)))])
        except Exception as error:  # of another thread: __exit__ raises it
            self.error = error

    def __enter__(self):
        self.record([("unit", [{"unitRegistered": {"unit": f"U{n}", "name": f"U{n}"}}],
                      lambda first: None) for n in range(UNITS)])
        self.record([("project", *self.project()) for _ in range(20)])
        self.start()
        return self

    def __exit__(self, *_):
        self.told.set()
        self.join()
        self.client.close()
        if self.error is not None:
            raise self.error

    def __str__(self):
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(self.counts.items()))
        return (f"{counts}; {self.sent_again} times sent again, {self.recorded_before} were "
                "recorded before")

    def decision(self):
        """(kind, facts, what to do with the sequence of the first one)."""
        kind = self.chance.choices(
            ("project", "appropriation", "adjustment", "virement", "commitment", "payment",
             "refund", "reversal"), (4, 8, 25, 15, 20, 25, 3, 8))[0]
        return kind, *getattr(self, kind)()

    def amount(self):
        return self.chance.randint(1, 10**self.chance.randint(2, 12))

    def line(self):
        return self.chance.choice(self.lines)

    def project(self):
        self.serial += 1
        name, unit = f"P{self.serial}", f"U{self.serial % UNITS}"
        lines = [f"line/2024/{name}/{fund}/net/-" for fund in ("general", "debt")]
        facts = [{"projectProposed": {"project": name, "unit": unit, "name": name,
                                      "category": "T"}},
                 *({"lineOpened": {"line": line}} for line in lines)]
        return facts, lambda first: self.opened(lines, first)

    def opened(self, lines, first):
        """The second line may be closed again, as long as nothing rests on it."""
        self.lines.append(lines[0])
        if self.chance.random() < 0.5:
            self.lines.append(lines[1])
        else:
            self.reversible.append(("line", first + 2))

    def appropriation(self):
        return [{"budgetAppropriated": {"line": self.line(), "amount": str(self.amount())}}], \
            lambda first: self.reversible.append(("appropriation", first))

    def adjustment(self):
        kind, sign = self.chance.choice((("supplement", 1), ("reduction", -1), ("carryOver", 1),
                                         ("cancellation", -1), ("clawback", -1),
                                         ("poolAllocation", 1)))
        return self.adjusted(kind, (self.line(), sign * self.amount()))

    def virement(self):
        amount = self.amount()
        return self.adjusted("virement", (self.line(), amount), (self.line(), -amount))

    def adjusted(self, kind, *legs):
        adjusted = {"kind": kind, "legs": [
            {"line": line, "amount": str(amount), "vintage": 2024} for line, amount in legs]}
        if kind in ("clawback", "poolAllocation"):
            adjusted["pool"] = "city"
        return [{"budgetAdjusted": adjusted}], lambda first: self.reversible.append((kind, first))

    def commitment(self):
        line, amount = self.line(), self.amount()

        def recorded(first):
            self.commitments.append((first, line, amount))
            self.reversible.append(("commitment", first))
        return [{"commitmentRecorded": {"line": line, "amount": str(amount)}}], recorded

    def payment(self):
        line, amount, settles = self.line(), self.amount(), {}
        if self.commitments and self.chance.random() < 0.5:
            place = self.chance.randrange(len(self.commitments))
            commitment, line, committed = self.commitments.pop(place)
            settles, amount = {"commitment": commitment}, self.chance.randint(1, committed)

        def recorded(first):
            self.payments.append((first, line, amount))
            self.reversible.append(("payment", first))
        return [{"paymentRecorded": {"line": line, "amount": str(amount), **settles}}], recorded

    def refund(self):
        if not self.payments:
            return self.payment()
        payment, line, paid = self.payments.pop(self.chance.randrange(len(self.payments)))
        return [{"paymentRecorded": {"line": line, "amount": str(-self.chance.randint(1, paid)),
                                     "refundOf": payment}}], lambda first: None

    def reversal(self):
        if not self.reversible:
            return self.payment()
        place = self.chance.randrange(len(self.reversible))
        kind, sequence = self.reversible[place]
        del self.reversible[place]
        return [{"eventReversed": {"event": sequence}}], \
            lambda first: self.counts.update([f"{kind} reversed"])

    def record(self, decisions):
        """Sends commands until each is answered, and draws from the answers what may come next."""
        self.batches += 1
        body = "".join(json.dumps({"commandId": f"city-{self.batches}-{n}", "facts": facts}) + "\n"
                       for n, (_, facts, _) in enumerate(decisions))
        for (kind, _, recorded), answer in zip(decisions, self.send(body)):
            if answer["status"] in (200, 201):
                self.counts[kind] += 1
                self.recorded_before += answer["status"] == 200
                recorded(int(answer["first"]))
            elif answer["status"] == 422:
                self.counts[f"{kind} refused"] += 1
            else:
                raise AssertionError(answer)

    def send(self, body):
        limit = time.monotonic() + 60 * support.SLOWNESS
        while time.monotonic() < limit:
            with contextlib.suppress(OSError, http.client.HTTPException):
                answers = self.client.post("/v1/commands", body, 200, Content_Type=NDJSON).lines
                if len(answers) == body.count("\n"):
                    self.client.answers.clear()
                    return answers
            self.client.close()
            self.sent_again += 1
            time.sleep(0.02)
        raise AssertionError("the daemon does not answer")
