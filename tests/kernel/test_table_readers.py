"""Tables and presentations to plain text, and what is refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from config.kernel.readers import Unreadable, read_file, sniff
from config.kernel.readers.base import keeping
from config.kernel.readers.csv import MOST_BYTES, delimiter_of, read_csv

TABLE = "Name,Price\nMast,890\nSail,700\nOar,90\n"


def deck() -> bytes:
    import pptx
    from pptx.util import Inches

    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "Wooden masts"
    slide.placeholders[1].text = "Planed by hand\nVarnished seven times"
    slide.notes_slide.notes_text_frame.text = "Say that 34 boats went back to sea."
    table = slide.shapes.add_table(1, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "Dinghy", "890 euros"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        (TABLE, ","),
        (TABLE.replace(",", ";"), ";"),
        (TABLE.replace(",", "\t"), "\t"),
        ("A mast, a sail.\nAn oar, a boat.\nA pier, a crane.\n", None),
        ("One line, and no more\n", None),
        ("Dear Marta,\n\nthe mast is done, as agreed.\n\nBest,\nJan\n", None),
    ],
)
def test_a_table_is_told_from_a_text(text: str, delimiter: str | None) -> None:
    assert delimiter_of(text) == delimiter
    assert sniff(text.encode()) == ("csv" if delimiter else "text")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_row_is_a_paragraph_of_named_values(encoding: str) -> None:
    text = "Name;Größe\nMast;890 cm\nSegel;700 cm\nRuder;90 cm\n"
    found = read_csv(text.encode(encoding), title="Maße")
    assert found.text.startswith("Name: Mast\nGröße: 890 cm\n\nName: Segel")
    assert found.title == "Maße"


def test_a_formula_is_text_and_a_quoted_cell_one_cell() -> None:
    data = b'Name,Sum\n"Mast, long",=1+2\nSail,"=HYPERLINK(""http://x"")"\nOar,3\n'
    found = read_file(data)
    assert "Name: Mast, long\nSum: =1+2" in found.text
    assert 'Sum: =HYPERLINK("http://x")' in found.text


def test_a_table_that_is_too_large_is_refused() -> None:
    with pytest.raises(Unreadable, match="at most 10 MB"):
        read_csv(b"a,b\n" + b"1,2\n" * (MOST_BYTES // 4))


def test_slides_give_titles_points_tables_and_notes() -> None:
    found = read_file(deck())
    assert "Wooden masts" in found.text
    assert "- Planed by hand\n- Varnished seven times" in found.text
    assert "- Dinghy, 890 euros" in found.text
    assert "Say that 34 boats went back to sea." in found.text


def test_a_damaged_and_a_bloated_presentation_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/presentation.xml", b"<broken")
    with pytest.raises(Unreadable, match="damaged"):
        read_file(out.getvalue())
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/presentation.xml", bytes(20_000_000))
    with pytest.raises(Unreadable, match="unpacks"):
        read_file(out.getvalue())


def test_what_is_searched_may_be_longer_than_what_a_model_reads() -> None:
    long = ("The mast is planed by hand. " * 4_000).encode()
    assert len(read_file(long).text) <= 50_000
    with keeping(1_000_000):
        assert len(read_file(long).text) > 100_000
