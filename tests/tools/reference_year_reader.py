"""Reads the reference year's files with nothing of the generator's own code."""

import collections
import csv
import datetime
import pathlib
import re
import subprocess
import sys

GENERATOR = pathlib.Path(__file__).resolve().parents[2] / "tools" / "reference-year"
RESERVE = "227"  # the functional class of the contingency reserve
HEADERS = {
    "units": "unit,name,department,division",
    "projects": "project,unit,name,category,predecessor,proposed_on",
    "targets": "project,fiscal_year,unit,submitted_on,document,dimension,direction,indicator,"
               "target,measure_unit,weight,statement",
    "target_approvals": "project,fiscal_year,approved_on,document",
    "appropriations": "fiscal_year,project,fund,functional_class,economic_class,amount,base,"
                      "ceiling,cut_for_grade,cut_across_the_board,pool,decided_on,document,"
                      "target_approval",
    "commitments": "commitment,fiscal_year,project,fund,amount,decided_on,reference",
    "payments": "payment,fiscal_year,project,fund,amount,paid_on,commitment,refund_of,voucher",
    "monitoring": "project,fiscal_year,checked_on,spent,execution_rate_bp,light,indicator,actual,"
                  "attained_bp",
    "grades": "project,evaluated_year,level,grade,score,evaluator,decided_on,document",
    "adjustments": "request,kind,cause,pool,decided_on,document,role,reason,fiscal_year,project,"
                   "fund,vintage,amount",
    "reversals": "reversal,kind_of_event,event,decided_on,document,reason",
    "closing": "fiscal_year,project,fund,original,revised",
}


def generate(directory, *options):
    subprocess.run([sys.executable, str(GENERATOR), str(directory), *options], check=True)


def fen(text):
    """Yuan with two decimals, exactly, as fen."""
    match = re.fullmatch(r"(-?)(\d+)\.(\d\d)", text)
    assert match, f"not an amount: {text!r}"
    amount = int(match[2] + match[3])
    return -amount if match[1] else amount


def thousandths(text):
    """A number with at most three decimals as thousandths."""
    match = re.fullmatch(r"(\d+)(?:\.(\d{1,3}))?", text)
    assert match, f"not a score: {text!r}"
    return int(match[1]) * 1000 + int((match[2] or "").ljust(3, "0"))


def line_of(row):
    return row["fiscal_year"], row["project"], row["fund"]


class City:
    """The rows of each file as dictionaries: amounts as fen, dates as dates, years as numbers."""

    AMOUNTS = {"amount", "base", "cut_for_grade", "cut_across_the_board", "spent", "original",
               "revised"}
    NUMBERS = {"fiscal_year", "evaluated_year", "vintage", "weight", "execution_rate_bp",
               "attained_bp"}

    def __init__(self, directory):
        self.headers = {}
        for name in HEADERS:
            setattr(self, name, list(self.read(pathlib.Path(directory), name)))
        self.code_before = {row["project"]: row["predecessor"] for row in self.projects}
        self.requests = collections.OrderedDict()
        for row in self.adjustments:
            self.requests.setdefault(row["request"], []).append(row)
        self.reserves = {line_of(row): row for row in self.appropriations
                         if row["functional_class"] == RESERVE}
        self.reversed = {row["event"] for row in self.reversals}

    def read(self, directory, name):
        with open(directory / f"{name}.csv", encoding="utf-8", newline="") as file:
            self.headers[name] = file.readline().rstrip("\n")
            file.seek(0)
            for row in csv.DictReader(file, strict=True):
                yield {column: self.value(column, text) for column, text in row.items()}

    def value(self, column, text):
        if column in self.AMOUNTS:
            return fen(text)
        if column in self.NUMBERS:
            return int(text)
        return datetime.date.fromisoformat(text) if column.endswith("_on") else text

    def predecessors(self, project):
        """The project's own code and those that it took over from."""
        while project:
            yield project
            project = self.code_before[project]

    def grades_in_force(self, made):
        """The grade of each project evaluated in a year by a department or a higher level."""
        order = ["department", "finance", "audit", "congress"]
        best = {}
        for row in self.grades:
            if row["decided_on"].year == made and row["level"] in order:
                rank = order.index(row["level"]), row["decided_on"]
                if rank >= best.get(row["project"], ((-1,), None))[0]:
                    best[row["project"]] = rank, row["grade"]
        return {project: grade for project, (_, grade) in best.items()}

    def grade_before(self, grades, project):
        """The project's grade or, where it was registered anew, its predecessor's."""
        return next((grades[code] for code in self.predecessors(project) if code in grades), None)

    def key_evaluations(self, made):
        return [row for row in self.grades
                if row["decided_on"].year == made and row["level"] in ("finance", "congress")]

    def current(self):
        """Each line's current budget at the end: original plus every leg not reversed."""
        balance = {line_of(row): row["amount"] for row in self.appropriations}
        for request, legs in self.requests.items():
            for leg in legs if request not in self.reversed else []:
                balance[line_of(leg)] += leg["amount"]
        return balance
