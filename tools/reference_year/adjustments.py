"""What changes budgets during the year: requests of legs, and what payments must leave for them.

Each line takes part in at most one plain request a year, so that no leg needs another one's money;
only the contingency reserve, far larger than what is drawn on it, takes part in several.
"""

from collections import namedtuple

from reference_year import budget, files, money, registry
from reference_year.days import date, drawn, on_or_before, timedelta
from reference_year.money import YUAN, apportion, per_mille
from reference_year.random64 import Random

EARMARKED = 3  # supplements a year
IDLE = 2  # projects a year that carry money over and then are suspended
CUT_IN_2024 = 14000000 * YUAN  # for unsatisfactory evaluations: at the start and during the year


# purpose: the project that earmarked money is for.
Transfer = namedtuple("Transfer", "tag year fund amount purpose received_on")


class Leg:
    def __init__(self, request, line, amount, vintage, source_tag):
        self.request = request
        self.line = line
        self.amount = amount
        self.vintage = vintage
        self.source_tag = source_tag


class Request:
    def __init__(self, kind, cause, decided_on, role, reason, pool=""):
        self.kind = kind
        self.cause = cause
        self.decided_on = decided_on
        self.role = role
        self.reason = reason
        self.pool = pool
        self.legs = []
        self.is_reversed = False
        self.proposed_on = None  # of those under the city's rules
        self.evidence = []

    def move(self, line, amount, vintage=None, source_tag=""):
        """Adds a leg; what it takes away is kept out of the line's payments."""
        leg = Leg(self, line, amount, vintage or line.year, source_tag)
        self.legs.append(leg)
        line.legs.append(leg)
        line.withheld += max(0, -amount)


class Year:
    """The lines of a year that no request has touched, and the requests made so far."""

    def __init__(self, random, book, reserve, year, untouchable, classes):
        self.random = random
        self.book = book
        self.reserve = reserve
        self.year = year
        self.free = random.shuffled(line for line in book.values()
                                    if line.year == year and line.place not in untouchable)
        self.classes = classes
        self.requests = []
        self.transfers = []

    def receive(self, request, line, amount, purpose=None):
        """A transfer that a request passes on; its tag."""
        tag = f"TR-{files.CITY}-{self.year}-{len(self.transfers) + 1:02d}"
        day = on_or_before(request.decided_on - timedelta(days=7))
        self.transfers.append(Transfer(tag, self.year, line.fund, amount, purpose, day))
        return tag

    def take(self, wanted=lambda line: True, less=False):
        """The next free line that is wanted; None where there is none. `less`: it is to give money
        away, as the three guarantees and debt service never do."""
        line = next((line for line in self.free if wanted(line)
                     and not (less and self.classes.is_rigid(line.place))), None)
        if line:
            self.free.remove(line)
        return line

    def request(self, kind, cause, first, last, role, reason, pool=""):
        """`first` and `last`: (month, day) between which it is decided."""
        day = drawn(self.random, date(self.year, *first), date(self.year, *last))
        self.requests.append(Request(kind, cause, day, role, reason, pool))
        return self.requests[-1]

    def part(self, line, low, high):
        """Some of the line, in per mille of its original, in whole hundreds of yuan, never zero."""
        amount = per_mille(line.original, self.random.between(low, high))
        return max(amount - amount % (100 * YUAN), 100 * YUAN)


def is_general(line):
    return line.fund == registry.GENERAL


def supplements(year, earmarked):
    for _ in range(EARMARKED):
        line = year.take(lambda line: line.place in earmarked)
        if line:
            request = year.request("supplement", "other", (4, 3), (8, 28), "finance",
                                   "上级专项转移支付下达")
            amount = year.part(line, 20, 50)
            request.move(line, amount, None, year.receive(request, line, amount, line.project))
    for _ in range(24):
        request = year.request("supplement", "other", (4, 3), (8, 28), "finance",
                               year.random.pick(["上级转移支付追加", "新增政策性支出", "年中追加"]))
        for _ in range(year.random.pick([1, 1, 1, 2])):
            line = year.take()
            request.move(line, year.part(line, 10, 50))
    for _ in range(2):
        request = year.request("reserveDraw", "other", (7, 10), (8, 20), "government", "防汛救灾动支预备费")
        line = year.take(is_general)
        amount = year.part(line, 10, 20)
        request.move(year.reserve, -amount)
        request.move(line, amount)


