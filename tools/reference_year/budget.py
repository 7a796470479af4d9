"""What is appropriated: the originals of each year, with the cuts that the grades ask for."""

from reference_year import departments, files, money, registry
from reference_year.days import date, drawn
from reference_year.money import YUAN, apportion, per_mille
from reference_year.plan import UNSATISFACTORY
from reference_year.random64 import Random

EVALUATED_2024 = 440000000 * YUAN  # budgets of the key evaluations made in 2024
CEILING = {"medium": 80, "poor": 50}  # per cent of the base
ACROSS_THE_BOARD = 80
EXCEPTED = 90
SECOND_FUND = 333  # per mille of a project that has two
RESERVED = (12, 28)  # per mille of the general fund; the law has it between 1 and 3 per cent
TIERS = [(300000, 2000000)] * 6 + [(2000000, 10000000)] * 3 + [(10000000, 40000000)]  # yuan


class Line:
    """One budget line of the generator's own book."""

    def __init__(self, year, place, fund, amount, base):
        self.year = year
        self.place = place
        self.project = place.projects[year]
        self.fund = fund
        self.original = amount
        self.base = base
        self.ceiling = None
        self.cut_for_grade = 0
        self.cut_across_the_board = 0
        self.pool = ""  # that what is cut across the board goes to
        self.override = None  # authority and document that allowed it to break a rule
        self.evidence = []
        self.is_priority = False
        self.is_behind_priorities = False  # development, where its department has priorities
        self.is_idle = False  # suspended all year
        self.restated = 0     # what a statement corrected after the year
        self.legs = []       # of adjustments, reversed ones too
        self.withheld = 0    # what payments must leave for the legs that take money away
        self.is_stopped = False  # cancelled in October
        self.commitments = []
        self.payments = []

    @property
    def id(self):
        """Of the command; its second fact is the appropriation."""
        return f"budget/{self.year}/{self.project.code}/{self.fund}"

    @property
    def spendable(self):
        return self.original - self.withheld

    def current(self, by=None):
        """With the adjustments decided by a day; without a day, those that no one reversed."""
        return self.original + sum(
            leg.amount for leg in self.legs
            if (not leg.request.is_reversed if by is None else leg.request.decided_on <= by))

    def spent(self, by):
        return sum(payment.amount for payment in self.payments if payment.paid_on <= by)


def pool(year):
    return f"livelihood-{year}{files.ELSEWHERE}"


def first_totals(random, ordered, plan):
    """What each project gets in 2023; the totals of 2024 rest on it."""
    totals = {}
    for place in registry.in_force(ordered, 2023):
        totals[place] = drawn_total(random)

    def share(places, total):
        weights = [random.between(600, 1400) for _ in places]
        totals.update(zip(places, apportion(total, weights)))

    share(plan.key[2024], EVALUATED_2024)
    for grade, low, high in (("medium", 41000000, 43000000), ("poor", 7600000, 8400000)):
        graded = [place for place in plan.unsatisfactory(2023)
                  if plan.grade_in_force(2023, place) == grade]
        share(graded, random.between(low * YUAN, high * YUAN))
    return totals


def drawn_total(random):
    low, high = random.pick(TIERS)
    total = random.between(low, high) // 100 * 100 * YUAN
    return total + (random.between(0, 99999) if random.chance(250) else 0)


def split(place, total):
    if len(place.funds) == 1:
        return {place.funds[0]: total}
    second = per_mille(total, SECOND_FUND)
    return dict(zip(place.funds, (total - second, second)))


def line_of(random, plan, year, place, fund, base):
    """The line of a place that had `base` the year before."""
    grade = plan.grade_in_force(year - 1, place)
    amount = base * random.between(920, 1080) // 1000
    if base % YUAN == 0:
        amount -= amount % (100 * YUAN)
    line = Line(year, place, fund, amount, base)
    if grade in UNSATISFACTORY:
        line.ceiling = base * CEILING[grade] // 100
        line.original = line.ceiling
        if year == 2025 and random.chance(400):
            line.original -= per_mille(base, random.between(5, 40))
        except_from(line, plan)
        line.pool = pool(year) if place in plan.across_the_board[year] else ""
        line.cut_for_grade = base - line.original
    elif place in plan.across_the_board[year]:
        line.ceiling = base * ACROSS_THE_BOARD // 100
        line.original = line.ceiling
        except_from(line, plan)
        line.pool = pool(year)
        line.cut_across_the_board = base - line.original
    return line


