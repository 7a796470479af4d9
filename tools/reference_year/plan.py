"""Which places are evaluated when and with what grade: it fixes the totals of the report on 2024.

Evaluations made in a year look at the year before. `made[year][place]` lists (level, grade); the
last is the highest level, so the grade in force.
"""

from reference_year import registry
from reference_year.random64 import Random

KEY_GRADES = {2023: ["excellent"] * 2 + ["good"] * 6 + ["medium"] * 6 + ["poor"],
              2024: ["excellent"] + ["good"] * 11 + ["medium"] * 5,
              2025: ["excellent"] * 2 + ["good"] * 11 + ["medium"] * 4 + ["poor"]}
CONGRESS = {2023: 2, 2024: 3, 2025: 3}  # of the key evaluations
DEPARTMENT_EVALUATIONS = 30
UNSATISFACTORY = ("medium", "poor")


class Plan:
    def __init__(self, made, key, re_registered, across_the_board, excepted):
        self.made = made
        self.key = key  # places of the key evaluations made in a year
        self.re_registered = re_registered
        self.across_the_board = across_the_board  # places cut in a year for livelihood's sake
        self.excepted = excepted  # places that get more than their ceiling: the city allowed it

    def grade_in_force(self, year, place):
        """Of the evaluations made in the year, at least by the department; None without one."""
        evaluations = self.made.get(year, {}).get(place)
        return evaluations[-1][1] if evaluations else None

    def ordinary(self, places):
        """Places that are neither evaluated nor cut nor registered anew in any year."""
        special = {place for years in (self.made, self.re_registered, self.across_the_board)
                   for of_year in years.values() for place in of_year}
        return [place for place in places if place not in special and len(place.projects) == 3
                and place.category == "T" and place.is_single_general()]

    def unsatisfactory(self, year):
        return [place for place in self.made[year]
                if self.grade_in_force(year, place) in UNSATISFACTORY]


def draw(seed, ordered):
    """`ordered`: the places as `registry.register` takes them, 4 to 353 in force in all years."""
    random = Random(seed, "plan")
    steady = random.shuffled(ordered[registry.PLACES[2025][0]:registry.PLACES[2023][1]])
    pool = [place for place in steady if place.is_single_general() and place.category == "T"]
    made, key = {2023: {}, 2024: {}, 2025: {}}, {}
    for year in made:
        key[year], pool = pool[:len(KEY_GRADES[year])], pool[len(KEY_GRADES[year]):]
        grade_key(random, made[year], key[year], year)
        by_department, pool = pool[:DEPARTMENT_EVALUATIONS], pool[DEPARTMENT_EVALUATIONS:]
        for place in by_department:
            made[year][place] = [("department", random.pick(["excellent"] + ["good"] * 4))]
    poor = cut_by_department(made, pool)
    overrule(made[2024])
    re_registered = {2023: []}
    for year in (2024, 2025):
        # One project with an unsatisfactory evaluation among them: a new code saves it no cut.
        graded = [place for place in made[year - 1]
                  if made[year - 1][place][-1][1] == {2024: "poor", 2025: "medium"}[year]]
        re_registered[year] = graded[:1] + pool[:registry.RE_REGISTERED - 1]
        pool = pool[registry.RE_REGISTERED - 1:]
    # One of those cut across the board was graded poor before: there the lower ceiling holds.
    across = {2023: [], 2024: pool[:12] + [poor], 2025: pool[:24] + [poor]}
    medium = next(place for place in key[2024] if made[2024][place][-1] == ("finance", "medium"))
    excepted = {2023: [], 2024: pool[:2], 2025: [pool[12], medium]}
    return Plan(made, key, re_registered, across, excepted)


def grade_key(random, made, key_places, year):
    levels = random.shuffled(["congress"] * CONGRESS[year]
                             + ["finance"] * (len(key_places) - CONGRESS[year]))
    for place, level, grade in zip(key_places, levels, random.shuffled(KEY_GRADES[year])):
        made[place] = [(level, grade)]


def cut_by_department(made, pool):
    """Departments grade three projects unsatisfactory in 2023, and one of them again in 2024."""
    again, medium, poor = pool.pop(), pool.pop(), pool.pop()
    for place, grade in ((again, "medium"), (medium, "medium"), (poor, "poor")):
        made[2023][place] = [("department", grade)]
    made[2024][again] = [("department", "medium")]
    return poor


def overrule(made):
    """Two projects of 2024 that their department graded better than a higher level then did."""
    lower = [place for place, grades in made.items()
             if grades[-1][0] != "department" and grades[-1][1] == "medium"]
    for place in lower[:2]:
        made[place].insert(0, ("department", "excellent"))
