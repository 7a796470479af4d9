"""Writes tables as CSV: RFC 4180 quoting, UTF-8, LF; a city repeated gets other codes.

A code in a table holds CITY where the administrative division goes, and ELSEWHERE where only a
further copy is marked. Groups of rows (a target, a request) are written copy after copy, so the
dates of a file stay in order and memory does not grow with the number of copies.
"""

import csv
import io
from collections import namedtuple

CITY = "@"
ELSEWHERE = "~"
DIVISION = 990100  # of no province
COPIES_MAX = 1000000 - DIVISION

Table = namedtuple("Table", "name columns groups")  # groups: lists of rows that belong together


def rows(table):
    return [row for group in table.groups for row in group]


def encode(group):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(group)
    return text.getvalue()


def copy(text, number):
    division = str(DIVISION + number)
    return text.replace(CITY, division).replace(ELSEWHERE, f"-{division}" if number else "")


def write(directory, table, copies):
    with open(directory / table.name, "w", encoding="utf-8", newline="") as file:
        file.write(encode([table.columns]))
        for group in table.groups:
            text = encode(group)
            file.writelines(copy(text, number) for number in range(copies))
