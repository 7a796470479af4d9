"""Four eyes: what is proposed before it is decided, and who approved it."""

from collections import namedtuple

from reference_year import departments, files, money
from reference_year.adjustments import Leg, Request
from reference_year.days import IN_FORCE, date, drawn, on_or_after, on_or_before, timedelta
from reference_year.random64 import Random

BUREAU = f"{departments.CITY_NAME}财政局"
AUTHORITIES = {"government": f"{departments.CITY_NAME}人民政府", "department": BUREAU,
               "finance": BUREAU}
REJECTED = 6

Approval = namedtuple("Approval", "of verdict authority approved_on")


def of_targets(seed, targets):
    random = Random(seed, "target approvals")
    return [Approval(target.id, "approved", BUREAU,
                     drawn(random, date(target.year - 1, 12, 1), target.approved_on))
            for target in targets if target.approved_on >= IN_FORCE]


def propose(seed, requests):
    """Says of each request under the city's rules when it was proposed; gives the approvals. A few
    more are proposed, and rejected."""
    random = Random(seed, "proposals")
    made, under_rules = [], [one for one in requests if one.decided_on >= IN_FORCE]
    for request in under_rules:
        request.approved_on = on_or_before(request.decided_on
                                           - timedelta(days=random.between(0, 2)))
        first = on_or_before(request.approved_on - timedelta(days=random.between(1, 6)))
        # What is carried over enters lines that are opened in January.
        opened = on_or_after(date(request.decided_on.year, 1, 19))
        request.proposed_on = max(first, opened) if request.decided_on.month == 1 else first
        request.approved_on = max(request.approved_on, request.proposed_on)
        made.append(Approval(f"proposal/{request.id}", "approved", AUTHORITIES[request.role],
                             request.approved_on))
    return made


def rejected(seed, book):
    """Supplements of 2024 that were proposed and rejected: nothing came of them."""
    random = Random(seed, "rejected proposals")
    lines = random.sample([line for line in book.values() if line.year == 2024], REJECTED)
    made, approvals = [], []
    for number, line in enumerate(lines, 1):
        request = Request("supplement", "other", date(2024, 12, 31), "finance", "申请追加预算")
        request.legs.append(Leg(request, line, line.original // 10, 2024, ""))
        request.id = f"R-{files.CITY}-2024-{number:04d}"
        request.proposed_on = drawn(random, date(2024, 5, 6), date(2024, 9, 27))
        made.append(request)
        approvals.append(Approval(f"proposal/{request.id}", "rejected", BUREAU,
                                  on_or_after(request.proposed_on + timedelta(days=5))))
    return made, approvals


def proposal_table(requests, rejected):
    groups = []
    for request in sorted((one for one in requests + rejected if one.proposed_on),
                          key=lambda one: (one.proposed_on, one.id)):
        groups.append([[request.id, request.kind, request.cause, request.pool,
                        request.proposed_on, request.reason, leg.line.year,
                        leg.line.project.code, leg.line.fund, leg.vintage, leg.source_tag,
                        money.text(leg.amount)] for leg in request.legs])
    return files.Table("proposals.csv", (
        "proposal kind cause pool proposed_on reason fiscal_year project fund vintage source_tag"
        " amount").split(), groups)


def table(approvals):
    rows, numbers = [], {}
    for one in sorted(approvals, key=lambda one: (one.approved_on, one.of)):
        year = one.approved_on.year
        numbers[year] = numbers.get(year, 0) + 1
        rows.append([one.of, one.verdict, one.authority, f"云批〔{year}〕{numbers[year]}号",
                     one.approved_on])
    return files.single_rows("approvals.csv", "of verdict authority document approved_on", rows)
