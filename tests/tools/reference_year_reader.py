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
    "rule_sets": "rule_set,rule_set_version,in_force_from,published_on,rules",
    "principals": "principal,organisation,role,enrolled_on",
    "revocations": "principal,revoked_on,revoked_for",
    "units": "unit,name,department,division",
    "projects": "project,unit,name,category,predecessor,proposed_on",
    "reorganisations": "unit,kind,into,new_department,new_name,reorganised_on",
    "standards": "standard,name,measure_unit,unit_amount,set_on",
    "estimates": "estimate,fiscal_year,fund,source,amount,estimated_on",
    "transfers": "source_tag,fiscal_year,fund,amount,earmarked,purpose,received_on",
    "ceilings": "unit,fiscal_year,amount,issued_on",
    "classifications": "classification,project,classified_on,expenditure,livelihood,obligation,"
                       "earmarked,one_off,expires_on",
    "pipeline": "project,pipeline_on",
    "appraisals": "project,score,verdict,appraiser,appraised_on",
    "affordability": "project,fiscal_year,total,affordable,assessed_on",
    "library": "project,unit,fiscal_year,rank,admitted_on",
    "instalments": "instalments,project,rolled_on,total,fiscal_year,planned_progress_bp,instalment",
    "targets": "project,fiscal_year,version,unit,submitted_on,document,dimension,direction,"
               "indicator,target,measure_unit,weight,statement",
    "target_returns": "project,fiscal_year,returned_on,reason",
    "proposals": "proposal,kind,cause,pool,proposed_on,reason,fiscal_year,project,fund,vintage,"
                 "source_tag,amount",
    "reversal_proposals": "reversal,kind_of_event,event,proposed_on,reason",
    "approvals": "of,verdict,authority,document,approved_on",
    "target_approvals": "project,fiscal_year,version,approved_on,document,approval",
    "budget_requests": "request,fiscal_year,project,fund,unit,requested_on,content,amount,"
                       "evidence,cost,quantity,standard,cost_amount",
    "audit_findings": "unit,fiscal_year,severity,amount,finding,found_on",
    "factors": "project,fiscal_year,factor,value,breached,assessed_on",
    "reviews": "request,allowed,cancelled,reviewed_on,factor,event,breached",
    "priority_lists": "list,fiscal_year,department,adopted_on,project,item,required",
    "funding_plans": "list,fiscal_year,filed_on,project,fund,planned",
    "appropriations": "fiscal_year,project,fund,functional_class,economic_class,amount,base,"
                      "ceiling,cut_for_grade,cut_across_the_board,pool,decided_on,document,"
                      "target_approval,evidence,override_authority,override_document",
    "periods": "period,fiscal_year,closes,reopens,authority,period_on,reason",
    "commitments": "commitment,fiscal_year,project,fund,amount,decided_on,reference",
    "payments": "payment,fiscal_year,project,fund,amount,paid_on,commitment,refund_of,voucher",
    "monitoring_plans": "project,fiscal_year,opens_on,closes_on,scope,planned_on",
    "monitoring": "project,fiscal_year,checked_on,spent,execution_rate_bp,light,indicator,actual,"
                  "attained_bp",
    "unit_monitoring": "unit,fiscal_year,checked_on,spent,execution_rate_bp,light,indicator,"
                       "attained_bp",
    "corrections": "project,fiscal_year,checked_on,ordered_on,due_on,cause",
    "verifications": "project,fiscal_year,checked_on,verified_on,outcome",
    "suspensions": "suspension,about,suspended_on,suspended_for",
    "resumptions": "suspension,resumed_on,resumed_for",
    "grades": "project,evaluated_year,level,grade,score,evaluator,decided_on,document",
    "unit_grades": "unit,evaluated_year,grade,score,evaluator,decided_on",
    "adjustments": "request,kind,cause,pool,decided_on,document,role,reason,fiscal_year,project,"
                   "fund,vintage,source_tag,amount,proposal,evidence",
    "statements": "fiscal_year,project,fund,original,supplement,carried_in,carried_out,reserve,"
                  "total,spent,stated_on,counts_from",
    "reversals": "reversal,kind_of_event,event,decided_on,document,reason",
    "results": "grade,answers,waived,applied_on,reason",
    "project_closings": "project,outcome,ended_on",
    "trainings": "training,topic,participants,held_on",
    "disclosures": "disclosure,unit,fiscal_year,url,sha256,published_on",
    "closing": "fiscal_year,project,fund,original,revised",
}
# Said once, however many cities there are.
SHARED = {"rule_sets", "periods"}
# When each row was decided: the first of these columns that the file has.
DATES = ("decided_on paid_on published_on enrolled_on revoked_on proposed_on reorganised_on set_on"
         " estimated_on received_on issued_on classified_on pipeline_on appraised_on assessed_on"
         " admitted_on rolled_on submitted_on returned_on approved_on requested_on found_on"
         " reviewed_on adopted_on filed_on period_on planned_on ordered_on verified_on"
         " suspended_on resumed_on stated_on applied_on ended_on held_on checked_on").split()


def generate(directory, *options):
    """The names of the files to import, in order, as the generator prints them."""
    done = subprocess.run([sys.executable, str(GENERATOR), str(directory), *options], check=True,
                          capture_output=True, encoding="utf-8")
    return [pathlib.Path(line).stem for line in done.stdout.splitlines()]


def date_column(name):
    columns = HEADERS[name].split(",")
    return next((column for column in DATES if column in columns), None)


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
               "revised", "cost_amount", "unit_amount", "allowed", "total", "instalment",
               "required", "planned", "supplement", "carried_in", "carried_out", "reserve"}
    NUMBERS = {"fiscal_year", "evaluated_year", "vintage", "weight", "execution_rate_bp",
               "attained_bp", "version", "rank", "planned_progress_bp"}

    def __init__(self, directory):
        self.headers = {}
        for name in HEADERS:
            setattr(self, name, list(self.read(pathlib.Path(directory), name)))
        last = {(row["project"], row["fiscal_year"]): row["version"]
                for row in self.target_approvals}
        self.final_targets = [row for row in self.targets
                              if row["version"] == last[row["project"], row["fiscal_year"]]]
        self.code_before = {row["project"]: row["predecessor"] for row in self.projects}
        self.requests = collections.OrderedDict()
        for row in self.adjustments:
            self.requests.setdefault(row["request"], []).append(row)
        self.reserves = {line_of(row): row for row in self.appropriations
                         if row["functional_class"] == RESERVE}
        self.cities = len({row["unit"][:6] for row in self.units})
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
        if column == "fund":  # each city has its own, with the same rules
            return text.split(".")[0]
        is_date = column.endswith("_on") or column == "in_force_from"
        return datetime.date.fromisoformat(text) if is_date and text else text

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
        """Each line's current budget at the end: original, every leg not reversed, and what a
        statement said otherwise, in the order of decision."""
        balance = {line_of(row): row["amount"] for row in self.appropriations}
        for request, legs in self.requests.items():
            for leg in legs if request not in self.reversed else []:
                balance[line_of(leg)] += leg["amount"]
        for row in self.statements:  # after all that happened to the line
            balance[line_of(row)] = row["total"]
        return balance
