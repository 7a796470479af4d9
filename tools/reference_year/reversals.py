"""Mistakes undone by an opposite fact: payments booked twice, requests recorded wrongly."""

from reference_year import files
from reference_year.days import drawn, timedelta
from reference_year.random64 import Random


def table(seed, doubles, requests):
    random = Random(seed, "reversals")
    wrong = [("payment", payment.id, payment.paid_on, "重复入账，予以冲销") for payment in doubles]
    wrong += [("adjustment", request.id, request.decided_on, "录入有误，予以冲销")
              for request in requests if request.is_reversed]
    rows = []
    for kind, event, recorded_on, reason in wrong:
        day = drawn(random, recorded_on + timedelta(days=5), recorded_on + timedelta(days=14))
        rows.append([kind, event, day, f"云财更〔{day.year}〕{day.month}号", reason])
    rows.sort(key=lambda row: (row[2], row[1]))
    rows = [[f"V-{files.CITY}-{number:04d}"] + row for number, row in enumerate(rows, 1)]
    return files.Table("reversals.csv", (
        "reversal kind_of_event event decided_on document reason").split(), [[row] for row in rows])
