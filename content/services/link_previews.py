"""What networks will show of a link: title, words and picture that the page itself gives."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from config.kernel import http
from config.kernel.clock import now
from config.kernel.errors import DomainError, Invalid, Unavailable
from config.kernel.readers.base import Unreadable
from config.kernel.readers.open_graph import OpenGraph, read_open_graph
from config.kernel.readers.page import refuse_status
from config.kernel.readers.robots import robots_of
from config.kernel.scoping import org_atomic
from config.kernel.uploads import rewrite_picture
from content.models import LinkPreview
from organizations.services.files import delete_stored, store_file

KEPT: Final = timedelta(hours=24)
PROBLEM_KEPT: Final = timedelta(minutes=10)
"""A site that was away may be back soon."""
PAGE_BYTES: Final = 5_000_000
PICTURE_BYTES: Final = 8_000_000
PICTURE_PIXELS: Final = 800
ROBOTS_SECONDS: Final = 4.0
PAGE_SECONDS: Final = 8.0
PICTURE_SECONDS: Final = 6.0
URL_CHARACTERS: Final = 2_000


def preview_link(url: str) -> LinkPreview:
    """The card of a page, asked of the page itself at most once a day.

    Fetches what its robots file allows, so call it with no transaction open. Where there is no card
    its `problem` says why, for people. Raises Invalid for what is no address of a web page.
    """
    address = _address(url)
    digest = hashlib.sha256(address.encode()).hexdigest()
    known = _known(digest)
    if known is not None and _is_fresh(known, now()):
        return known
    return _keep(address, digest, _asked(address))


def _address(url: str) -> str:
    address = url.strip().replace("\x00", "")
    try:
        parts = urlsplit(address)
        is_web = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web or len(address) > URL_CHARACTERS:
        raise Invalid(
            "That is no address of a web page. Write it like https://example.org/page.",
            code="link_no_address",
            field="url",
        )
    return address


def _known(digest: str) -> LinkPreview | None:
    with org_atomic():
        return LinkPreview.objects.filter(url_hash=digest).first()


def _is_fresh(row: LinkPreview, moment: datetime) -> bool:
    return moment - row.read_at < (PROBLEM_KEPT if row.problem else KEPT)


def _asked(address: str) -> dict[str, Any]:
    try:
        page = _page(address)
        card = read_open_graph(page.body, url=page.url, charset=page.charset)
    except DomainError as error:
        return {"problem": error.message}
    if not card.title:
        return {"problem": "The page has no title, so networks show its address only."}
    return {
        "title": card.title,
        "description": card.description,
        "site_name": card.site_name or urlsplit(page.url).hostname or "",
        "picture": _picture(card),
    }


def _page(address: str) -> http.Fetched:
    _refuse_forbidden(address)
    page = http.fetch(
        address, max_bytes=PAGE_BYTES, timeout_seconds=PAGE_SECONDS, accept="text/html"
    )
    if page.url != address:
        _refuse_forbidden(page.url)
    refuse_status(page)
    if page.content_type not in ("text/html", "application/xhtml+xml"):
        raise Unreadable(
            "At that address is a file and no page, so networks show its address only.",
            code="page_is_file",
            field="url",
        )
    return page


def _refuse_forbidden(address: str) -> None:
    if not robots_of(address, seconds=ROBOTS_SECONDS).allows(address):
        raise Unreadable(
            "The site asks programs not to read that page, so its card is not known here. Networks "
            "may show one all the same.",
            code="page_not_for_robots",
            field="url",
        )


def _picture(card: OpenGraph) -> str:
    """The key of the card's picture, written anew; empty where it cannot be had."""
    if not card.picture:
        return ""
    try:
        found = http.fetch(
            card.picture, max_bytes=PICTURE_BYTES, timeout_seconds=PICTURE_SECONDS, accept="image/*"
        )
        if not found.ok:
            return ""
        picture = rewrite_picture(found.body, longest_pixels=PICTURE_PIXELS)
        return store_file(picture.data, ending=picture.ending)
    except (http.OutboundError, Invalid, Unavailable):
        return ""


def _keep(address: str, digest: str, found: dict[str, Any]) -> LinkPreview:
    """One row an address; the picture of the card before goes."""
    with org_atomic():
        before = LinkPreview.objects.select_for_update().filter(url_hash=digest).first()
        old = before.picture if before else ""
        plain = {"title": "", "description": "", "site_name": "", "picture": "", "problem": ""}
        row, _ = LinkPreview.objects.update_or_create(
            url_hash=digest, defaults={**plain, **found, "url": address, "read_at": now()}
        )
    if old and old != row.picture:
        delete_stored(old)
    return row
