"""The close of each year: what is clawed back, and what the books are stated to hold."""

from reference_year import files, money, registry
from reference_year.adjustments import Request
from reference_year.days import date, drawn, on_or_after
from reference_year.random64 import Random

STATED = 10  # lines a year
REOPENED = 2024  # for two lines that a bank's statement showed to be wrong
CORRECTIONS = (123456, -50000)


def closed_on(year):
    return on_or_after(date(year + 1, 1, 19))


def paid(line):
    """Without what was booked twice: that is reversed."""
    return sum(payment.amount for payment in line.payments
               if not hasattr(payment, "voucher_of"))


def outstanding(line):
    return sum(commitment.amount for commitment in line.commitments) - sum(
        payment.amount for payment in line.payments if payment.commitment)


def clawbacks(seed, book, classes):
    """Basic expenditure and the three public expenses give all back, and so do idle projects: the
    money of the year before first, then the year's own."""
    random, made = Random(seed, "year's end"), []
    for line in book.values():
        found = classes.of.get((max(line.year, 2024), line.place))
        is_whole = found and found.expenditure in ("basic", "threePublic")
        if not (is_whole or line.is_idle):
            continue
        left = line.current() - paid(line) - outstanding(line)
        carried = sum(leg.amount for leg in line.legs if leg.vintage < line.year)
        if left <= 0:
            continue
        request = Request("clawback", "other", drawn(random, date(line.year + 1, 1, 22),
                                                     date(line.year + 1, 1, 31)),
                          "finance", "年终收回结余资金", f"year-end-{line.year}{files.ELSEWHERE}")
        for vintage, amount in ((line.year - 1, carried), (line.year, left - carried)):
            if amount > 0:
                request.move(line, -amount, vintage, f"unspent-{vintage}{files.ELSEWHERE}")
        made.append(request)
    return made


def period_table():
    """Said once for the whole ledger, however many cities are in it."""
    rows = [[f"{year}/1", year, "yes", "", "", closed_on(year), f"{year}年度决算办理完毕"]
            for year in registry.YEARS]
    rows.append([f"{REOPENED}/2", REOPENED, "", "yes", "云川市人民代表大会常务委员会",
                 date(REOPENED + 1, 3, 10), "据银行对账单更正两笔指标"])
    rows.append([f"{REOPENED}/3", REOPENED, "yes", "", "", date(REOPENED + 1, 3, 21),
                 f"{REOPENED}年度更正后重新关账"])
    rows.sort(key=lambda row: row[5])
    return files.single_rows("periods.csv", "period fiscal_year closes reopens authority"
                             " period_on reason", rows, is_shared=True)


class Statement:
    """The components of a line as the treasury knows them; all is in agreement but for `error`."""

    def __init__(self, line, stated_on, error, counts_from):
        def legs(*kinds, sign=1):
            return sum(leg.amount for leg in line.legs if leg.request.kind in kinds
                       and leg.amount * sign > 0 and not leg.request.is_reversed)
        self.line = line
        self.stated_on = stated_on
        self.counts_from = counts_from
        self.carried_in, self.carried_out = legs("carryOver"), legs("carryOver", sign=-1)
        self.reserve = legs("reserveDraw") + legs("reserveDraw", sign=-1)
        self.supplement = (line.current() - line.original - self.carried_in - self.carried_out
                           - self.reserve + error)
        self.total = line.current() + error
        self.spent = paid(line)
        line.restated = error


def statements(seed, book, plan):
    random, made = Random(seed, "statements"), []
    places = plan.ordinary({line.place: 1 for line in book.values()})
    for year in registry.YEARS[:2]:
        lines = [book[year, place, registry.GENERAL]
                 for place in random.sample(places, STATED)]
        for number, line in enumerate(lines):
            is_wrong = year == REOPENED and number < len(CORRECTIONS)
            first, last = ((3, 11), (3, 20)) if is_wrong else ((2, 12), (2, 27))
            made.append(Statement(line, drawn(random, date(year + 1, *first),
                                              date(year + 1, *last)),
                                  CORRECTIONS[number] if is_wrong else 0,
                                  date(year, 12, 31) if is_wrong else ""))
    made.sort(key=lambda one: (one.stated_on, one.line.project.code))
    return made


def statement_table(made):
    return files.single_rows(
        "statements.csv", "fiscal_year project fund original supplement carried_in carried_out"
        " reserve total spent stated_on counts_from",
        [[one.line.year, one.line.project.code, one.line.fund, *map(money.text, (
            one.line.original, one.supplement, one.carried_in, one.carried_out, one.reserve,
            one.total, one.spent)), one.stated_on, one.counts_from or one.stated_on]
         for one in made])
