#!/usr/bin/env python3
"""What people who live in spreadsheets get: workbooks, GB 18030, and a picture.

A workbook is read here as any program reads it: a ZIP archive of XML parts (ECMA-376).
"""

import io
import os
import subprocess
import xml.etree.ElementTree
import zipfile

import support

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SVG = "{http://www.w3.org/2000/svg}"
BIG = 12_345_678_901_234_567_89  # fen; more digits than a spreadsheet shows
ODD = 2**53 + 1  # the smallest whole number that a double does not hold
LARGEST = 999_999_999_999_999  # of 15 digits


def line(project, measure="net"):
    return f"line/2024/{project}/general/{measure}/-"


def story():
    """Two units; one budget of each kind of adjustment, below zero on the way."""
    facts = [{"unitRegistered": {"unit": unit, "name": "财政局"}} for unit in ("101", "102")]
    for project, unit in (("P", "101"), ("Q", "101"), ("R", "102"), ("S", "102"), ("T", "102")):
        facts.append({"projectProposed": {"project": project, "unit": unit, "name": "=1+1"}})
        for measure in ("net", "headcount"):
            facts.append({"lineOpened": {"line": line(project, measure)}})
    facts += [{"budgetAppropriated": {"line": line("P"), "amount": "100000050"}},
              {"budgetAppropriated": {"line": line("P", "headcount"), "amount": "12500"}},
              {"budgetAppropriated": {"line": line("R"), "amount": str(BIG)}},
              {"budgetAppropriated": {"line": line("S"), "amount": str(-ODD)}},
              {"budgetAppropriated": {"line": line("T"), "amount": str(LARGEST)}}]
    def adjusted(kind, *legs):
        facts.append({"budgetAdjusted": {
            "kind": kind, "legs": [{"line": line(project), "amount": str(amount), "vintage": 2024}
                                   for project, amount in legs]}})
    adjusted("supplement", ("P", 25_000_000))
    adjusted("reduction", ("P", -175_000_100))
    adjusted("virement", ("P", -1_000), ("Q", 1_000))
    adjusted("carryOver", ("Q", 7_000_000))
    return facts


class Sheet:
    """A sheet's cells by place: numbers as floats, texts as they are; and their formats."""

    def __init__(self, archive, part, formats):
        root = xml.etree.ElementTree.fromstring(archive.read(part))
        self.pane = root.find(f".//{MAIN}pane")
        self.rows, self.formats = [], []
        for row in root.iter(f"{MAIN}row"):
            values, forms = {}, {}
            for cell in row.iter(f"{MAIN}c"):
                column = "".join(c for c in cell.get("r") if c.isalpha())
                assert cell.find(f"{MAIN}f") is None, "a formula"
                if cell.get("t") == "inlineStr":
                    values[column] = "".join(text.text or "" for text in cell.iter(f"{MAIN}t"))
                else:
                    values[column] = float(cell.find(f"{MAIN}v").text)
                forms[column] = formats[int(cell.get("s", "0"))]
            self.rows.append(values)
            self.formats.append(forms)
        self.header = {name: column for column, name in self.rows[0].items()}

    def column(self, name):
        return [row.get(self.header[name]) for row in self.rows[1:]]

    def format_of(self, name, place):
        return self.formats[place + 1].get(self.header[name])


