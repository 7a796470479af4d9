"""A project's way into the budget library, within its unit's ceiling, and what it gets each year.

Each passes pipeline, appraisal and affordability once; it is admitted for every budget anew.
"""

from reference_year import candidates, files, money, registry
from reference_year.days import date, drawn
from reference_year.money import YUAN, per_mille
from reference_year.random64 import Random

YEARS = registry.YEARS[1:]
MULTI_YEAR = 12  # projects with a plan of instalments; of a third it is rolled on after a year


def steps(seed, ordered, book, candidates_of_city):
    """Tables of pipeline, appraisals and affordability."""
    random = Random(seed, "library steps")
    pipeline, appraisals, affordability = candidates.steps(seed, candidates_of_city)
    seen = set()
    for year in YEARS:
        for place in registry.in_force(ordered, year):
            project = place.projects[year]
            if project in seen:
                continue
            seen.add(project)
            total = sum(book[year, place, fund].original for fund in place.funds)
            score = random.between(70000, 96000) // 100 * 100
            pipeline.append([project.code, drawn(random, date(year - 1, 10, 21),
                                                 date(year - 1, 10, 27))])
            appraisals.append([project.code, f"{score // 1000}.{score % 1000:03d}",
                               "recommended" if score >= 75000 else "conditional",
                               "云川市预算评审中心", drawn(random, date(year - 1, 10, 30),
                                                   date(year - 1, 11, 3))])
            affordability.append([project.code, year, money.text(total), "true",
                                  drawn(random, date(year - 1, 11, 6), date(year - 1, 11, 10))])
    for rows in (pipeline, appraisals, affordability):
        rows.sort(key=lambda row: (row[-1], row[0]))
    return [files.single_rows("pipeline.csv", "project pipeline_on", pipeline),
            files.single_rows("appraisals.csv", "project score verdict appraiser appraised_on",
                              appraisals),
            files.single_rows("affordability.csv",
                              "project fiscal_year total affordable assessed_on", affordability)]


def ceiling_table(seed, book, units):
    random = Random(seed, "ceilings")
    rows = []
    for year in YEARS:
        for unit in units:
            planned = sum(line.original for line in book.values()
                          if line.year == year and line.place.unit is unit)
            rows.append([unit.id, year, money.text(per_mille(planned, 1020) // YUAN * YUAN),
                         drawn(random, date(year - 1, 10, 16), date(year - 1, 10, 20))])
    rows.sort(key=lambda row: (row[-1], row[0]))
    return files.single_rows("ceilings.csv", "unit fiscal_year amount issued_on", rows)


def admission_table(seed, ordered):
    """Ranked within the unit, in the order of the places."""
    random = Random(seed, "admissions")
    rows, ranks = [], {}
    for year in YEARS:
        for place in registry.in_force(ordered, year):
            key = year, place.unit.id
            ranks[key] = ranks.get(key, 0) + 1
            rows.append([place.projects[year].code, place.unit.id, year, ranks[key],
                         drawn(random, date(year - 1, 11, 16), date(year - 1, 11, 30))])
    rows.sort(key=lambda row: (row[-1], row[0]))
    return files.single_rows("library.csv", "project unit fiscal_year rank admitted_on", rows)


class Instalments:
    """One version of a plan: amounts by year, the first of them appropriated as planned."""

    def __init__(self, place, version, amounts, rolled_on):
        self.place = place
        self.project = place.projects[YEARS[0]]
        self.id = f"instalments/{self.project.code}/{version}"
        self.amounts = amounts
        self.rolled_on = rolled_on


def instalments(seed, ordered, book, plan):
    """The plans; those in force, by (year, place)."""
    random = Random(seed, "instalments")
    made, in_force = [], {}
    for number, place in enumerate(random.sample(plan.ordinary(ordered), MULTI_YEAR)):
        first, second = (book[year, place, registry.GENERAL].original for year in YEARS)
        is_rolled = number % 3 == 0
        versions = [{2024: first, 2025: first if is_rolled else second, 2026: second // 2}]
        if is_rolled:
            versions.append({2024: first, 2025: second, 2026: second // 3})
        for version, amounts in enumerate(versions):
            year = YEARS[version]
            one = Instalments(place, version + 1, amounts,
                              drawn(random, date(year - 1, 12, 4), date(year - 1, 12, 22)))
            made.append(one)
            in_force[year, place] = in_force[2025, place] = one
    made.sort(key=lambda one: (one.rolled_on, one.id))
    return made, in_force


def instalment_table(made):
    groups = []
    for one in made:
        total, so_far, rows = sum(one.amounts.values()), 0, []
        for year, amount in one.amounts.items():
            so_far += amount
            rows.append([one.id.split("/", 1)[1], one.project.code, one.rolled_on,
                         money.text(total), year, -(-so_far * 10000 // total), money.text(amount)])
        groups.append(rows)
    return files.Table("instalments.csv", (
        "instalments project rolled_on total fiscal_year planned_progress_bp instalment").split(),
        groups)
