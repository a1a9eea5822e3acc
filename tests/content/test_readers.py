from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.kernel.errors import DomainError
from config.kernel.readers import (
    Unreadable,
    read_docx,
    read_file,
    read_html,
    read_markdown,
    read_pdf,
    read_text,
    sniff,
)
from config.kernel.readers.base import FILE_BYTES, STORED_CHARACTERS
from tests.content.documents import (
    ARTICLE,
    HIDDEN_ORDER,
    archive,
    bomb,
    docx,
    locked_pdf,
    pdf,
)

PDF = pdf([["Our rye bread is back.", "It is baked at 4 a.m."]], title="Rye", language="en-GB")
DOCX = docx([("Title", "Opening hours"), ("Normal", "We open at seven.")])
MARKDOWN = b"# Rye is back\n\nIt costs **4.20** a loaf.\n\n- whole grain\n- 18 hours\n"


# -- Which kind ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PDF, "pdf"),
        (b"\n\n" + PDF, "pdf"),
        (DOCX, "docx"),
        (ARTICLE.encode(), "html"),
        (b"<!-- saved -->\n<html><p>Hi", "html"),
        (MARKDOWN, "markdown"),
        (b"See [the mill](https://mill.example).", "markdown"),
        (b"Just a line about bread & 3 * 4 = 12.", "text"),
        ("Brötchen, 2 €".encode("cp1252"), "text"),
        ("Brot".encode("utf-16"), "text"),
    ],
)
def test_a_files_kind_is_told_by_its_content(data: bytes, kind: str) -> None:
    assert sniff(data) == kind


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"\x89PNG\r\n\x1a\n....", "picture"),
        (b"RIFF....WEBPVP8 ", "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office"),
        (b"{\\rtf1 text}", "RTF"),
        (archive("xl/workbook.xml"), "spreadsheet"),
        (archive("ppt/presentation.xml"), "presentation"),
        (archive("content.xml"), "OpenDocument"),
        (archive("photo.jpg"), "archive"),
        (b"PK\x03\x04 cut short", "damaged"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "cannot be read"),
        (b"a" * (FILE_BYTES + 1), "at most 50 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_way_on(data: bytes, says: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_file(data)

    assert says in caught.value.message
    assert caught.value.message.count(".") >= 2  # what is wrong, and what to do


# -- Text ----------------------------------------------------------------------------------------


def test_pasted_text_is_cleaned_and_named_by_its_first_line() -> None:
    found = read_text("Rye is back\r\n\r\n\r\n\r\nIt   costs\u00a04.20\u200b.\x00 ")

    assert (found.title, found.text) == ("Rye is back", "Rye is back\n\nIt costs 4.20.")
    assert not found.truncated


def test_a_long_first_line_gives_a_short_title() -> None:
    long = (
        "This is a very long first sentence that goes on and on about the rye bread of the bakery"
    )
    assert read_text("Rye is back. " + long + ".").title == "Rye is back."
    assert read_text(long + " in Elm Street").title.endswith("…")


def test_pasted_text_over_100_kb_is_refused() -> None:
    read_text("a" * 102_400)
    with pytest.raises(Unreadable, match="at most 100 KB") as caught:
        read_text("ä" * 51_201)
    assert caught.value.field == "text"


def test_more_than_50_000_characters_are_cut_at_a_sentence() -> None:
    found = read_text("A sentence of bread. " * 3_000)

    assert found.truncated
    assert STORED_CHARACTERS - 100 < len(found.text) <= STORED_CHARACTERS
    assert found.text.endswith("bread.")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_file_is_read_in_its_encoding(encoding: str) -> None:
    text = "Frische Brötchen für 2,50 €, jeden Tag außer Montag. Wir freuen uns über Gäste."
    assert read_file(text.encode(encoding)).text == text


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_no_bytes_at_all_make_a_reader_fall_over(data: bytes) -> None:
    try:
        found = read_file(data)
    except DomainError as error:
        assert error.message
    else:
        assert found.text and found.title


# -- Markdown and HTML ---------------------------------------------------------------------------


def test_markdown_loses_its_marks_and_keeps_its_order() -> None:
    found = read_markdown(
        b"---\ntitle: Rye\nlang: en\n---\n# Rye is back\n\n"
        b"It costs **4.20** a [loaf](https://b.example/l).\n\n- whole grain\n- 18 hours\n\n"
        b"```\ncode()\n```\n\n| Day | Hour |\n|---|---|\n| Mon | 7 |\n"
    )

    assert found.title == "Rye"
    assert found.language == "en"
    assert found.links == ("https://b.example/l",)
    assert found.text.startswith(
        "Rye is back\n\nIt costs 4.20 a loaf.\n\n- whole grain\n- 18 hours"
    )
    assert "code()" not in found.text
    assert "Mon, 7" in found.text


def test_a_page_gives_its_main_text_title_language_links_and_picture() -> None:
    found = read_html(ARTICLE, url="https://bakery.example/news/rye")

    assert found.title == "Rye is back"
    assert found.language == "en-gb"
    assert "£4.20 a loaf" in found.text
    assert "- Proved for 18 hours" in found.text
    assert "Cookies" not in found.text and "About us" not in found.text
    assert found.images == ("https://bakery.example/img/rye.jpg",)
    assert found.links == ("https://bakery.example/journal/rye", "https://mill.example/rye")


def test_text_that_readers_of_a_page_do_not_see_is_left_out() -> None:
    found = read_html(ARTICLE)

    assert HIDDEN_ORDER not in found.text
    assert "White on blue is read by people" in found.text


def test_a_page_without_text_says_why() -> None:
    with pytest.raises(Unreadable, match="build it with a script"):
        read_html("<html><body><div id=app></div><script>start()</script></body></html>")
    with pytest.raises(Unreadable, match="paying readers"):
        read_html(
            '<script type="application/ld+json">{"isAccessibleForFree": false}</script><p>Hi.'
        )


def test_a_page_in_an_old_encoding_is_read() -> None:
    page = '<html><meta charset="iso-8859-1"><body><p>Brötchen für Gäste' + " und mehr" * 20
    assert "Brötchen für Gäste" in read_html(page.encode("latin-1")).text


# -- PDF -----------------------------------------------------------------------------------------


def test_a_pdf_gives_text_title_and_language() -> None:
    found = read_pdf(PDF)

    assert (found.title, found.language, found.truncated) == ("Rye", "en-gb", False)
    assert found.text == "Our rye bread is back. It is baked at 4 a.m."


def test_lines_of_a_pdf_become_paragraphs_without_heads_and_page_numbers() -> None:
    pages = [
        [
            "Miller's Bakery, annual report",
            f"Part {name}",
            "In this year the bakery has sold more rye bread than in any year before it, and sour-",
            f"dough has done even better in {name}.",
            f"• a loaf costs {number}.20",
            f"Page {number} of 4",
        ]
        for number, name in enumerate(["one", "two", "three", "four"], start=1)
    ]
    text = read_pdf(pdf(pages)).text

    assert "annual report" not in text and "Page 2" not in text
    assert "any year before it, and sourdough has done even better in two." in text
    assert "\n- a loaf costs 2.20" in text


def test_only_the_first_100_pages_of_a_pdf_are_read() -> None:
    found = read_pdf(pdf([[f"This is page {number} of the book."] for number in range(1, 131)]))

    assert found.truncated
    assert "page 100 of" in found.text and "page 101 of" not in found.text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (locked_pdf("secret"), "protected by a password"),
        (pdf([[], []]), "pictures of pages"),
        (b"%PDF-1.7\nnothing else", "damaged"),
        (PDF[:400], "damaged|pictures"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(data: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read_pdf(data)


def test_a_pdf_locked_only_against_changes_is_read() -> None:
    assert "secret recipe" in read_pdf(locked_pdf("")).text


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_is_refused_and_never_falls_over(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(chance.choice([PDF, DOCX]))
    for _ in range(chance.randrange(1, 60)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    try:
        read_file(bytes(data))
    except DomainError as error:
        assert error.message


# -- DOCX ----------------------------------------------------------------------------------------


def test_a_document_gives_paragraphs_lists_and_tables_in_order() -> None:
    found = read_docx(
        docx(
            [
                ("Heading 1", "Opening hours"),
                ("Normal", "We open at seven."),
                ("List Bullet", "fresh bread"),
                ("List Bullet", "coffee"),
            ],
            table=[["Monday", "7 to 18"], ["Sunday", "closed"]],
        )
    )

    assert (found.title, found.language) == ("Opening hours", "en-gb")
    assert found.text == (
        "Opening hours\n\nWe open at seven.\n- fresh bread\n- coffee\n"
        "- Monday, 7 to 18\n- Sunday, closed"
    )


def test_a_bomb_is_not_opened() -> None:
    with pytest.raises(Unreadable, match="unpacks to far more"):
        read_file(bomb())
