"""What the rules need to know of each project: from the budget of 2024 on, all are key projects."""

from collections import namedtuple

from reference_year import files, registry
from reference_year.days import date, drawn
from reference_year.random64 import Random

YEARS = registry.YEARS[1:]
EARMARKED, DEBT_SERVICE = 6, 2  # projects

Class = namedtuple("Class", "project classified_on expenditure livelihood obligation earmarked"
                   " expires_on number")


def identity(item):
    return f"classification/{item.project.code}/{item.number}"


class Classes:
    """The class of each place for the budget of a year, and each class once."""

    def __init__(self):
        self.of = {}  # by (year, place)
        self.all = []

    def is_rigid(self, place):
        """It serves the three guarantees or debt service: its class never changes."""
        found = self.of.get((YEARS[0], place)) or self.of.get((YEARS[-1], place))
        return bool(found and found.obligation != "none")

    def is_development(self, year, place):
        return (year, place) in self.of and self.of[year, place].expenditure == "development"

    def is_cut_across_the_board(self, year, place):
        found = self.of.get((year, place))
        return bool(found and found.expenditure == "special" and not found.livelihood
                    and found.obligation == "none")


def drawn_kind(random, place, debt_service):
    """Expenditure, livelihood, obligation."""
    if place.category == "R":
        return "basic", False, "threeGuarantees"
    if place.category == "Y":
        return random.pick([("basic", False, "threeGuarantees")] * 2
                           + [("threePublic", False, "none")])
    if place in debt_service:
        return "special", False, "debtService"
    return random.pick([("special", True, "none")] * 3 + [("development", False, "none")])


def draw(seed, ordered, plan):
    random = Random(seed, "classification")
    chosen = random.sample(plan.ordinary(ordered), EARMARKED + DEBT_SERVICE)
    earmarked, debt_service = chosen[:EARMARKED], chosen[EARMARKED:]
    classes = Classes()
    classes.earmarked = earmarked
    for place in ordered:
        kind = drawn_kind(random, place, debt_service)
        if place in plan.across_the_board[2025]:
            kind = "development", False, "none"
        for year in YEARS:
            if year not in place.projects:
                continue
            of_year = kind
            if place in plan.across_the_board[year]:
                of_year = "special", False, "none"
            before = classes.of.get((year - 1, place))
            if before and before.project == place.projects[year] and before[2:5] == of_year:
                classes.of[year, place] = before
                continue
            expires = "" if registry.YEARS[-1] in place.projects else date(2024, 12, 31)
            made = Class(place.projects[year], drawn(random, date(year - 1, 10, 21),
                                                     date(year - 1, 10, 31)),
                         *of_year, place in earmarked, expires, year)
            classes.of[year, place] = made
            classes.all.append(made)
    classes.all.sort(key=lambda item: (item.classified_on, item.project.code))
    return classes


def table(classes):
    def word(truth):
        return "true" if truth else "false"
    return files.single_rows(
        "classifications.csv", "classification project classified_on expenditure livelihood"
        " obligation earmarked one_off expires_on",
        [[identity(item).split("/", 1)[1], item.project.code, item.classified_on, item.expenditure,
          word(item.livelihood), item.obligation, word(item.earmarked), word(item.expires_on),
          item.expires_on] for item in classes.all])
