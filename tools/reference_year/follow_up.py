"""What follows from the lights of monitoring: corrections, verified or not, and suspensions."""

from collections import namedtuple

from reference_year import files
from reference_year.days import date, drawn, on_or_after, timedelta
from reference_year.random64 import Random

VERIFIED = 780  # per mille of the corrections; the others are open
CAUSES = {"red": "资金支出和绩效目标均明显滞后于时间进度", "yellow": "资金支出或绩效目标滞后于时间进度"}
SUSPENDED = 6  # red projects a year whose money is stopped until October

Suspension = namedtuple("Suspension", "id about suspended_on reason resumed_on")


def correction_tables(seed, checks):
    random = Random(seed, "corrections")
    orders, verifications = [], []
    for check in checks:
        if check.colour == "green":
            continue
        ordered = drawn(random, check.checked_on + timedelta(days=2),
                        check.checked_on + timedelta(days=7))
        due = on_or_after(ordered + timedelta(days=40))
        row = [check.target.project.code, check.target.year, check.checked_on]
        orders.append(row + [ordered, due, CAUSES[check.colour]])
        if random.chance(VERIFIED):
            verifications.append(row + [drawn(random, due, due + timedelta(days=10)), "corrected"
                                        if random.chance(850) else "notCorrected"])
    orders.sort(key=lambda row: (row[3], row[0]))
    verifications.sort(key=lambda row: (row[3], row[0]))
    return [files.single_rows("corrections.csv",
                              "project fiscal_year checked_on ordered_on due_on cause", orders),
            files.single_rows("verifications.csv",
                              "project fiscal_year checked_on verified_on outcome", verifications)]


def suspensions(seed, book, checks):
    """Between two months' payments for red projects; all year for idle lines."""
    made = [Suspension(f"{line.project.code}-{line.year}",
                       f"line/{line.year}/{line.project.code}/{line.fund}/net/-",
                       on_or_after(date(line.year, 2, 3)), "项目停滞，暂停拨款", None)
            for line in book.values() if line.is_idle]
    random = Random(seed, "suspensions")
    for year in (2023, 2024, 2025):
        red = [check for check in checks if check.target.year == year and check.colour == "red"
               and date(year, 9, 28) <= check.checked_on <= date(year, 10, 4)]
        for check in random.sample(red, SUSPENDED):
            made.append(Suspension(f"{check.target.project.code}-{year}-10",
                                   f"project/{check.target.project.code}",
                                   on_or_after(check.checked_on + timedelta(days=1)),
                                   "监控红灯，暂缓拨付", on_or_after(date(year, 10, 8))))
    return sorted(made, key=lambda one: (one.suspended_on, one.id))


def suspension_tables(made):
    ended = sorted((one for one in made if one.resumed_on),
                   key=lambda one: (one.resumed_on, one.id))
    return [files.single_rows("suspensions.csv", "suspension about suspended_on suspended_for",
                              [[one.id, one.about, one.suspended_on, one.reason] for one in made]),
            files.single_rows("resumptions.csv", "suspension resumed_on resumed_for",
                              [[one.id, one.resumed_on, "整改方案已落实，恢复拨付"] for one in ended])]
