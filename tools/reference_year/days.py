"""Days on which an office works. Public holidays are left out; the city is invented anyway."""

from datetime import date, timedelta

SATURDAY = 5
IN_FORCE = date(2023, 7, 1)  # from when on the city's rules hold; before, others decided


def on_or_before(day):
    """The last weekday that is not later."""
    return day - timedelta(days=max(0, day.weekday() - SATURDAY + 1))


def on_or_after(day):
    """The first weekday that is not earlier."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() >= SATURDAY else 0)


def drawn(random, first, last):
    """A weekday between the two days, both included; there must be one."""
    day = on_or_before(first + timedelta(days=random.between(0, (last - first).days)))
    return day if day >= first else on_or_after(first)


__all__ = ["IN_FORCE", "date", "drawn", "on_or_after", "on_or_before", "timedelta"]
