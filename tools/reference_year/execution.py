"""Commitments and payments: twelve months of them for most projects, within what may be spent."""

from reference_year import files, money, registry
from reference_year.days import date, drawn
from reference_year.money import apportion, per_mille
from reference_year.random64 import Random

MONTHS = range(1, 13)
LAST_DAY = 27
# Weights of the months by quarter: a steady project, one that stays behind, one that catches up.
PACES = {"steady": (100, 100, 100, 100), "slow": (30, 30, 70, 200), "late": (35, 35, 220, 130)}
RATES = {"steady": (930, 985), "slow": (450, 600), "late": (900, 960)}  # per mille of spendable


class Commitment:
    def __init__(self, line, amount, decided_on):
        self.line = line
        self.amount = amount
        self.decided_on = decided_on


class Payment:
    def __init__(self, line, amount, paid_on, commitment=None, refund_of=None):
        self.line = line
        self.amount = amount
        self.paid_on = paid_on
        self.commitment = commitment
        self.refund_of = refund_of
        line.payments.append(self)


def set_paces(seed, book):
    random = Random(seed, "paces")
    paces = {}
    for line in book.values():
        key = line.year, line.place
        if key not in paces:
            paces[key] = random.pick(["steady"] * 17 + ["slow"] * 2 + ["late"])
        line.pace = paces[key]


def months_of(line):
    """Where a project has two funds, the second one pays the last month of each quarter."""
    is_second = len(line.place.funds) > 1 and line.fund == line.place.funds[1]
    is_first = len(line.place.funds) > 1 and not is_second
    months = [month for month in MONTHS
              if not (is_second and month % 3) and not (is_first and month % 3 == 0)]
    return [month for month in months if month < 10 or not line.is_stopped]


def spend(random, line):
    months = months_of(line)
    weights = [PACES[line.pace][(month - 1) // 3] * random.between(90, 110) for month in months]
    total = per_mille(line.spendable, random.between(*RATES[line.pace]))
    if line.is_stopped:
        total = per_mille(line.spendable, random.between(300, 400))
    parts = apportion(total, weights)
    # Whole yuan where that is possible; the remainders go into the last month.
    rounded = [part - part % 100 for part in parts[:-1]]
    parts = rounded + [total - sum(rounded)]
    settled = commit(random, line, dict(zip(months, parts)))
    for month, part in zip(months, parts):
        day = drawn(random, date(line.year, month, 22 if month == 1 else 11),
                    date(line.year, month, LAST_DAY))
        Payment(line, part, day, settled.get(month))
    if not line.is_stopped and random.chance(20):
        refund(random, line)


def commit(random, line, parts):
    """Two contracts or so a line; each is settled by the payments of one to three months."""
    settled = {}
    for first in random.sample([month for month in parts if month in (2, 4, 6, 8)], 2):
        months = [month for month in range(first, first + random.pick([1, 2, 2]))
                  if month in parts]
        amount = sum(parts[month] for month in months)
        if random.chance(100) and not line.is_stopped:
            amount += per_mille(line.spendable, 5)  # never called: stays outstanding
        day = drawn(random, date(line.year, first, 1), date(line.year, first, 8))
        commitment = Commitment(line, amount, day)
        line.commitments.append(commitment)
        settled.update((month, commitment) for month in months)
    return settled


def refund(random, line):
    """Part of a payment made by October, that settled no commitment, comes back in November."""
    payment = next((payment for payment in line.payments
                    if payment.commitment is None and payment.paid_on.month <= 10), None)
    if payment:
        day = drawn(random, date(line.year, 11, 11), date(line.year, 11, LAST_DAY))
        Payment(line, -per_mille(payment.amount, random.between(50, 400)), day, None, payment)


def room(line):
    """What the line could still pay, refunds left aside."""
    promised = sum(commitment.amount for commitment in line.commitments)
    return line.spendable - promised - sum(payment.amount for payment in line.payments
                                           if payment.commitment is None and payment.amount > 0)


def book_twice(random, lines, count):
    """Payments of November that are booked a second time by mistake, and reversed later."""
    doubles = []
    for line in random.shuffled(lines):
        payment = next((payment for payment in line.payments if payment.paid_on.month == 11
                        and 0 < payment.amount <= room(line)), None)
        if payment and not payment.commitment and not line.is_stopped \
                and line.place.category == "T":  # what others leave is clawed back
            day = drawn(random, payment.paid_on, date(line.year, 11, 30))
            doubles.append(Payment(line, payment.amount, day))
            doubles[-1].voucher_of = payment
        if len(doubles) == count:
            break
    return doubles


def run(seed, book):
    """Fills the lines' commitments and payments; the payments that are booked twice come back."""
    for line in book.values():
        if line.is_idle:
            continue
        spend(Random(seed, f"spend {line.project.code} {line.year} {line.fund}"), line)
    doubles = []
    for year in registry.YEARS:
        doubles += book_twice(Random(seed, f"twice {year}"),
                              [line for line in book.values() if line.year == year],
                              2 if year == 2024 else 1)
    return doubles


def number(items, letter, day):
    """Sorts by day (ties stay in the order of the book) and gives each its id."""
    items.sort(key=day)
    numbered = {}
    for item in items:
        numbered[item.line.year] = numbered.get(item.line.year, 0) + 1
        item.id = f"{letter}-{files.CITY}-{item.line.year}-{numbered[item.line.year]:06d}"
    return items


def commitment_table(book):
    made = number([item for line in book.values() for item in line.commitments], "C",
                  lambda item: item.decided_on)
    rows = [[item.id, item.line.year, item.line.project.code, item.line.fund,
             money.text(item.amount), item.decided_on, f"HT{item.id[-11:]}"] for item in made]
    return files.Table("commitments.csv", (
        "commitment fiscal_year project fund amount decided_on reference").split(),
        [[row] for row in rows])


def payment_table(book):
    made = number([item for line in book.values() for item in line.payments], "P",
                  lambda item: item.paid_on)
    rows = []
    for item in made:
        voucher = getattr(item, "voucher_of", item)
        rows.append([item.id, item.line.year, item.line.project.code, item.line.fund,
                     money.text(item.amount), item.paid_on,
                     item.commitment.id if item.commitment else "",
                     item.refund_of.id if item.refund_of else "", f"PZ{voucher.id[-11:]}"])
    return files.Table("payments.csv", (
        "payment fiscal_year project fund amount paid_on commitment refund_of voucher").split(),
        [[row] for row in rows])
