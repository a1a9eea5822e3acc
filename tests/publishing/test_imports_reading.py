"""Files of posts: bytes to a table, names to fields, dates to days."""

from __future__ import annotations

import json
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kernel.errors import Invalid
from config.kernel.tables import write_csv
from publishing.services.imports_columns import FIELDS, guess_columns
from publishing.services.imports_reading import MOST_BYTES, decoded, read_table
from publishing.services.imports_times import Unclear, read_date, read_moment, read_time

WORDS = "Text,Date\nGrüße aus Kiel – 10 €,2027-03-31\n"


@pytest.mark.parametrize(
    "data",
    [
        WORDS.encode(),
        WORDS.encode("utf-8-sig"),
        WORDS.encode("utf-16"),
        WORDS.encode("utf-16-le"),
        WORDS.encode("utf-16-be"),
        WORDS.encode("cp1252"),
    ],
    ids=["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"],
)
def test_the_encoding_is_found(data: bytes) -> None:
    table = read_table(data)
    assert table.columns == ("Text", "Date")
    assert table.lines[0].cells["Text"] == "Grüße aus Kiel – 10 €"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_title_line(delimiter: str) -> None:
    text = delimiter.join(['"Text, long; or short"', "Date"]) + "\n" + delimiter.join(["a", "b"])
    assert read_table(text.encode()).columns == ("Text, long; or short", "Date")


def test_rows_are_numbered_as_a_spreadsheet_numbers_them() -> None:
    table = read_table(b'Text,Date\n"first\nsecond",\n,\nthird,\n')
    assert [(line.number, line.cells["Text"]) for line in table.lines] == [
        (2, "first\nsecond"),
        (4, "third"),
    ]


def test_json_is_a_list_or_its_posts() -> None:
    rows = [{"text": "One", "hashtags": ["a", "b"], "deep": {"no": 1}, "flag": True, "n": 3}]
    for shape in (rows, {"posts": rows}):
        line = read_table(json.dumps(shape).encode()).lines[0]
        assert line.cells["text"] == "One" and line.cells["hashtags"] == "a\nb"
        assert line.cells["deep"] == "" and line.cells["n"] == "3"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"Text,Date\n", "nothing under it"),
        (b"[1, 2]", "list of posts"),
        (b'{"rows": []}', "list of posts"),
        (b'[{"text": "a"}', "not valid JSON"),
        (b"x" * (MOST_BYTES + 1), "at most 2 MB"),
        (b"Text\n" + b"a\n" * 1_001, "more than 1,000 posts"),
        (b",".join([b"a"] * 61) + b"\nx", "more than 60 columns"),
        (b"Text\n" + b"a" * 20_001, "at most 20,000"),
        (b"[" * 5_000, "not valid JSON"),
    ],
)
def test_what_is_no_file_of_posts_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        read_table(data)
    assert refused.value.field == "upload"


@pytest.mark.parametrize("text", ["=1+1", "+49 431", "-5", "@harbour", "plain", "it's"])
def test_a_guarded_cell_is_what_it_was_before(text: str) -> None:
    data = "".join(write_csv(["Text", "More"], [[text, "x"]])).encode()
    assert read_table(data).lines[0].cells["Text"] == text.strip()


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        table = read_table(data)
    except Invalid:
        return
    for line in table.lines:
        for cell in line.cells.values():
            assert "\x00" not in cell
            cell.encode("utf-8")


@given(st.text(max_size=60))
def test_decoding_gives_back_what_was_encoded(text: str) -> None:
    text = text.replace("\x00", "").encode("utf-8", "ignore").decode()
    assert decoded(text.encode("utf-8-sig")) == text


@given(st.lists(st.text(max_size=40), min_size=2, max_size=2))
def test_cells_of_our_own_writer_come_back(cells: list[str]) -> None:
    rows = "".join(write_csv(["Text", "Note"], [cells])).encode("utf-8", "ignore")
    try:
        lines = read_table(rows).lines
    except Invalid as refused:
        # Nothing but what no cell shows.
        assert "nothing under it" in refused.message
        return
    assert [set(line.cells) for line in lines] == [{"Text", "Note"}]


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (["Caption", "Scheduled For", "Profile"], ["text", "when", "accounts"]),
        (["Beitragstext", "Datum", "Uhrzeit", "Kanäle"], ["text", "date", "time", "accounts"]),
        (["Post Text", "postDate", "PostTime", "Image URL"], ["text", "date", "time", "media"]),
        (["content", "publish_at", "hashtags", "url"], ["text", "when", "hashtags", "link"]),
        (["Foo", "Bar"], []),
    ],
)
def test_columns_are_guessed_by_their_names(columns: list[str], found: list[str]) -> None:
    assert sorted(guess_columns(columns)) == sorted(found)