def virement(year, first, last):
    """Within a department and a fund; it sums to zero."""
    given = year.take(less=True)
    department = given.place.unit.department
    received = [year.take(lambda line: line.fund == given.fund
                          and line.place.unit.department == department)
                for _ in range(year.random.pick([1, 1, 2, 3]))]
    received = [line for line in received if line]
    if not received:
        return None
    request = year.request("virement", "other", first, last, "department", "部门内项目间调剂")
    limits = [per_mille(line.original, 40) for line in received]
    amount = min(year.part(given, 8, 30), sum(limits))
    request.move(given, -amount)
    for line, part in zip(received, apportion(amount, limits)):
        request.move(line, part)
    return request


def reductions(year):
    for cause, reason in (("austerity", "压减一般性支出"), ("fiveFactors", "五挂钩审核调减"),
                          ("monitoring", "监控红灯项目调减"), ("policyExpired", "政策到期调减")):
        for _ in range(3):
            request = year.request("reduction", cause, (10, 10), (11, 20), "finance", reason)
            line = year.take(lambda line: line.pace == "slow" or cause != "monitoring", less=True)
            request.move(line, -year.part(line, 10, 40))


def reductions_for_grade(year, plan):
    """In 2024 three, that bring the cut to what the report says; in 2025 one."""
    graded = [year.book[year.year, place, registry.GENERAL]
              for place in plan.unsatisfactory(year.year - 1)
              if plan.grade_in_force(year.year - 1, place) == "medium"]
    graded.sort(key=lambda line: -line.original)
    if year.year == 2024:
        cut = sum(line.cut_for_grade for line in year.book.values() if line.year == 2024)
        chosen = graded[:3]
        parts = apportion(CUT_IN_2024 - cut, [line.original for line in chosen])
    else:
        chosen, parts = graded[-1:], [year.part(graded[-1], 10, 30)]
    for line, part in zip(chosen, parts):
        assert 0 < part < line.original // 4, "the cut for grade does not fit the line"
        request = year.request("reduction", "grade", (7, 15), (9, 20), "finance",
                               "上年评价结果不理想且整改未到位，压减预算")
        request.move(line, -part)


def stop_one(year):
    """A project is stopped in October; `settle` takes the rest when its payments are known."""
    request = year.request("cancellation", "other", (10, 12), (10, 20), "government", "项目终止，取消预算")
    line = year.take(lambda line: line.pace == "slow" and is_general(line) and not line.legs
                     and line.place.is_single_general(), less=True)
    line.is_stopped = True
    request.move(line, 0)


def settle(requests):
    for request in requests:
        if request.kind == "cancellation":
            leg = request.legs[0]
            leg.amount = -leg.line.current(date(leg.line.year, 12, 31)) + sum(
                payment.amount for payment in leg.line.payments)


