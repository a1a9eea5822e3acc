"""What content tells people of: feeds that stopped."""

from __future__ import annotations

from typing import Final

from content.models import MaterialFeed
from organizations.models import AuditRecord
from organizations.notices.kinds import Notice, NoticeKind, place, target_of


def stopped_feed(record: AuditRecord) -> Notice | None:
    feed = target_of(record, MaterialFeed.objects.all())
    if feed is None:
        return None
    return Notice(
        title=f"The feed “{feed.title}” is not asked any more",
        body=f"{record.reason} Check its address, then have it asked again.",
        path=place("content:feed-edit", feed=feed.pk),
        brand_ids=frozenset({feed.brand_id}),
    )


KINDS: Final = (
    NoticeKind(
        key="feed_stopped",
        words="A feed stopped",
        help="It failed ten times in a row, or its site gave it up.",
        group="Materials",
        actions=frozenset({"feed.stopped"}),
        make=stopped_feed,
        settled_by=frozenset({"feed.resumed", "feed.deleted"}),
    ),
)
