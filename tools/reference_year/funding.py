"""Where a year's money comes from and what must be paid first: estimates, transfers, priorities."""

from reference_year import departments, files, money, registry
from reference_year.days import date, drawn, on_or_after
from reference_year.money import YUAN, apportion, per_mille
from reference_year.random64 import Random

SLACK = 1030  # per mille of what is needed that is estimated
# Sources of each fund, in per mille of its estimates.
SOURCES = {registry.GENERAL: (("revenue", 700), ("transfer", 180), ("carriedIn", 40),
                              ("debt", 50), ("stabilisation", 30)),
           registry.GOVERNMENT: (("revenue", 650), ("debt", 350)),
           registry.STATE_CAPITAL: (("revenue", 1000),),
           registry.INSURANCE: (("revenue", 700), ("transfer", 300))}
LISTED = ("教育局", "卫生健康局", "住房和城乡建设局", "交通运输局", "水务局", "农业农村局")
NEW_MONEY = ("supplement", "poolAllocation")  # kinds of adjustments that a fund has to bear


class Estimate:
    def __init__(self, year, fund, source, amount, decided_on):
        self.year = year
        self.fund = fund
        self.source = source
        self.amount = amount
        self.decided_on = decided_on


class Estimates:
    """The estimates of every year, and those in force on a day."""

    def __init__(self, made):
        self.made = sorted(made, key=lambda one: (one.decided_on, one.fund, one.source))
        for number, one in enumerate(self.made, 1):
            one.id = f"E-{files.CITY}-{number:03d}"

    def cited(self, year, fund, day):
        newest = {}
        for one in self.made:
            if (one.year, one.fund) == (year, fund) and one.decided_on <= day:
                newest[one.source] = one
        return [f"estimate/{one.id}" for one in newest.values()]


def estimates(seed, lines_of_city, requests):
    random = Random(seed, "estimates")
    needed = {}
    for line in lines_of_city:
        needed[line.year, line.fund] = needed.get((line.year, line.fund), 0) + line.original
    for request in requests:
        for leg in request.legs:
            if request.kind in NEW_MONEY + ("carryOver",) and leg.amount > 0:
                needed[leg.line.year, leg.line.fund] += leg.amount
    made = []
    for (year, fund), amount in sorted(needed.items()):
        total = per_mille(amount, SLACK) // (10000 * YUAN) * 10000 * YUAN
        day = drawn(random, date(year - 1, 11, 20), date(year - 1, 11, 30))
        sources = SOURCES[fund]
        for (source, _), part in zip(sources, apportion(total, [share for _, share in sources])):
            # The transfers announced in June are more than was expected.
            if source == "transfer":
                made.append(Estimate(year, fund, source, part, on_or_after(date(year, 6, 10))))
                part -= per_mille(total, 10)
            made.append(Estimate(year, fund, source, part, day))
    return Estimates(made)


def estimate_table(estimates_of_city):
    return files.single_rows(
        "estimates.csv", "estimate fiscal_year fund source amount estimated_on",
        [[one.id, one.year, one.fund, one.source, money.text(one.amount), one.decided_on]
         for one in estimates_of_city.made])


def transfer_table(transfers):
    """`transfers`: as `adjustments` draws them."""
    ordered = sorted(transfers, key=lambda one: (one.received_on, one.tag))
    return files.single_rows(
        "transfers.csv", "source_tag fiscal_year fund amount earmarked purpose received_on",
        [[one.tag, one.year, one.fund, money.text(one.amount),
          "true" if one.purpose else "false", one.purpose.code if one.purpose else "",
          one.received_on] for one in ordered])


class PriorityList:
    """What a department must fund first in a year: at least seven tenths of some projects."""

    def __init__(self, year, unit, lines, random):
        self.year = year
        self.unit = unit
        self.id = f"L-{unit.id}-{year}"
        self.lines = lines
        self.adopted_on = drawn(random, date(year - 1, 12, 20), date(year - 1, 12, 27))
        self.filed_on = drawn(random, date(year, 1, 2), date(year, 1, 5))
        for line in lines:
            line.is_priority = True


def priorities(seed, book, plan, classes, units):
    """Lists of six departments; says of every line whether it is behind or on one."""
    random = Random(seed, "priorities")
    lists = {}
    ordinary = set(plan.ordinary({line.place: 1 for line in book.values()}))
    for year in (2024, 2025):
        for name in LISTED:
            unit = next(unit for unit in units if unit.department.name == name)
            lines = [line for line in book.values() if line.year == year and line.pace == "steady"
                     and line.place.unit.department is unit.department
                     and line.place in ordinary]
            chosen = random.sample(lines, 3)
            if chosen:
                lists[year, unit.department.name] = PriorityList(year, unit, chosen, random)
    for line in book.values():
        listed = (line.year, line.place.unit.department.name) in lists
        line.is_behind_priorities = (listed and not line.is_priority
                                     and classes.is_development(line.year, line.place))
    # Once a project is funded before what comes first: the city allowed it.
    early = next(line for line in book.values() if line.year == 2025 and line.is_behind_priorities
                 and line.place.is_single_general() and line.override is None)
    early.override = f"{departments.CITY_NAME}人民政府", "云政办〔2025〕9号"
    return lists


def list_tables(lists):
    ordered = sorted(lists.values(), key=lambda one: (one.adopted_on, one.id))
    adopted = [[[one.id, one.year, one.unit.id, one.adopted_on, line.project.code, line.place.name,
                 money.text(per_mille(line.original, 700))] for line in one.lines]
               for one in ordered]
    plans = [[[one.id, one.year, one.filed_on, line.project.code, line.fund,
               money.text(line.original)] for line in one.lines]
             for one in sorted(ordered, key=lambda one: (one.filed_on, one.id))]
    return [files.Table("priority_lists.csv", (
                "list fiscal_year department adopted_on project item required").split(), adopted),
            files.Table("funding_plans.csv",
                        "list fiscal_year filed_on project fund planned".split(), plans)]
