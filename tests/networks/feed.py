"""The hosted page: no network at all, so what stands there is read from its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_django import Settings

from config.kernel.scoping import org_atomic
from publishing.channels.base import AccountFacts
from publishing.models import FeedEntry, SocialAccount
from tests.peers.sessions import Vault

from .base import Item, Network, Stage


class FeedStage(Stage):
    def posts(self) -> list[Item]:
        with org_atomic():
            entries = FeedEntry.objects.filter(account__remote_id=self.account.remote_id)
            return [_item(entry) for entry in entries.order_by("created_at", "pk")]


def _item(entry: FeedEntry) -> Item:
    tags = " ".join(f"#{tag}" for tag in entry.hashtags)
    return Item(
        f"{entry.account.handle}/{entry.key}",
        f"{entry.text} {tags}",
        key=entry.key,
        media=[{"kind": "image", "alt": media["alt"]} for media in entry.media],
        facts={"link": entry.link},
        at=entry.published_at,
    )


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    """On the page of the organization in scope, which has no entries yet."""
    with org_atomic():
        account = SocialAccount.objects.filter(platform="feed").earliest("created_at")
    with Network() as network:
        yield FeedStage(
            account=AccountFacts(account.remote_id, account.handle),
            vault=Vault({}),
            network=network,
            values={"name": "Harbour"},
            exempt={"faults": "Its insert and the ledger's row are in one database: no network."},
        )
