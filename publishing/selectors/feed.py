"""The hosted page as its visitors read it: page, entries, Atom and JSON."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Enclosure

from config.kernel.clock import to_zone
from config.kernel.errors import NotFound
from config.kernel.pagination import Page, paginate
from organizations.models import Organization
from publishing.channels.feed import Feed
from publishing.models import BrandAccountLink, FeedEntry, FeedHandle, Post, SocialAccount

from .preview import Piece, preview

ENTRIES_A_PAGE = 20
TITLE_MOST = 90
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")


@dataclass(frozen=True, slots=True)
class Site:
    """A page on the air: whose it is, what it is called, and where it is."""

    organization_id: UUID
    account: SocialAccount
    handle: str
    language: str
    zone: str

    @property
    def name(self) -> str:
        return self.account.name

    def path(self, view: str, /, **kwargs: str) -> str:
        return reverse(f"feed:{view}", kwargs={"handle": self.handle, **kwargs})

    def absolute(self, view: str, /, **kwargs: str) -> str:
        return f"{self.base}{self.path(view, **kwargs)}"

    @property
    def base(self) -> str:
        return str(settings.WARREN_BASE_URL)


@dataclass(frozen=True, slots=True)
class Picture:
    url: str
    content_type: str
    alt: str
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry with its paths on this site, its words cut into pieces that a page can mark up."""

    key: str
    title: str
    text: str
    pieces: Sequence[Piece]
    hashtags: Sequence[str]
    link: str
    link_url: str
    link_host: str
    url: str
    seen_url: str
    pictures: Sequence[Picture]
    published_at: datetime
    when: str
    is_offline: bool


def organization_of(handle: str) -> UUID:
    """Whose page a handle is. Raises NotFound; handles are public and of the installation."""
    owner = FeedHandle.objects.filter(handle=handle).values_list("organization_id", flat=True)
    if (found := owner.first()) is None:
        raise _no_page()
    return found


def site_of(handle: str) -> Site:
    """The page of a handle, in its organization's scope. Raises NotFound when it is off the air."""
    page = FeedHandle.objects.filter(handle=handle).first()
    if (
        page is None
        or not Organization.objects.filter(
            status=Organization.Status.ACTIVE, deleted_at=None
        ).exists()
    ):
        raise _no_page()
    account = SocialAccount.objects.filter(pk=page.account_id).first()
    if account is None:
        raise _no_page()
    link = (
        BrandAccountLink.objects.filter(account=account)
        .order_by("-is_default", "created_at")
        .values_list("brand__language", "brand__timezone")
        .first()
    )
    language, zone = link or ("en", "UTC")
    return Site(page.organization_id, account, handle, language, zone)


def entries_of(site: Site, cursor: str | None = None) -> Page[FeedEntry]:
    """Newest first. Raises Invalid for a cursor that is not ours."""
    return paginate(_entries(site), order=("-published_at",), cursor=cursor, size=ENTRIES_A_PAGE)


def entry_of(site: Site, key: str) -> FeedEntry:
    entry = _entries(site).filter(key=key).first()
    if entry is None:
        raise NotFound("This post is not there any more, or its address was mistyped.")
    return entry


def _entries(site: Site) -> QuerySet[FeedEntry]:
    """Entries with `is_offline`: no model wrote the text, and whoever reads it may know."""
    post = Post.objects.filter(
        platform=Feed.slug,
        account=site.account,
        external_id=Concat(Value(f"{site.handle}/"), OuterRef("key")),
        model_used="offline",
    )
    return FeedEntry.objects.filter(account=site.account).annotate(is_offline=Exists(post))


def picture_type(site: Site, name: str) -> str:
    """The content type of a picture that some entry shows. Raises NotFound for any other file."""
    media = (
        FeedEntry.objects.filter(account=site.account, media__contains=[{"name": name}])
        .values_list("media", flat=True)
        .first()
    )
    for item in media or ():
        if item["name"] == name and item["content_type"] in Feed.limits.image_types:
            return str(item["content_type"])
    raise NotFound("There is no such picture.")


