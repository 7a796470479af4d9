"""Who may act, which rules hold, how units change, what is taught and what is published."""

import hashlib
import json
import pathlib

from reference_year import departments, files, registry
from reference_year.days import IN_FORCE, date, drawn, on_or_after
from reference_year.random64 import Random

RULE_SET = pathlib.Path(__file__).resolve().parents[2] / "schema" / "rulesets" / "city-2024.json"
CITY_NAME = departments.CITY_NAME
PRINCIPALS = [("p-finance-01", "财政局", "finance"), ("p-finance-02", "财政局", "performance"),
              ("p-treasury-01", "财政局", "treasury"), ("p-audit-01", "审计局", "audit"),
              ("p-education-01", "教育局", "department"), ("p-health-01", "卫生健康局", "department"),
              ("p-school-01", "教育局", "unit")]
REVOKED = "p-health-01"
TOPICS = ["绩效目标编制", "绩效自评与结果应用", "支出标准应用", "项目库申报与事前评估", "双监控系统操作"]


def rule_set_table():
    """Once for the whole ledger."""
    text = RULE_SET.read_text(encoding="utf-8")
    rules = json.loads(text)
    return files.single_rows(
        "rule_sets.csv", "rule_set rule_set_version in_force_from published_on rules",
        [[rules["name"], rules["version"], IN_FORCE, date(2023, 6, 1), text]], is_shared=True)


def principal_tables():
    enrolled = [[name + files.ELSEWHERE, CITY_NAME + organisation, role, date(2023, 1, 4)]
                for name, organisation, role in PRINCIPALS]
    return [files.single_rows("principals.csv", "principal organisation role enrolled_on",
                              enrolled),
            files.single_rows("revocations.csv", "principal revoked_on revoked_for",
                              [[REVOKED + files.ELSEWHERE, date(2024, 9, 2), "岗位调整"]])]


def reorganisation_table(units):
    """A renaming, a merger, a new parent; none in a department with a priority list."""
    unit = {one.name[len(CITY_NAME):]: one for one in units}
    rows = [[unit["市民热线中心"].id, "renamed", "", "", f"{CITY_NAME}12345政务服务热线中心",
             date(2024, 3, 1)],
            [unit["会展服务中心"].id, "newParent", "", unit["文化广电和旅游局"].id, "",
             date(2024, 9, 2)],
            [unit["审计信息中心"].id, "merged", unit["审计局"].id, "", "", date(2025, 12, 1)]]
    return files.single_rows("reorganisations.csv",
                             "unit kind into new_department new_name reorganised_on", rows)


def closing_table(ordered):
    """Projects that end: finished with their policy, or taken over by a new registration."""
    rows = []
    for place in ordered:
        for year in registry.YEARS[:-1]:
            if year not in place.projects:
                continue
            after = place.projects.get(year + 1)
            if after is not place.projects[year]:
                rows.append([place.projects[year].code, "merged" if after else "finished",
                             on_or_after(date(year + 1, 12, 15))])
    rows.sort(key=lambda row: (row[2], row[0]))
    return files.single_rows("project_closings.csv", "project outcome ended_on", rows)


def training_table(seed):
    random, rows = Random(seed, "trainings"), []
    for year in registry.YEARS:
        for number, topic in enumerate(TOPICS, 1):
            rows.append([f"{files.CITY}-{year}-{number}", topic, random.between(40, 260),
                         drawn(random, date(year, 2 * number, 1), date(year, 2 * number, 25))])
    return files.single_rows("trainings.csv", "training topic participants held_on", rows)


def disclosure_table(seed, units):
    """The departments publish targets with the budget, and evaluations with the accounts."""
    random, rows = Random(seed, "disclosures"), []
    for year in registry.YEARS[1:]:
        for unit in units:
            if unit.supervisor:
                continue
            for kind, month in (("targets", 2), ("evaluations", 9)):
                url = f"https://yunchuan.example/{year}/{kind}/{unit.id}"
                digest = hashlib.sha256(url.encode()).hexdigest()
                rows.append([f"{unit.id}-{year}-{kind}", unit.id, year, url, digest,
                             drawn(random, date(year, month, 10), date(year, month, 28))])
    rows.sort(key=lambda row: (row[5], row[0]))
    return files.single_rows("disclosures.csv",
                             "disclosure unit fiscal_year url sha256 published_on", rows)
