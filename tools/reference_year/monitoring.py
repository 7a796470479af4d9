"""Dual monitoring: money and attainment, twice a year, each against the time that has passed."""

from reference_year import files, money
from reference_year.days import date, on_or_after, timedelta
from reference_year.indicators import decimal
from reference_year.random64 import Random

TOLERANCE_BP = 2000
ROUNDS = ((6, 28), (9, 28))  # the first day on which a check may fall
# Money and attainment go together for most projects; where they part, the light is yellow.
APART = 60  # per mille
ATTAINED_BP = {"steady": (9000, 10500), "slow": (2500, 5000), "late": (3000, 5000)}  # of the time


def elapsed_bp(day):
    """How much of the year has passed, in basis points."""
    days = (day - date(day.year, 1, 1)).days + 1
    return days * 10000 // (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days


def light(elapsed, rate, attained):
    """Red where money and the least attained indicator are both behind, yellow where one is."""
    behind = sum(elapsed - reached > TOLERANCE_BP for reached in (rate, attained))
    return ("green", "yellow", "red")[behind]


def measured(random, indicator, pace, elapsed):
    """The actual value (None for a qualitative indicator) and the attainment in basis points."""
    kind, target = indicator.kind, indicator.target
    if kind.direction == "qualitative":
        return None, elapsed * random.between(9200, 10500) // 10000
    if kind.grows:
        actual = target * elapsed * random.between(*ATTAINED_BP[pace]) // 100000000
    else:
        actual = target * random.between(9600, 10400) // 10000
        if kind.measure_unit == "%":
            actual = min(actual, 100 * 10 ** kind.decimals)
    if kind.direction == "atMost":
        return actual, target * 10000 // actual
    return actual, actual * 10000 // target


def attaining_pace(random, pace):
    if not random.chance(APART):
        return pace
    return "slow" if pace == "steady" else "steady"


class Check:
    def __init__(self, random, lines, target, pace, month, day):
        self.target = target
        self.checked_on = on_or_after(date(target.year, month, day)
                                      + timedelta(days=random.between(0, 8)))
        self.spent = sum(line.spent(self.checked_on) for line in lines)
        self.rate = self.spent * 10000 // sum(line.current(self.checked_on) for line in lines)
        elapsed = elapsed_bp(self.checked_on)
        # A project that was late in June has caught up by September.
        if pace == "late" and month == 9:
            pace = "steady"
        self.values = [measured(random, item, pace, elapsed) for item in target.indicators]
        self.least = min(attained for _, attained in self.values)
        self.colour = light(elapsed, self.rate, self.least)

    @property
    def id(self):
        return f"monitoring/{self.target.project.code}/{self.target.year}/{self.checked_on}"

    def rows(self):
        return [[self.target.project.code, self.target.year, self.checked_on,
                 money.text(self.spent), self.rate, self.colour, item.kind.name,
                 "" if actual is None else decimal(actual, item.kind.decimals), attained]
                for item, (actual, attained) in zip(self.target.indicators, self.values)]


def checks(seed, book, targets):
    made = []
    for target in targets:
        lines = [book[target.year, target.place, fund] for fund in target.place.funds]
        random = Random(seed, f"monitoring {target.project.code} {target.year}")
        pace = attaining_pace(random, "slow" if lines[0].is_idle else lines[0].pace)
        made += [Check(random, lines, target, pace, month, day) for month, day in ROUNDS]
    made.sort(key=lambda one: (one.checked_on, one.target.project.code))
    return made


def table(made):
    return files.Table("monitoring.csv", (
        "project fiscal_year checked_on spent execution_rate_bp light indicator actual"
        " attained_bp").split(), [one.rows() for one in made])


def plan_table(targets):
    """From 2024 on: what is watched, when it may be, and what is looked at."""
    rows = [[target.project.code, target.year, date(target.year, 6, 1), date(target.year, 10, 15),
             "预算执行进度与绩效目标实现程度", on_or_after(date(target.year, 1, 22))]
            for target in targets if target.year > 2023]
    rows.sort(key=lambda row: (row[-1], row[0]))
    return files.single_rows("monitoring_plans.csv",
                             "project fiscal_year opens_on closes_on scope planned_on", rows)
