"""The five factors that a review looks at: what was found of each project in the year before."""

from reference_year import files, money, registry
from reference_year.days import date, drawn
from reference_year.plan import UNSATISFACTORY
from reference_year.random64 import Random
from reference_year.requests import Factor

YEARS = registry.YEARS[1:]
FINDINGS = {"none": "预算执行审计未发现问题", "minor": "部分合同备案不及时", "major": "专项资金沉淀，结余未及时上缴"}


class Factors:
    """Assessments and audit findings of the years before; `of(line)` is what a review is given."""

    def __init__(self, seed, ordered, book, units, checks, evaluations, unit_reviews):
        self.whole = {(one.year, one.unit): one for one in unit_reviews}
        self.checks = {(check.target.year, check.target.place): check for check in checks
                       if check.checked_on.month >= 9}
        self.grades = {}
        for one in evaluations:  # the last is the one in force: self, department, others
            self.grades[one.decided_on.year, one.place] = one
        self.findings = self.find(Random(seed, "audit findings"), units, book)
        self.assessed, self.assessments = self.assess(Random(seed, "assessments"), ordered, book)

    @staticmethod
    def find(random, units, book):
        made = {}
        for year in YEARS:
            for unit in units:
                severity = random.pick(["none"] * 15 + ["minor"] * 3 + ["major"])
                budget = sum(line.original for line in book.values()
                             if line.year == year - 1 and line.place.unit is unit)
                amount = budget * random.between(2, 30) // 1000 if severity != "none" else 0
                made[year - 1, unit] = [unit, year - 1, severity, amount - amount % 100,
                                        drawn(random, date(year - 1, 11, 1),
                                              date(year - 1, 11, 24))]
        return made

    @staticmethod
    def assess(random, ordered, book):
        """Level of detail (basis points) and stock of every project that applies."""
        rows, by_key = [], {}
        for year in YEARS:
            for place in registry.in_force(ordered, year):
                base = sum(book[year - 1, place, fund].original for fund in place.funds
                           if (year - 1, place, fund) in book)
                detail = random.between(7000, 9900) if random.chance(950) else 6500
                stock = base * (random.between(0, 80) if random.chance(960) else 350) // 1000
                for kind, value, breached in (("levelOfDetail", detail, detail < 7000),
                                              ("stock", stock, stock * 10 > base * 3)):
                    rows.append([place.projects[year].code, year, kind, value, breached,
                                 drawn(random, date(year - 1, 11, 20), date(year - 1, 11, 30))])
                    by_key[year, place, kind] = rows[-1]
        rows.sort(key=lambda row: (row[-1], row[0], row[2]))
        return rows, by_key

    def of(self, line):
        """Where a project is too new to have been checked or graded, its unit was."""
        before = line.year - 1
        whole = self.whole.get((before, line.place.unit))
        check = self.checks.get((before, line.place))
        grade = self.grades.get((before, line.place))
        finding = self.findings[before, line.place.unit]
        found = [Factor("executionRate", check.id if check else whole.check_id,
                        check is not None and check.colour == "red"),
                 Factor("grade", grade.id if grade else whole.grade_id,
                        grade is not None and grade.grade in UNSATISFACTORY)]
        for kind in ("levelOfDetail", "stock"):
            row = self.assessments[line.year, line.place, kind]
            found.append(Factor(kind, f"factor/{row[0]}/{row[1]}/{kind}", row[4]))
        found.append(Factor("auditFindings", f"finding/{line.place.unit.id}/{before}",
                            finding[2] == "major"))
        return found

    def tables(self):
        findings = sorted(self.findings.values(), key=lambda row: (row[-1], row[0].id))
        return [
            files.single_rows("audit_findings.csv", "unit fiscal_year severity amount finding"
                              " found_on",
                              [[unit.id, year, severity, money.text(amount), FINDINGS[severity],
                                day] for unit, year, severity, amount, day in findings]),
            files.single_rows("factors.csv",
                              "project fiscal_year factor value breached assessed_on",
                              [row[:4] + ["true" if row[4] else "false", row[5]]
                               for row in self.assessed])]
