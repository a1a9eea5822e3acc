"""A file of any readable kind, told apart by its content."""

from __future__ import annotations

from config.kernel.readers.base import Extracted
from config.kernel.readers.csv import read_csv
from config.kernel.readers.docx import read_docx
from config.kernel.readers.html import read_html
from config.kernel.readers.markdown import read_markdown
from config.kernel.readers.pdf import read_pdf
from config.kernel.readers.pptx import read_pptx
from config.kernel.readers.sniff import sniff
from config.kernel.readers.text import read_text_file


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
        "pptx": read_pptx,
        "csv": read_csv,
        "markdown": read_markdown,
        "text": read_text_file,
    }[kind]
    return reader(data, title=title)
