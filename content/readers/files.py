"""A file of any readable kind, told apart by its content."""

from __future__ import annotations

from content.readers.base import Extracted
from content.readers.docx import read_docx
from content.readers.html import read_html
from content.readers.markdown import read_markdown
from content.readers.pdf import read_pdf
from content.readers.sniff import sniff
from content.readers.text import read_text_file


def read_file(data: bytes, *, title: str = "", url: str = "") -> Extracted:
    """`title` stands in where the file names none (an upload's name without its ending).

    Raises Unreadable with what to do instead; trying again does not help.
    """
    kind = sniff(data)
    if kind == "html":
        return read_html(data, url=url)
    reader = {
        "pdf": read_pdf,
        "docx": read_docx,
        "markdown": read_markdown,
        "text": read_text_file,
    }[kind]
    return reader(data, title=title)
