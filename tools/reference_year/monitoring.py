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


def check(random, lines, target, pace, month, day):
    checked_on = on_or_after(date(target.year, month, day) + timedelta(days=random.between(0, 8)))
    spent = sum(line.spent(checked_on) for line in lines)
    rate = spent * 10000 // sum(line.current(checked_on) for line in lines)
    elapsed = elapsed_bp(checked_on)
    # A project that was late in June has caught up by September.
    if pace == "late" and month == 9:
        pace = "steady"
    values = [measured(random, item, pace, elapsed) for item in target.indicators]
    colour = light(elapsed, rate, min(attained for _, attained in values))
    return [[target.project.code, target.year, checked_on, money.text(spent), rate, colour,
             item.kind.name, "" if actual is None else decimal(actual, item.kind.decimals),
             attained]
            for item, (actual, attained) in zip(target.indicators, values)]


def table(seed, book, targets):
    groups = []
    for target in targets:
        lines = [book[target.year, target.place, fund] for fund in target.place.funds]
        random = Random(seed, f"monitoring {target.project.code} {target.year}")
        pace = attaining_pace(random, lines[0].pace)
        groups += [check(random, lines, target, pace, month, day) for month, day in ROUNDS]
    groups.sort(key=lambda group: (group[0][2], group[0][0]))
    return files.Table("monitoring.csv", (
        "project fiscal_year checked_on spent execution_rate_bp light indicator actual"
        " attained_bp").split(), groups)
