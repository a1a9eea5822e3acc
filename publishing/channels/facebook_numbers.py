"""What came of a post on a Facebook page.

Source: Meta's pages "Page Post" and "Page Insights" (as of 2026-11).
"""

from __future__ import annotations

from .base import ChannelError, Gone, Measurement, Published, Session
from .meta import MetaChannel
from .meta_errors import is_gone
from .rest import count, dig

INSIGHTS = "post_media_view,post_total_media_view_unique,post_clicks"


def measure(channel: MetaChannel, post: Published, session: Session) -> Measurement | Gone:
    fields = "shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"
    try:
        answer = channel.calling(
            session, lambda api: api.get(f"/{post.remote_id}", {"fields": fields})
        )
    except ChannelError as error:
        if is_gone(error):
            return Gone(f"The post was deleted on {channel.label}.")
        raise
    seen = _insights(channel, post, session)
    shares = answer.dig("shares", "count")
    return Measurement(
        likes=count(answer.dig("reactions", "summary", "total_count")),
        comments=count(answer.dig("comments", "summary", "total_count")),
        shares=count(shares if shares is not None or not answer.dig("id") else 0),
        impressions=seen.get("post_media_view"),
        reach=seen.get("post_total_media_view_unique"),
        clicks=seen.get("post_clicks"),
    )


def _insights(channel: MetaChannel, post: Published, session: Session) -> dict[str, int]:
    """Views and clicks; Facebook has none for comments and for small pages."""
    try:
        answer = channel.calling(
            session,
            lambda api: api.get(f"/{post.remote_id}/insights", {"metric": INSIGHTS}),
        )
    except ChannelError as error:
        if error.permanent:
            return {}
        raise
    told = {
        str(dig(row, "name")): count(dig(row, "values", 0, "value"))
        for row in answer.dig("data") or ()
    }
    return {name: number for name, number in told.items() if number is not None}
