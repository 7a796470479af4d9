"""What unsatisfactory grades led to: cuts of the next year's money, or a waiver with a reason."""

from reference_year import files
from reference_year.days import date, drawn, timedelta
from reference_year.plan import UNSATISFACTORY
from reference_year.random64 import Random

WAIVED_OWN = 600  # per mille of the unsatisfactory self-evaluations; the others are left open
WAIVED_LAST = 2   # of the evaluations made in 2025, whose next budget is not in these files
WAIVERS = ["评价发现问题已于当年整改完毕", "客观原因导致目标未完成，情况说明经核实"]


def cuts(book, requests, year, place):
    """What takes money away in a year for the grade before: ids, and the last day."""
    ids, last = [], date(year, 1, 31)
    for line in book.values():
        if (line.year, line.place) == (year, place) and line.cut_for_grade:
            ids.append(f"{line.id}#1")
    for request in requests:
        if request.cause == "grade" and request.legs[0].line.place is place \
                and request.legs[0].line.year == year:
            ids.append(f"adjustment/{request.id}")
            last = max(last, request.decided_on)
    return ids, last


def table(seed, book, requests, evaluations):
    random, rows, waived_last = Random(seed, "results"), [], 0
    for one in evaluations:
        if one.grade not in UNSATISFACTORY or one.decided_on.year < 2023:
            continue
        made = one.decided_on.year
        if one.level != "self" and made < 2025:
            answers, day = cuts(book, requests, made + 1, one.place)
            rows.append([one.id, " ".join(answers), "", drawn(
                random, day + timedelta(days=5), day + timedelta(days=30)), "评价结果已与预算挂钩"])
            continue
        waives = random.chance(WAIVED_OWN) if one.level == "self" else waived_last < WAIVED_LAST
        waived_last += one.level != "self" and waives
        if waives:
            rows.append([one.id, "", "yes", drawn(random, one.decided_on + timedelta(days=20),
                                                  one.decided_on + timedelta(days=60)),
                         random.pick(WAIVERS)])
    rows.sort(key=lambda row: (row[3], row[0]))
    return files.single_rows("results.csv", "grade answers waived applied_on reason", rows)