def except_from(line, plan):
    """Some get 90 per cent of their base, above the ceiling, by leave of the city's government."""
    if line.place in plan.excepted[line.year]:
        line.original = line.base * EXCEPTED // 100
        number = plan.excepted[line.year].index(line.place) + 1
        line.override = f"{departments.CITY_NAME}人民政府", f"云政办〔{line.year}〕{number}号"


def lines(seed, ordered, plan):
    """Every line, by (year, place, fund)."""
    random = Random(seed, "budget")
    made = {}
    first = first_totals(random, ordered, plan)
    for year in registry.YEARS:
        for place in registry.in_force(ordered, year):
            total = first[place] if year == 2023 else drawn_total(random)
            for fund, amount in split(place, total).items():
                before = made.get((year - 1, place, fund))
                made[year, place, fund] = (line_of(random, plan, year, place, fund, before.original)
                                           if before else Line(year, place, fund, amount, 0))
    return made


def reserves(seed, place, book):
    """The contingency reserve's line of each year, apart from the book: nothing is paid from it."""
    random, made, base = Random(seed, "reserve"), {}, 0
    for year in registry.YEARS:
        general = sum(line.original for line in book.values()
                      if line.year == year and line.fund == registry.GENERAL)
        amount = per_mille(general, random.between(*RESERVED))
        made[year] = Line(year, place, registry.GENERAL, amount - amount % (10000 * YUAN), base)
        base = made[year].original
    return made


def schedule(seed, lines_of_city, classes):
    """When each line is decided on: what is rigid is funded first (rule R9), then what has priority
    (rule R8), then the rest."""
    random = Random(seed, "days of appropriation")
    for line in lines_of_city:
        first, last = 6, 18
        if line.year > registry.YEARS[0]:
            if classes.is_rigid(line.place):
                first, last = 2, 5
            elif line.is_priority:
                first, last = 9, 10
            elif line.override and line.is_behind_priorities:
                first, last = 8, 8
            elif line.is_behind_priorities:
                first = 11
        line.decided_on = drawn(random, date(line.year, 1, first), date(line.year, 1, last))


def appropriation_table(seed, lines_of_city, targets):
    random = Random(seed, "appropriations")
    approvals = {(target.year, target.project): f"{target.project.code}/{target.year}"
                 for target in targets}
    economic, rows = {}, []
    for line in lines_of_city:
        place = line.place
        economic.setdefault(place, random.pick(place.economic_classes))
        rows.append([line.year, line.project.code, line.fund, place.functional_class,
                     economic[place], money.text(line.original), money.text(line.base),
                     "" if line.ceiling is None else money.text(line.ceiling),
                     money.text(line.cut_for_grade), money.text(line.cut_across_the_board),
                     line.pool, line.decided_on,
                     f"云财预〔{line.year}〕{line.decided_on.day}号",
                     approvals.get((line.year, line.project), ""), " ".join(line.evidence),
                     *(line.override or ("", ""))])
    rows.sort(key=lambda row: (row[11], row[1], row[2]))
    return files.Table("appropriations.csv", (
        "fiscal_year project fund functional_class economic_class amount base ceiling cut_for_grade"
        " cut_across_the_board pool decided_on document target_approval evidence"
        " override_authority override_document").split(), [[row] for row in rows])


def closing_table(lines_of_city):
    rows = sorted([line.year, line.project.code, line.fund, money.text(line.original),
                   money.text(line.current() + line.restated)] for line in lines_of_city)
    return files.Table("closing.csv", ["fiscal_year", "project", "fund", "original", "revised"],
                       [[row] for row in rows])