def test_the_better_name_wins_and_no_column_is_taken_twice() -> None:
    guessed = guess_columns(["Description", "Text", "Status"])
    assert guessed["text"] == "Text"
    assert len(set(guessed.values())) == len(guessed)
    for field in FIELDS:
        assert guess_columns([field.label]).get(field.name, field.label) == field.label


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-03-31", date(2027, 3, 31)),
        ("2027/3/31", date(2027, 3, 31)),
        ("31.03.2027", date(2027, 3, 31)),
        ("3.4.27", date(2027, 4, 3)),
        ("31/3/2027", date(2027, 3, 31)),
        ("3/31/2027", date(2027, 3, 31)),
        ("4/4/2027", date(2027, 4, 4)),
        ("31 Mar 2027", date(2027, 3, 31)),
        ("31. März 2027", date(2027, 3, 31)),
        ("March 31st, 2027", date(2027, 3, 31)),
        ("Wed, 31 March 2027", date(2027, 3, 31)),
    ],
)
def test_clear_days_are_read(text: str, day: date) -> None:
    assert read_date(text) == day


def test_an_unclear_day_is_asked_about_and_never_guessed() -> None:
    with pytest.raises(Unclear, match="could be two days"):
        read_date("3/4/2027")
    assert read_date("3/4/2027", "day") == date(2027, 4, 3)
    assert read_date("3/4/2027", "month") == date(2027, 3, 4)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2027-02-30", "31/31/2027", "44652", "2027-03-31x", "31 Foo 2027", "1999-1-1"],
)
def test_what_is_no_day_is_said(text: str) -> None:
    with pytest.raises(Unclear):
        read_date(text)


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("09:00", time(9)),
        ("9:05 am", time(9, 5)),
        ("12 am", time(0)),
        ("12:30 PM", time(12, 30)),
        ("9pm", time(21)),
        ("14h30", time(14, 30)),
        ("14.30 Uhr", time(14, 30)),
        ("09:00:59", time(9)),
    ],
)
def test_times_are_read(text: str, wall: time) -> None:
    assert read_time(text) == wall


@pytest.mark.parametrize("text", ["9", "25:00", "13 pm", "noon", "9:61", ""])
def test_what_is_no_time_is_said(text: str) -> None:
    with pytest.raises(Unclear):
        read_time(text)


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("2027-03-31 09:00", "2027-03-31 09:00"),
        ("2027-03-31T09:00:00", "2027-03-31 09:00"),
        ("2027-03-31T07:00:00Z", "2027-03-31 09:00"),
        ("2027-03-31T09:00:00.000+02:00", "2027-03-31 09:00"),
        ("2027-03-31 23:30 -0400", "2027-04-01 05:30"),
        ("31.03.2027, 9:00 am", "2027-03-31 09:00"),
        ("31 March 2027 at 9 pm", "2027-03-31 21:00"),
    ],
)
def test_moments_are_turned_to_the_brands_clock(text: str, wall: str) -> None:
    day, clock = read_moment(text, "Europe/Berlin")
    assert f"{day} {clock:%H:%M}" == wall


@pytest.mark.parametrize("text", ["2027-03-31", "2027-03-31 morning", "2027-03-31 09:00 CEST", ""])
def test_half_a_moment_is_said(text: str) -> None:
    with pytest.raises(Unclear):
        read_moment(text, "Europe/Berlin")


@given(st.text(alphabet="0123456789:/.-+ TZapmMarch,", max_size=40), st.sampled_from(["", "day"]))
def test_whatever_stands_there_is_read_or_said(text: str, order: str) -> None:
    for read in (lambda: read_moment(text, "Europe/Berlin", order), lambda: read_date(text, order)):
        try:
            read()
        except Unclear as why:
            assert str(why)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.times())
def test_what_we_write_ourselves_is_read_again(day: date, clock: time) -> None:
    assert read_moment(f"{day} {clock:%H:%M}", "Europe/Berlin") == (
        day,
        time(clock.hour, clock.minute),
    )
