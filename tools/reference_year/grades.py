"""Evaluations: each project's own, and those of departments, finance and the congress."""

from reference_year import files, registry
from reference_year.days import date, drawn
from reference_year.departments import CITY_NAME
from reference_year.random64 import Random

BANDS = {"excellent": (90000, 97500), "good": (80000, 89999), "medium": (60000, 79999),
         "poor": (42000, 59999)}  # thousandths of a point
OWN_GRADES = ["excellent"] * 12 + ["good"] * 26 + ["medium"] * 2
PERIODS = {"self": ((2, 10), (3, 29)), "department": ((4, 8), (5, 30)),
           "finance": ((6, 3), (9, 27)), "congress": ((6, 3), (9, 27))}
HIRED = ["云川信衡会计师事务所", "云川明策评价咨询有限公司", "云川公允绩效研究中心"]
DOCUMENTS = {"self": "自评", "department": "云绩评", "finance": "云财绩评", "congress": "云人预评"}


def evaluator(random, level, place):
    if level == "self":
        return place.unit.name
    if level == "department":
        return place.unit.department_unit.name
    if level == "congress":
        return f"{CITY_NAME}人民代表大会常务委员会预算工作委员会"
    return random.pick([f"{CITY_NAME}财政局"] + HIRED)


def score_text(score):
    whole, rest = divmod(score, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


def drawn_score(random, grade):
    """Within the band, ends included now and then, with none to three decimals."""
    low, high = BANDS[grade]
    if random.chance(40):
        return low if grade == "excellent" else random.pick([low, high])
    score = random.between(low, high)
    return max(low, score - score % random.pick([1, 10, 100, 1000]))


class Evaluation:
    """Made in the year after `year`."""

    def __init__(self, random, place, year, level, grade):
        first, last = PERIODS[level]
        self.place = place
        self.year = year
        self.level = level
        self.grade = grade
        self.decided_on = drawn(random, date(year + 1, *first), date(year + 1, *last))
        # The project evaluated is the one in force in that year; before 2023, the first one known.
        self.project = place.projects[max(year, registry.YEARS[0])]
        self.score = score_text(drawn_score(random, grade))
        self.evaluator = evaluator(random, level, place)
        self.document = f"{DOCUMENTS[level]}〔{year + 1}〕{self.decided_on.month}号"

    @property
    def id(self):
        return f"grade/{self.project.code}/{self.year}/{self.level}"


def evaluations(seed, ordered, plan):
    """By day; those of one place and year from the lowest level to the highest."""
    random = Random(seed, "grades")
    made = []
    for year in (registry.YEARS[0] - 1, *registry.YEARS):
        for place in registry.in_force(ordered, max(year, registry.YEARS[0])):
            made.append(Evaluation(random, place, year, "self", random.pick(OWN_GRADES)))
    for year, of_year in plan.made.items():
        for place, grades in of_year.items():
            made += [Evaluation(random, place, year - 1, level, grade) for level, grade in grades]
    made.sort(key=lambda one: (one.decided_on, one.project.code))
    return made


def table(made):
    return files.single_rows(
        "grades.csv", "project evaluated_year level grade score evaluator decided_on document",
        [[one.project.code, one.year, one.level, one.grade, one.score, one.evaluator,
          one.decided_on, one.document] for one in made])
