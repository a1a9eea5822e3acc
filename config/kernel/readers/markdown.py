"""Markdown: rendered to HTML first, so that both have one reading."""

from __future__ import annotations

import re

from config.kernel.readers.base import Extracted, extracted
from config.kernel.readers.html import plain_text
from config.kernel.readers.text import decoded

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_FIELD = re.compile(r"^(title|lang|language):\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)


def read_markdown(data: bytes | str, *, title: str = "") -> Extracted:
    """Text without its marks; code blocks are left out, since nobody quotes them in a post."""
    from markdown_it import MarkdownIt

    text = (decoded(data) if isinstance(data, bytes) else data).replace("\r\n", "\n")
    fields: dict[str, str] = {}
    front = _FRONT_MATTER.match(text)
    if front:
        fields = dict(_FIELD.findall(front.group(1)))
        text = text[front.end() :]
    page = plain_text(MarkdownIt("commonmark").enable("table").render(text))
    return extracted(
        page.text,
        title=fields.get("title") or title or page.heading,
        language=fields.get("language") or fields.get("lang"),
        links=page.links,
        images=page.images,
    )
