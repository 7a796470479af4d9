"""Candidates that stay in the pipeline: unaffordable, turned down by the appraisal, or too late."""

from reference_year import departments, files, money, registry
from reference_year.days import date, drawn
from reference_year.money import YUAN
from reference_year.random64 import Random

# For the budgets of 2025 and 2026: how many get how far, and no further.
REACHED = ["affordability"] * 3 + ["appraisal"] * 3 + ["pipeline"] * 4
FIRST_SERIAL = 90000001  # of their codes: far behind those of the places


class Candidate:
    def __init__(self, random, number, unit, year, reached):
        self.unit = unit
        self.category = "T"
        self.name = random.pick(departments.AREAS) + random.pick(unit.department.items)
        self.reached = reached
        self.year = year
        self.amount = random.between(50, 3000) * 10000 * YUAN
        serial = FIRST_SERIAL + number
        self.project = registry.Project(f"{files.CITY}{(year - 1) % 100:02d}T{year}{serial:08d}",
                                        self, None, drawn(random, date(year - 1, 8, 3),
                                                          date(year - 1, 9, 28)))


def draw(seed, units):
    random, made = Random(seed, "candidates"), []
    for year in (2025, 2026):
        for reached in REACHED:
            made.append(Candidate(random, len(made), random.pick(units), year, reached))
    return made


def steps(seed, candidates):
    """Their rows of the pipeline, the appraisals and the affordability assessments."""
    random = Random(seed, "candidates' steps")
    pipeline, appraisals, affordability = [], [], []
    for one in candidates:
        code, before = one.project.code, one.year - 1
        pipeline.append([code, drawn(random, date(before, 10, 21), date(before, 10, 27))])
        if one.reached == "pipeline":
            continue
        is_good = one.reached == "affordability"
        score = random.between(*((75000, 90000) if is_good else (42000, 59900))) // 100 * 100
        appraisals.append([code, f"{score // 1000}.{score % 1000:03d}",
                           "recommended" if is_good else "rejected", "云川市预算评审中心",
                           drawn(random, date(before, 10, 30), date(before, 11, 3))])
        if is_good:
            affordability.append([code, one.year, money.text(one.amount), "false",
                                  drawn(random, date(before, 11, 6), date(before, 11, 10))])
    return pipeline, appraisals, affordability
