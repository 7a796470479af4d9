"""What units apply for, the standards that prices follow, and what the reviews of it allow."""

from collections import namedtuple

from reference_year import files, money, registry
from reference_year.days import date, drawn
from reference_year.money import YUAN, apportion, per_mille
from reference_year.random64 import Random

YEARS = registry.YEARS[1:]
CANCELLED = 4  # requests a year that a review cancels; the unit applies again
KINDS = ("executionRate", "grade", "levelOfDetail", "stock", "auditFindings")
CUTS = dict(zip(KINDS, (1000, 1000, 500, 1000, 1000)))  # basis points, as the rule set has them

Standard = namedtuple("Standard", "id name measure_unit prices")  # yuan, by the day it holds from
STANDARDS = [Standard("training", "培训费", "人天", {date(2023, 7, 10): 450, date(2024, 10, 8): 500}),
             Standard("meeting", "会议费", "人天", {date(2023, 7, 10): 500}),
             Standard("server", "服务器购置", "台", {date(2023, 7, 10): 65000,
                                              date(2024, 10, 8): 60000}),
             Standard("survey", "第三方测评", "人天", {date(2023, 7, 10): 1200}),
             Standard("road-upkeep", "道路养护", "公里", {date(2023, 7, 10): 48000})]
OTHER_COSTS = "设备购置 委托服务 工程施工 咨询论证 补助支出 材料费".split()

Cost = namedtuple("Cost", "name quantity_tenths standard amount")
Factor = namedtuple("Factor", "kind event is_breached")


def standard_table():
    rows = [[one.id + files.ELSEWHERE, one.name, one.measure_unit, money.text(price * YUAN), day]
            for one in STANDARDS for day, price in one.prices.items()]
    rows.sort(key=lambda row: (row[-1], row[0]))
    return files.single_rows("standards.csv", "standard name measure_unit unit_amount set_on", rows)


class Request:
    def __init__(self, line, target, requested_on, reviewed_on, is_cancelled=False):
        self.line = line
        self.target = target
        self.requested_on = requested_on
        self.reviewed_on = reviewed_on
        self.is_cancelled = is_cancelled
        self.factors = []

    def apply_for(self, random):
        """As much as leaves what is appropriated when the review has taken its cuts off."""
        cut = sum(CUTS[factor.kind] for factor in self.factors if factor.is_breached)
        least = -(-self.line.original * 10000 // (10000 - cut))
        self.amount = -(-per_mille(least, random.between(1000, 1040)) // 100) * 100
        self.costs, self.evidence = [], [self.target.id]
        if random.chance(400):
            self.add_standard(random)
        rest = self.amount - sum(cost.amount for cost in self.costs)
        names = random.sample(OTHER_COSTS, random.between(2, 3))
        for name, part in zip(names, apportion(rest, [random.between(1, 5) for _ in names])):
            self.costs.append(Cost(name, 10, None, part))

    def add_standard(self, random):
        standard = random.pick(STANDARDS)
        day = max(day for day in standard.prices if day <= self.requested_on)
        price = standard.prices[day] * YUAN
        tenths = per_mille(self.amount, random.between(50, 300)) * 10 // price
        if tenths:
            amount = per_mille(tenths * price // 10, random.between(850, 1000))
            self.costs.append(Cost(standard.name, tenths, standard, amount))
            self.evidence.append(f"standard/{standard.id}{files.ELSEWHERE}/{day}")


def draw(seed, book, targets, factors):
    """`factors(line)`: the five factors of the line's review."""
    random = Random(seed, "requests")
    target_of = {(target.year, target.place): target for target in targets}
    made = []
    for year in YEARS:
        lines = [line for line in book.values() if line.year == year]
        again = {line.place for line in random.sample(
            [line for line in lines if line.place.is_single_general()], CANCELLED)}
        for line in lines:
            target = target_of[year, line.place]
            days = [drawn(random, date(year - 1, 12, first), date(year - 1, 12, last))
                    for first, last in ((4, 8), (11, 22))]
            if line.place in again:
                made.append(Request(line, target, date(year - 1, 12, 4), days[0], True))
                days[0] = date(year - 1, 12, 9) if year == 2025 else date(year - 1, 12, 11)
            made.append(Request(line, target, *days))
            line.request = made[-1]
    for request in made:
        request.factors = factors(request.line)
        request.apply_for(random)
    made.sort(key=lambda one: (one.requested_on, one.line.project.code, one.line.fund,
                               not one.is_cancelled))
    for number, one in enumerate(made, 1):
        one.id = f"BR-{files.CITY}-{number:04d}"
    return made


def request_table(made):
    groups = []
    for one in made:
        head = [one.id, one.line.year, one.line.project.code, one.line.fund,
                one.line.place.unit.id, one.requested_on, one.line.place.name,
                money.text(one.amount), " ".join(one.evidence)]
        groups.append([head + [
            cost.name, f"{cost.quantity_tenths // 10}.{cost.quantity_tenths % 10}",
            cost.standard.id + files.ELSEWHERE if cost.standard else "", money.text(cost.amount)]
            for cost in one.costs])
    return files.Table("budget_requests.csv", (
        "request fiscal_year project fund unit requested_on content amount evidence cost quantity"
        " standard cost_amount").split(), groups)


def review_table(made):
    groups = []
    for one in sorted(made, key=lambda one: (one.reviewed_on, one.id)):
        allowed = 0 if one.is_cancelled else one.line.original
        groups.append([[one.id, money.text(allowed), "true" if one.is_cancelled else "false",
                        one.reviewed_on, factor.kind, factor.event,
                        "true" if factor.is_breached else "false"] for factor in one.factors])
    return files.Table("reviews.csv", (
        "request allowed cancelled reviewed_on factor event breached").split(), groups)
