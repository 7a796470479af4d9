"""Units looked at as a whole, where they apply for a project that is too new to say anything."""

from reference_year import files, money, registry
from reference_year.days import date, drawn
from reference_year.grades import drawn_score, score_text
from reference_year.monitoring import TOLERANCE_BP, elapsed_bp, light
from reference_year.random64 import Random

INDICATOR = "部门整体绩效目标"


class UnitReview:
    """Of the year before the project's first or second budget."""

    def __init__(self, random, unit, year, lines):
        self.unit = unit
        self.year = year
        self.checked_on = drawn(random, date(year, 10, 11), date(year, 10, 20))
        self.graded_on = drawn(random, date(year, 5, 6), date(year, 5, 30))
        self.grade = random.pick(["excellent", "good", "good"])
        self.score = score_text(drawn_score(random, self.grade))
        self.spent = sum(line.spent(self.checked_on) for line in lines)
        self.rate = self.spent * 10000 // sum(line.current(self.checked_on) for line in lines)
        elapsed = elapsed_bp(self.checked_on)
        self.attained = elapsed - random.between(0, TOLERANCE_BP)
        self.colour = light(elapsed, self.rate, self.attained)

    @property
    def check_id(self):
        return f"unit-monitoring/{self.unit.id}/{self.year}"

    @property
    def grade_id(self):
        return f"unit-grade/{self.unit.id}/{self.year - 1}"


def draw(seed, ordered, book):
    random, wanted = Random(seed, "unit reviews"), {}
    for place in ordered:
        first = min(place.projects)
        for year in registry.YEARS[1:]:
            # A project is graded from its second year on.
            if year in place.projects and registry.YEARS[0] < first >= year - 1:
                wanted[year - 1, place.unit] = None
    return [UnitReview(random, unit, year, [line for line in book.values() if line.year == year
                                            and line.place.unit is unit])
            for year, unit in wanted]


def check_table(made):
    return files.single_rows(
        "unit_monitoring.csv", "unit fiscal_year checked_on spent execution_rate_bp light indicator"
        " attained_bp",
        [[one.unit.id, one.year, one.checked_on, money.text(one.spent), one.rate, one.colour,
          INDICATOR, one.attained]
         for one in sorted(made, key=lambda one: (one.checked_on, one.unit.id))])


def grade_table(made):
    """Evaluated by the department, made in the year of the check, of the year before."""
    return files.single_rows(
        "unit_grades.csv", "unit evaluated_year grade score evaluator decided_on",
        [[one.unit.id, one.year - 1, one.grade, one.score, one.unit.department_unit.name,
          one.graded_on] for one in sorted(made, key=lambda one: (one.graded_on, one.unit.id))])