def pooling(year):
    """Unspent money goes into a pool in autumn; less than that leaves it before the year ends."""
    pool, taken = budget.pool(year.year), {}
    own = [f"stock-{year.year}-{number}{files.ELSEWHERE}" for number in (1, 2)]
    for number in range(16):
        line = year.take(lambda line: is_general(line) and (line.pace == "slow") == (number < 10),
                         less=True)
        amount = year.part(line, *((80, 200) if line.pace == "slow" else (10, 40)))
        cause = "monitoring" if line.pace == "slow" else "other"
        request = year.request("clawback", cause, (10, 15), (11, 10), "finance",
                               "收回沉淀资金统筹使用", pool)
        # Some of it had come from a higher level, which does not mind what it is spent on.
        tag = own[number % 2] if number % 8 else year.receive(request, line, amount)
        request.move(line, -amount, None, tag)
        taken[tag] = taken.get(tag, 0) + amount
    for tag, amount in taken.items():
        weights = [year.random.between(50, 150) for _ in range(2)]
        for part in apportion(amount * 85 // 100, weights):
            allocate(year, (11, 20), (12, 12), part, tag)


def allocate(year, first, last, part, tag=""):
    """Out of the year's pool, to one project or two."""
    request = year.request("poolAllocation", "other", first, last, "government",
                           "统筹用于民生急需", budget.pool(year.year))
    for amount in apportion(part, year.random.pick([[1], [2, 1]])):
        line = year.take(lambda line: is_general(line) and line.original > 2000000 * YUAN)
        request.move(line, amount, None, tag)


def spend_savings(year):
    """Half of what was saved across the board goes to what is urgent."""
    saved = sum(line.cut_across_the_board for line in year.book.values() if line.year == year.year)
    if saved:
        allocate(year, (3, 4), (5, 10), saved // 2)


def carry_over(year, ordinary):
    """Out of the old year's line into the new year's, once both exist. Money for wages and running
    costs never is; some of what is lies idle for another year."""
    for number in range(30):
        line = year.take(lambda line: line.place.category == "T" and not line.is_idle
                         and year.year + 1 in line.place.projects
                         and line.place.projects[year.year + 1] == line.project
                         and (number >= IDLE or line.place in ordinary))
        following = year.book[year.year + 1, line.place, line.fund]
        following.is_idle = number < IDLE
        amount = year.part(line, 10, 40)
        day = drawn(year.random, date(year.year + 1, 1, 24), date(year.year + 1, 1, 31))
        request = Request("carryOver", "other", day, "finance", "年终结转")
        request.move(line, -amount, year.year)
        request.move(following, amount, year.year)
        year.requests.append(request)


def mistakes(year):
    """Requests of 2024 that are reversed later in the year."""
    for _ in range(2):
        request = year.request("supplement", "other", (10, 16), (11, 8), "finance", "年中追加（重复录入）")
        line = year.take()
        request.move(line, year.part(line, 10, 30))
        request.is_reversed = True
    wrong = None
    while wrong is None:
        wrong = virement(year, (10, 16), (11, 8))
    wrong.is_reversed = True


def plan_all(seed, book, reserves, plan, classes):
    """Every request but those of the years' ends, and the transfers that some of them pass on."""
    requests, transfers = [], []
    ordinary = {place for place in plan.ordinary({line.place for line in book.values()})
                if place not in classes.earmarked
                and not any(line.is_priority for line in book.values() if line.place is place)}
    for number in registry.YEARS:
        # Whatever "the budget of the evaluated year" is taken to mean, the key evaluations made
        # in 2024 cover the same sum: their lines of 2023 are never adjusted.
        fixed = list(plan.key[2024]) if number == 2023 else plan.unsatisfactory(number - 1)
        year = Year(Random(seed, f"adjustments {number}"), book, reserves[number], number, fixed,
                    classes)
        if number > 2023:
            reductions_for_grade(year, plan)
        stop_one(year)
        pooling(year)
        reductions(year)
        supplements(year, classes.earmarked)
        spend_savings(year)
        for _ in range(14):
            virement(year, (5, 8), (11, 25))
        if number < registry.YEARS[-1]:
            carry_over(year, ordinary)
        if number == 2024:
            mistakes(year)
        requests += year.requests
        transfers += year.transfers
    return requests, transfers


def number(requests):
    requests.sort(key=lambda request: request.decided_on)
    numbered = {}
    for request in requests:
        year = request.decided_on.year
        numbered[year] = numbered.get(year, 0) + 1
        request.id = f"A-{files.CITY}-{year}-{numbered[year]:04d}"
        request.document = f"云财预〔{year}〕{100 + numbered[year]}号"


def table(requests):
    groups = [[[request.id, request.kind, request.cause, request.pool, request.decided_on,
                request.document, request.role, request.reason, leg.line.year,
                leg.line.project.code, leg.line.fund, leg.vintage, leg.source_tag,
                money.text(leg.amount), f"proposal/{request.id}" if request.proposed_on else "",
                " ".join(request.evidence)]
               for leg in request.legs] for request in requests]
    return files.Table("adjustments.csv", (
        "request kind cause pool decided_on document role reason fiscal_year project fund vintage"
        " source_tag amount proposal evidence").split(), groups)
