"""Mistakes undone by an opposite fact: payments booked twice, requests recorded wrongly."""

from reference_year import departments, files
from reference_year.approvals import Approval
from reference_year.days import drawn, on_or_after, timedelta
from reference_year.random64 import Random


class Reversal:
    def __init__(self, random, kind, event, recorded_on, reason):
        self.kind = kind
        self.event = event
        self.reason = reason
        self.proposed_on = drawn(random, recorded_on + timedelta(days=1),
                                 recorded_on + timedelta(days=4))
        self.approved_on = on_or_after(self.proposed_on + timedelta(days=random.between(0, 2)))
        self.decided_on = on_or_after(self.approved_on + timedelta(days=random.between(0, 3)))


def draw(seed, doubles, requests):
    random = Random(seed, "reversals")
    made = [Reversal(random, "payment", payment.id, payment.paid_on, "重复入账，予以冲销")
            for payment in doubles]
    made += [Reversal(random, "adjustment", request.id, request.decided_on, "录入有误，予以冲销")
             for request in requests if request.is_reversed]
    made.sort(key=lambda one: (one.decided_on, one.event))
    for number, one in enumerate(made, 1):
        one.id = f"V-{files.CITY}-{number:04d}"
    return made


def approvals(made):
    return [Approval(f"reversal-proposal/{one.id}", "approved", f"{departments.CITY_NAME}财政局",
                     one.approved_on) for one in made]


def proposal_table(made):
    return files.single_rows(
        "reversal_proposals.csv", "reversal kind_of_event event proposed_on reason",
        [[one.id, one.kind, one.event, one.proposed_on, one.reason]
         for one in sorted(made, key=lambda one: (one.proposed_on, one.id))])


def table(made):
    return files.single_rows(
        "reversals.csv", "reversal kind_of_event event decided_on document reason",
        [[one.id, one.kind, one.event, one.decided_on,
          f"云财更〔{one.decided_on.year}〕{one.decided_on.month}号", one.reason] for one in made])
