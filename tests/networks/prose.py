"""What readers see of the HTML and the Markdown that article networks are sent."""

from __future__ import annotations

import html
import re

_IMAGE = re.compile(r'<img\b[^>]*?src="([^"]*)"[^>]*?alt="([^"]*)"')
_WRITTEN = re.compile(r"\\([!-/:-@\[-`{-~])|&#?\w+;")
_MARKDOWN_IMAGE = re.compile(r"!\[((?:\\.|[^\]\\])*)\]\(<([^>]*)>\)")


def words_of_html(body: str) -> str:
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r"<br\s*/?>", "\n", body)
    return html.unescape(re.sub(r"<[^>]+>", "", body)).strip()


def words_of_markdown(body: str) -> str:
    """By CommonMark's rules for what Warren writes: escapes, addresses in angles, entities."""
    body = _MARKDOWN_IMAGE.sub("", body)
    body = re.sub(r"(?<!\\)<(https?://[^>]*)>", r"\1", body)
    body = re.sub(r" {2}\n", "\n", body)
    return _WRITTEN.sub(lambda found: found[1] or html.unescape(found[0]), body).strip()


def images_of_html(body: str) -> list[tuple[str, str]]:
    """(address, description) in their order."""
    return [(html.unescape(src), html.unescape(alt)) for src, alt in _IMAGE.findall(body)]


def images_of_markdown(body: str) -> list[tuple[str, str]]:
    return [
        (address, re.sub(r"\\(.)", r"\1", alt)) for alt, address in _MARKDOWN_IMAGE.findall(body)
    ]
