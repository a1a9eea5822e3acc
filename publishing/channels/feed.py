"""The hosted brand page that Warren serves itself: a network that needs no account anywhere.

Class A: the entry's key is chosen when the payload is frozen, and an insert at a key that stands
there already changes nothing. Views and link clicks are counted by the pages (services/feed.py).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.text import slugify

from config.kernel.models import uuid7
from config.kernel.scoping import current_organization_id, org_atomic
from publishing.models import FeedEntry, FeedHandle

from .base import (
    AccountFacts,
    Channel,
    ChannelError,
    Connection,
    CredentialField,
    DeliveryClass,
    Draft,
    Found,
    Gone,
    Limits,
    Measurement,
    Payload,
    Published,
    Session,
)
from .servers import misfit
from .text import clean_hashtags

HANDLE_MOST = 40
RESERVED = frozenset({"admin", "api", "feed", "media", "static", "warren"})


class Feed(Channel):
    slug = "feed"
    label = "Hosted page"
    icon = "img/channels/feed.svg"
    delivery_class = DeliveryClass.A
    limits = Limits(
        max_characters=5_000,
        counter="graphemes",
        max_bytes=40_000,
        hashtags_max=30,
        hashtag_max_characters=80,
        images_max=4,
        image_max_bytes=10_000_000,
        image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        alt_max=1_000,
    )
    credential_fields = (
        CredentialField("name", "Name of the page", help="Shown on top of the page."),
        CredentialField(
            "handle",
            "Address",
            help="The last part of the page's address. Leave it empty to have one made.",
            required=False,
        ),
    )

    def connect(self, values: Mapping[str, str]) -> Connection:
        """Choose a free address for the page. Nothing outside is asked, nothing is stored yet."""
        name = " ".join(values.get("name", "").split())[:120]
        if not name:
            raise misfit("Give the page a name, such as your brand's.", "name")
        typed = values.get("handle", "").strip()
        handle = _typed_handle(typed) if typed else _free_handle(name)
        return Connection(
            remote_id=handle,
            name=name,
            handle=handle,
            profile_url=page_url(handle),
            avatar_url="",
            credentials={},
        )

    def host(self, account_id: UUID, handle: str) -> None:
        """Put the page on the air, in the transaction that keeps the account."""
        owner = current_organization_id()
        found, _ = FeedHandle.objects.get_or_create(
            handle=handle, defaults={"organization_id": owner, "account_id": account_id}
        )
        if found.account_id != account_id:
            raise _taken(handle)

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        return {
            "handle": account.handle,
            "key": _entry_key(account.remote_id, occurrence_key),
            "text": draft.text.strip(),
            "hashtags": clean_hashtags(draft.hashtags),
            "link": draft.link or "",
            "media": [
                {
                    "name": media.reference.rpartition("/")[2],
                    "content_type": media.content_type,
                    "alt": media.alt,
                    "width": media.width,
                    "height": media.height,
                }
                for media in draft.media
            ],
        }

    def publish(self, payload: Payload, session: Session) -> Published:
        """Insert the entry at its key, in a transaction of its own. Safe to repeat at any time."""
        if not _insert(payload, session.now) and self.find(payload, session) is None:
            raise ChannelError(
                "The hosted page of this channel is gone, so nothing was posted. Connect it again.",
                reconnect=True,
                code="page_gone",
            )
        return Published(*_address(payload))

    def find(self, payload: Payload, session: Session) -> Found | None:
        """The entry at the reserved key, and no other."""
        with org_atomic():
            there = _entries(payload["handle"]).filter(key=payload["key"]).exists()
        return Found(*_address(payload)) if there else None

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        """Impressions are views, one a visitor and day; clicks are link clicks, counted alike."""
        handle, _, key = post.remote_id.partition("/")
        with org_atomic():
            counts = _entries(handle).filter(key=key).values_list("views_count", "clicks_count")
            row = counts.first()
        if row is None:
            return Gone("The entry was taken off the page.")
        return Measurement(impressions=row[0], clicks=row[1])

    def delete(self, post: Published, session: Session) -> None:
        handle, _, key = post.remote_id.partition("/")
        with org_atomic():
            _entries(handle).filter(key=key).delete()


def page_url(handle: str) -> str:
    return f"{settings.WARREN_BASE_URL}/f/{handle}/"


def _address(payload: Payload) -> tuple[str, str]:
    handle, key = payload["handle"], payload["key"]
    return f"{handle}/{key}", f"{page_url(handle)}{key}/"


def _entry_key(remote_id: str, occurrence_key: str) -> str:
    """16 characters, 80 bits, that belong to this occurrence alone."""
    digest = hashlib.sha256(f"{remote_id}|{occurrence_key}".encode()).digest()
    return base64.b32encode(digest[:10]).decode().lower()


def _insert(payload: Payload, moment: datetime) -> bool:
    """One statement: whose page it is and the entry; False when it stands there or has no page."""
    columns = (
        "id, organization_id, account_id, created_at, updated_at, key, text, hashtags, link, "
        "media, published_at, views_count, clicks_count"
    )
    with org_atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {FeedEntry._meta.db_table} ({columns}) "  # noqa: S608
            "SELECT %s, h.organization_id, h.account_id, %s, %s, %s, %s, %s, %s, %s, %s, 0, 0 "
            f"FROM {FeedHandle._meta.db_table} h WHERE h.handle = %s ON CONFLICT DO NOTHING",
            [
                uuid7(),
                *(moment, moment),
                *(payload["key"], payload["text"], payload["hashtags"], payload["link"]),
                FeedEntry._meta.get_field("media").get_db_prep_value(payload["media"], connection),
                moment,
                payload["handle"],
            ],
        )
        return bool(cursor.rowcount)


def _entries(handle: str) -> Any:
    page = FeedHandle.objects.filter(handle=handle).values("account_id")
    return FeedEntry.objects.filter(account_id__in=page)


def _typed_handle(typed: str) -> str:
    handle = slugify(typed)[:HANDLE_MOST].strip("-")
    if len(handle) < 3 or handle in RESERVED:
        raise misfit("Write at least three letters or digits, such as harbour-and-pine.", "handle")
    if not _is_free(handle):
        raise _taken(handle)
    return handle


def _free_handle(name: str) -> str:
    """The name as an address, with a number behind it when others were first."""
    stem = slugify(name)[: HANDLE_MOST - 5].strip("-") or "page"
    if len(stem) < 3 or stem in RESERVED:
        stem = f"page-{stem}"
    taken = set(FeedHandle.objects.filter(handle__startswith=stem).values_list("handle", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(handle for handle in (stem, *numbered) if handle not in taken)


def _is_free(handle: str) -> bool:
    """Free, or our own from before."""
    theirs = FeedHandle.objects.filter(handle=handle)
    return not theirs.exclude(organization_id=current_organization_id()).exists()


def _taken(handle: str) -> ChannelError:
    return misfit(f"Another page is called “{handle}” already. Choose another address.", "handle")
