"""From what people bring to plain text: pasted text, files, pages.

    read_text("…")            pasted, at most 100 KB
    read_file(data)           PDF, DOCX, PPTX, CSV, HTML, Markdown, text, by content; at most 50 MB
    read_page("https://…")    through the outbound door

All return `Extracted`; all raise `Unreadable` with a sentence that says what to do instead.
"""

from config.kernel.readers.base import Extracted, Unreadable
from config.kernel.readers.csv import read_csv
from config.kernel.readers.docx import read_docx
from config.kernel.readers.files import read_file
from config.kernel.readers.html import read_html
from config.kernel.readers.markdown import read_markdown
from config.kernel.readers.page import read_page
from config.kernel.readers.pdf import read_pdf
from config.kernel.readers.pptx import read_pptx
from config.kernel.readers.sniff import Kind, sniff
from config.kernel.readers.text import read_text

__all__ = [
    "Extracted",
    "Kind",
    "Unreadable",
    "read_csv",
    "read_docx",
    "read_file",
    "read_html",
    "read_markdown",
    "read_page",
    "read_pdf",
    "read_pptx",
    "read_text",
    "sniff",
]