def shown(site: Site, entry: FeedEntry) -> Shown:
    words = preview(platform=Feed.slug, content=entry.text, hashtags=entry.hashtags)
    counted = site.path("entry-link", key=entry.key) if entry.link else ""
    return Shown(
        key=entry.key,
        title=title_of(entry.text) or site.name,
        text=entry.text,
        # The entry's own link is counted wherever it stands.
        pieces=[_counted(piece, entry.link, counted) for piece in words.pieces],
        hashtags=entry.hashtags,
        link=entry.link,
        link_url=counted,
        link_host=(urlsplit(entry.link).hostname or "").removeprefix("www."),
        url=site.path("entry-show", key=entry.key),
        seen_url=site.path("entry-view", key=entry.key),
        pictures=[_picture(site, item) for item in entry.media],
        published_at=entry.published_at,
        # Absolute: a copy that a browser keeps must not grow wrong.
        when=f"{to_zone(entry.published_at, site.zone):%-d %B %Y, %H:%M %Z}",
        is_offline=getattr(entry, "is_offline", False),
    )


def title_of(text: str) -> str:
    """The first sentence of the first line, cut at a word when it is long."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    sentence = _SENTENCE_END.split(line, maxsplit=1)[0]
    if len(sentence) <= TITLE_MOST:
        return sentence
    return sentence[:TITLE_MOST].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def version_of(site: Site, entries: Sequence[FeedEntry], *also: str) -> tuple[str, datetime]:
    """ETag and last change of an answer that shows these entries."""
    changed = max([site.account.updated_at, *(entry.published_at for entry in entries)])
    parts = [site.name, str(changed), *(entry.key for entry in entries), *also]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    return f'W/"{digest}"', changed


def as_atom(site: Site, entries: Sequence[FeedEntry]) -> str:
    """Atom (RFC 4287)."""
    feed = Atom1Feed(
        title=site.name,
        link=site.absolute("page"),
        description="",
        language=site.language,
        author_name=site.name,
        feed_url=site.absolute("atom"),
        feed_guid=site.absolute("page"),
    )
    for entry in entries:
        item = shown(site, entry)
        feed.add_item(
            title=item.title,
            link=f"{site.base}{item.url}",
            description=_with_link(site, item),
            unique_id=f"{site.base}{item.url}",
            unique_id_is_permalink=True,
            pubdate=item.published_at,
            updateddate=item.published_at,
            categories=item.hashtags,
            enclosures=[
                Enclosure(f"{site.base}{picture.url}", "0", picture.content_type)
                for picture in item.pictures
            ],
        )
    return str(feed.writeString("utf-8"))


def as_json_feed(site: Site, page: Page[FeedEntry]) -> dict[str, Any]:
    """JSON Feed 1.1 (jsonfeed.org/version/1.1, read 2026-11-20)."""
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.name,
        "home_page_url": site.absolute("page"),
        "feed_url": site.absolute("json"),
        "language": site.language,
        "authors": [{"name": site.name, "url": site.absolute("page")}],
        "items": [_json_item(site, shown(site, entry)) for entry in page.items],
    }
    if page.next_cursor:
        feed["next_url"] = f"{site.absolute('json')}?cursor={page.next_cursor}"
    return feed


def _json_item(site: Site, item: Shown) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": f"{site.base}{item.url}",
        "url": f"{site.base}{item.url}",
        "title": item.title,
        "content_text": _with_link(site, item),
        "date_published": item.published_at.isoformat(),
        "tags": list(item.hashtags),
    }
    if item.link:
        found["external_url"] = f"{site.base}{item.link_url}"
    if item.pictures:
        found["image"] = f"{site.base}{item.pictures[0].url}"
        found["attachments"] = [
            {
                "url": f"{site.base}{picture.url}",
                "mime_type": picture.content_type,
                "title": picture.alt,
            }
            for picture in item.pictures
        ]
    return found


def _with_link(site: Site, item: Shown) -> str:
    """Words and counted link: a reader that shows plain text shows where it leads."""
    return f"{item.text}\n\n{site.base}{item.link_url}" if item.link_url else item.text


def _counted(piece: Piece, link: str, counted: str) -> Piece:
    is_ours = piece.kind == "link" and piece.url == link and bool(counted)
    return Piece(piece.kind, piece.text, counted) if is_ours else piece


def _picture(site: Site, item: dict[str, Any]) -> Picture:
    return Picture(
        url=site.path("media", name=item["name"]),
        content_type=item["content_type"],
        alt=item.get("alt", ""),
        width=item.get("width"),
        height=item.get("height"),
    )


def _no_page() -> NotFound:
    return NotFound("There is no page at this address. It may have moved, or been mistyped.")
