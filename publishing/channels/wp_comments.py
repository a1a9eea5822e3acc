"""A first comment on a wp-json site, which knows a repetition by its words.

The same words of the same user under the same post are refused (comment_duplicate), so that a
comment cannot be doubled; the one that stands there is looked for among the post's.
"""

from __future__ import annotations

import html
import re

from . import articles
from .base import CrashPoint, Found, Payload, Published, Session
from .errors import ChannelError
from .readback import looked_since, moment, note_sending
from .rest import Rest, count
from .wp import API

COMMENT = "comment:"


def send(rest: Rest, payload: Payload, session: Session) -> Published:
    note_sending(session)
    try:
        answer = rest.call(
            "POST",
            f"{API}/comments",
            makes_post=True,
            json={"post": int(_under(session)), "content": payload["content"]},
        )
    except ChannelError as error:
        if error.code != "comment_duplicate":
            raise
        if (found := find(rest, payload, session)) is not None:
            return Published(found.remote_id, found.url)
        raise ChannelError(
            "The same comment stands under this post already: write another one.",
            permanent=True,
            code=error.code,
        ) from error
    session.fault(CrashPoint.ANSWERED)
    if count(answer.dig("id")) is None:
        raise rest.unreadable(answer)
    held = answer.dig("status") != "approved"
    note = ("The comment waits on the site until somebody approves it.",) if held else ()
    return Published(f"{COMMENT}{answer.dig('id')}", articles.web_link(answer.dig("link")), note)


def find(rest: Rest, payload: Payload, session: Session) -> Found | None:
    """Our user's comment under this post with these words, not older than the first attempt."""
    query = {"post": _under(session), "per_page": 100, "orderby": "date", "order": "desc"}
    user = session.account.settings.get("user_id")
    answer = rest.get(f"{API}/comments", query)
    if not isinstance(answer.body, list):
        raise articles.not_now(rest.label)
    since = looked_since(payload, session)
    for each in articles.list_of(answer):
        made = moment(each.get("date_gmt"))
        shown = _plain(str((each.get("content") or {}).get("rendered") or ""))
        ours = user is None or each.get("author") == user
        if ours and made and made >= since and articles.same_words([shown], [payload["text"]]):
            return Found(f"{COMMENT}{each['id']}", articles.web_link(each.get("link")))
    return None


def _under(session: Session) -> str:
    if session.parent is None:
        raise ChannelError(
            "The post that this comment belongs to is not out.", permanent=True, code="no_parent"
        )
    return session.parent.remote_id


_TAG = re.compile(r"<[^>]+>")


def _plain(rendered: str) -> str:
    """The words of rendered HTML."""
    return html.unescape(_TAG.sub(" ", rendered.replace("<br", "\n<br")))
