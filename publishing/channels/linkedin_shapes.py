"""The forms that LinkedIn's posts and comments have on the wire.

Source: LinkedIn's Posts, MultiImage, Comments and little-text pages (as of 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from .base import Draft, Payload
from .linkedin_errors import not_understood
from .readback import plain
from .rest import Answer, dig
from .text import LINK

_LITTLE = re.compile(
    r"\{hashtag\|\\?([#＃])\|((?:\\.|[^}\\])*)\}|@\[((?:\\.|[^\]\\])*)\]\s*\(urn:[^)]*\)|\\(.)",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

SHORTENED = "https://lnkd.in/"
FINDER = {"X-RestLi-Method": "FINDER"}


def comments_of(urn: str) -> str:
    return f"/rest/socialActions/{quote(urn, safe='')}/comments"


def written(little: str) -> str:
    """LinkedIn's little text as it was written: without escapes, templates and mention targets."""

    def shown(found: re.Match[str]) -> str:
        sign, tag, name, escaped = found.groups()
        if sign:
            return str(sign) + _ESCAPED.sub(r"\1", tag)
        return _ESCAPED.sub(r"\1", name) if name is not None else str(escaped)

    return str(_LITTLE.sub(shown, little))


def is_same(little: str, text: str) -> bool:
    """Whether a text that LinkedIn shows is the one that was sent; it shortens longer links."""
    shown = written(little)
    if SHORTENED in shown:
        shown, text = LINK.sub(SHORTENED, shown), LINK.sub(SHORTENED, text)
    return plain(shown) == plain(text)


def article(draft: Draft) -> dict[str, str] | None:
    """The link card. LinkedIn reads nothing from the address, so the title is what we know."""
    if not draft.link or draft.media:
        return None
    title = draft.link_title or draft.link.split("://", 1)[-1].split("/", 1)[0]
    card = {"source": draft.link, "title": title[:400]}
    return card | ({"description": draft.link_description[:4086]} if draft.link_description else {})


def post_body(payload: Payload, handle: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "author": payload["author"],
        "commentary": payload["commentary"],
        "visibility": payload["visibility"],
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }
    media = [
        {"id": urn} | ({"altText": each["alt"]} if each["alt"] else {})
        for urn, each in zip(handle.get("media", ()), payload["media"], strict=False)
    ]
    if len(media) > 1:
        body["content"] = {"multiImage": {"images": media}}
    elif media:
        body["content"] = {"media": media[0]}
    elif payload["article"]:
        body["content"] = {"article": payload["article"]}
    return body


def media_count(element: Mapping[str, Any]) -> int:
    images = dig(element, "content", "multiImage", "images")
    if isinstance(images, list):
        return len(images)
    return 1 if dig(element, "content", "media") else 0


def moment(milliseconds: Any) -> datetime:
    return datetime.fromtimestamp(int(milliseconds or 0) / 1000, UTC)


def created(element: Mapping[str, Any]) -> datetime:
    return moment(element.get("createdAt") or element.get("publishedAt"))


def comment_urn(answer: Answer, parent: str) -> str:
    body = answer.body if isinstance(answer.body, dict) else {}
    told = body.get("id") or answer.headers.get("x-restli-id", "")
    return urn_of_comment(body | {"id": told}, parent) if told else ""


def urn_of_comment(element: Mapping[str, Any], parent: str) -> str:
    return str(element.get("commentUrn") or f"urn:li:comment:({parent},{element['id']})")


def elements_of(label: str, answer: Answer) -> list[Mapping[str, Any]]:
    elements = answer.dig("elements")
    if not isinstance(elements, list):
        raise not_understood(label)
    return elements
