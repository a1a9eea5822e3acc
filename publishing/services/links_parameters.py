"""Parameters that name where a visitor came from (UTM), put on an address without spoiling it.

Pure. Source: specification 6.3: source = platform, medium = social, campaign = campaign name,
content = post id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

NAMES: Final = ("source", "medium", "campaign", "content")
PLACEHOLDERS: Final = ("platform", "campaign", "post")


def filled(
    patterns: Mapping[str, str], *, platform: str, campaign: str, post: str
) -> dict[str, str]:
    """Parameter to value: each pattern with its placeholders filled; what stays empty is left out.

    `patterns` has any of source, medium, campaign and content. What stands in other braces is plain
    text.
    """
    known = {"{platform}": platform, "{campaign}": campaign, "{post}": post}
    found: dict[str, str] = {}
    for name in NAMES:
        value = patterns.get(name, "")
        for placeholder, word in known.items():
            value = value.replace(placeholder, word)
        value = " ".join(value.split())
        if value:
            found[f"utm_{name}"] = value
    return found


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """The address with these parameters behind those that it has, before its fragment.

    What it says already is kept as it is written, and none is ever doubled: a parameter that the
    address has, in whatever case, was put there by somebody on purpose.
    """
    parts = urlsplit(url)
    pieces = [piece for piece in parts.query.split("&") if piece]
    said = {unquote_plus(piece.partition("=")[0]).lower() for piece in pieces}
    for name, value in parameters.items():
        if name.lower() not in said:
            pieces.append(f"{quote(name, safe='')}={quote(value, safe='')}")
    return urlunsplit(parts._replace(query="&".join(pieces)))
