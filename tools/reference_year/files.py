"""Writes tables as CSV: RFC 4180 quoting, UTF-8, LF; a city repeated gets other codes.

A code in a table holds CITY where the administrative division goes, and ELSEWHERE or (shorter) NTH
where only a further copy is marked. Groups of rows (a target, a request) are written copy after
copy, so the dates of a file stay in order and memory does not grow with the number of copies. What
holds for the whole ledger, such as the close of a year, is written once.
"""

import csv
import io
from collections import namedtuple

CITY = "@"
ELSEWHERE = "~"
NTH = "^"
DIVISION = 990100  # of no province
COPIES_MAX = 1000000 - DIVISION

# groups: lists of rows that belong together.
Table = namedtuple("Table", "name columns groups is_shared", defaults=(False,))


def single_rows(name, columns, rows, is_shared=False):
    """A table of which each row stands for itself."""
    return Table(name, columns.split(), [[row] for row in rows], is_shared)


def rows(table):
    return [row for group in table.groups for row in group]


def encode(group):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(group)
    return text.getvalue()


def copy(text, number):
    division = str(DIVISION + number)
    text = text.replace(CITY, division).replace(ELSEWHERE, f"-{division}" if number else "")
    return text.replace(NTH, f".{number}" if number else "")


def write(directory, table, copies):
    with open(directory / table.name, "w", encoding="utf-8", newline="") as file:
        file.write(encode([table.columns]))
        for group in table.groups:
            text = encode(group)
            times = 1 if table.is_shared else copies
            file.writelines(copy(text, number) for number in range(times))