def workbook(content):
    """Its sheets by name."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    styles = xml.etree.ElementTree.fromstring(archive.read("xl/styles.xml"))
    codes = {form.get("numFmtId"): form.get("formatCode") for form in styles.iter(f"{MAIN}numFmt")}
    formats = [codes.get(form.get("numFmtId"), form.get("numFmtId"))
               for form in styles.find(f"{MAIN}cellXfs")]
    book = xml.etree.ElementTree.fromstring(archive.read("xl/workbook.xml"))
    return {sheet.get("name"): Sheet(archive, f"xl/worksheets/sheet{place}.xml", formats)
            for place, sheet in enumerate(book.iter(f"{MAIN}sheet"), 1)}


class Exports(support.Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = support.Case()
        cls.shared.setUp()
        cls.addClassCleanup(cls.shared.doCleanups)
        cls.ledger = cls.shared.ledger("--rule-set", "open")
        cls.ledger.start()
        cls.ledger.cli("submit", "-", stdin=support.commands(*story()))

    def raw(self, *arguments, expect=support.DONE):
        """The bytes that a command writes to a file."""
        file = self.folder / "out"
        with open(file, "wb") as out:
            status = subprocess.run(self.ledger.arguments(*arguments), stdout=out,
                                            timeout=120, check=False).returncode
        self.assertEqual(status, expect)
        return file.read_bytes()

    def test_a_workbook_has_the_rows_of_the_table_with_real_numbers(self):
        sheets = workbook(self.raw("--output", "xlsx", "budgets"))
        self.assertEqual(list(sheets), ["Budget"])
        sheet = sheets["Budget"]
        rows = self.ledger.cli("--output", "csv", "budgets").csv
        self.assertEqual(len(sheet.rows), 1 + len(rows))
        self.assertEqual(sheet.column("project"), [row["project"] for row in rows])
        self.assertEqual(sheet.column("fiscal year"), [2024.0] * len(rows))
        for name, field in (("original budget", "original"), ("current budget", "current")):
            for place, (cell, row) in enumerate(zip(sheet.column(name), rows)):
                if isinstance(cell, str):
                    self.assertEqual(cell.replace(",", ""), row[field])
                else:
                    self.assertEqual(cell, float(row[field]))
                    self.assertIn("0.000" if row["measure"] == "headcount" else "[$CNY] #,##0.00",
                                  sheet.format_of(name, place))

    def test_the_header_stays_in_sight(self):
        pane = workbook(self.raw("--output", "xlsx", "budgets"))["Budget"].pane
        self.assertEqual((pane.get("ySplit"), pane.get("state")), ("1", "frozen"))

    def test_an_amount_that_a_double_cannot_hold_is_text(self):
        sheet = workbook(self.raw("--output", "xlsx", "budgets", "--unit", "102", "--measure",
                                  "net"))["Budget"]
        self.assertEqual(sheet.column("original budget"), [
            "12,345,678,901,234,567.89", "-90,071,992,547,409.93", 9_999_999_999_999.99])
        self.assertEqual(sheet.column("supplement"), [0.0] * 3)

    def test_headers_and_values_are_in_the_language(self):
        sheet = workbook(self.raw("--lang", "zh", "--output", "xlsx", "adjustments"))["Adjustment"]
        self.assertEqual(sheet.column("调整类型")[0], "追加")
        self.assertEqual(sheet.column("金额")[0], 250_000.0)
        self.assertIsNone(sheet.column("冲销事件")[0])

    def test_days_are_dates_and_texts_are_never_formulas(self):
        sheet = workbook(self.raw("--output", "xlsx", "adjustments"))["Adjustment"]
        self.assertTrue(all(day > 40_000 for day in sheet.column("effective on")))
        self.assertEqual(sheet.format_of("effective on", 0), "yyyy-mm-dd")
        library = workbook(self.raw("--output", "xlsx", "library"))["Library"]
        self.assertEqual(library.column("name"), ["=1+1"] * 5)

    def test_two_tables_are_two_sheets(self):
        sheets = workbook(self.raw("--output", "xlsx", "rebuild", "--subject", "project/P"))
        self.assertEqual(list(sheets), ["Budget", "Adjustment"])
        self.assertEqual(len(sheets["Adjustment"].rows), 1 + 3)

    def test_every_list_can_be_a_workbook(self):
        for command in (("adjustments",), ("units",), ("statements",), ("compliance",), ("facts",),
                        ("projections",), ("history", "project/P"), ("tail", "--no-follow"),
                        ("report", "annual", "--year", "2024"), ("stale",), ("explain", line("P"))):
            with self.subTest(command=command):
                sheets = workbook(self.raw("--output", "xlsx", *command))
                self.assertEqual(len(sheets), 1)

    def test_what_cannot_be_is_said_before_anything_is_read(self):
        follows = self.ledger.cli("--output", "xlsx", "tail", expect=support.WRONG_USAGE)
        self.assert_says(follows, "give --no-follow or --limit")
        encoded = self.ledger.cli("--encoding", "gb18030", "budgets", expect=support.WRONG_USAGE)
        self.assert_says(encoded, "--encoding is for --output csv")
        drawn = self.ledger.cli("--output", "svg", "budgets", expect=support.WRONG_USAGE)
        self.assert_says(drawn, "report waterfall")
        graph = self.ledger.cli("--output", "dot", "budgets", expect=support.WRONG_USAGE)
        self.assert_says(graph, "`explain`")

    def test_a_workbook_is_not_written_to_a_terminal(self):
        master, terminal = os.openpty()
        self.addCleanup(os.close, master)
        done = subprocess.run(self.ledger.arguments("--output", "xlsx", "budgets"),
                                      stdout=terminal, stderr=subprocess.PIPE, timeout=120,
                                      check=False)
        os.close(terminal)
        self.assertEqual(done.returncode, support.WRONG_USAGE)
        self.assertIn("budgets.xlsx", done.stderr.decode())

    def test_csv_in_gb18030_is_the_same_table(self):
        plain = self.ledger.cli("--output", "csv", "tail", "--no-follow", "--from", 0).out
        encoded = self.raw("--output", "csv", "--encoding", "gb18030", "tail", "--no-follow",
                           "--from", "0")
        self.assertIn("财政局".encode("gb18030"), encoded)
        self.assertEqual(encoded.decode("gb18030"), plain)

    def waterfall(self, *arguments):
        root = xml.etree.ElementTree.fromstring(
            self.raw(*arguments, "--output", "svg", "report", "waterfall", "--unit", "101",
                     "--fiscal-year", "2024"))
        self.assertEqual(root.tag, f"{SVG}svg")
        return root

    def test_the_waterfall_has_every_step_with_its_amount(self):
        root = self.waterfall()
        texts = [text.text for text in root.iter(f"{SVG}text")]
        self.assertEqual(texts, [
            "Unit 101, fiscal year 2024: from original to current budget", "measure net, CNY",
            "original budget", "1,000,000.50", "supplement", "+250,000.00", "reduction",
            "-1,750,001.00", "carry-over", "+70,000.00", "current budget", "-430,000.50"])
        zero = float(next(line for line in root.iter(f"{SVG}line")
                          if line.get("class") == "zero").get("x1"))
        bars = [bar for bar in root.iter(f"{SVG}rect") if bar.get("class")]
        self.assertEqual([bar.get("class") for bar in bars],
                         ["total", "more", "less", "more", "total"])
        self.assertAlmostEqual(float(bars[0].get("x")), zero, delta=0.2)
        end = float(bars[-1].get("x")) + float(bars[-1].get("width"))
        self.assertAlmostEqual(end, zero, delta=0.2)  # below zero: left of the line

    def test_the_waterfall_speaks_chinese(self):
        texts = [text.text for text in self.waterfall("--lang", "zh").iter(f"{SVG}text")]
        self.assertIn("年初批复数", texts)
        self.assertIn("变动后预算数", texts)

    def test_the_waterfall_as_rows_sums_up(self):
        rows = self.ledger.cli("--output", "csv", "report", "waterfall", "--unit", "101",
                               "--fiscal-year", "2024").csv
        *steps, current = [(row["step"], support.major(row["amount"])) for row in rows]
        self.assertEqual(current[0], "current")
        self.assertEqual(sum(amount for _, amount in steps), current[1])
        posts = self.ledger.cli("--output", "csv", "report", "waterfall", "--unit", "101",
                                "--fiscal-year", "2024", "--measure", "headcount").csv
        self.assertEqual([row["amount"] for row in posts], ["12.500", "12.500"])

    def test_the_waterfall_is_drawn_as_of_a_day(self):
        seq = next(int(record["sequence"]) for record in self.ledger.events()
                   if "budgetAdjusted" in record["fact"])
        rows = self.ledger.cli("--as-of", f"seq:{seq}", "--output", "csv", "report", "waterfall",
                               "--unit", "101", "--fiscal-year", "2024").csv
        self.assertEqual([row["step"] for row in rows], ["original", "supplement", "current"])

    def test_a_unit_that_is_not_there_is_no_picture(self):
        outcome = self.ledger.cli("--output", "svg", "report", "waterfall", "--unit", "999",
                                  "--fiscal-year", "2024", expect=support.ANSWER_IS_NO)
        self.assertEqual(outcome.out, "")
        self.assert_says(outcome, "101")


if __name__ == "__main__":
    support.main()
