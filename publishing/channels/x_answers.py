"""How X answers: its errors, its posts as it shows them, its headers."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .base import Finding, Kind, Payload, Session
from .errors import Outcome, Rule
from .readback import bare_link, looked_since, moment, plain
from .rest import dig, rate_reading
from .shapes import Reading

RULES = {
    (401, None): Rule(Outcome.RECONNECT),
    (402, None): Rule(
        Outcome.REFUSED,
        "The app of this installation has no credit left at X, so nothing was posted. Its operator "
        "adds credit in X's developer console; then send the post again.",
    ),
    (None, "usage-capped"): Rule(
        Outcome.RATE_LIMITED,
        "The app of this installation has used up what X lets it do. Warren tries again later; its "
        "operator can raise the cap in X's developer console.",
    ),
    (None, "duplicate"): Rule(
        Outcome.AMBIGUOUS,
        "X says that it has this text already. Warren looks for the post before sending again.",
    ),
    (None, "client-forbidden"): Rule(
        Outcome.REFUSED,
        "X does not let this installation's app do that: {detail} Its operator checks in X's "
        "developer console that the app stands in a project and may read and write.",
    ),
    (None, "oauth1-permissions"): Rule(
        Outcome.REFUSED,
        "X lets this installation's app only read. Its operator turns on reading and writing in "
        "X's developer console; then connect the account again.",
    ),
    (None, "cashtags"): Rule(
        Outcome.REFUSED, "X takes one cashtag in a post: take the others out and send it again."
    ),
    (None, "not-authorized-for-resource"): Rule(
        Outcome.REFUSED,
        "X does not let this account answer there: {detail} Check who may reply to that post.",
    ),
    (None, "media_failed"): Rule(
        Outcome.REFUSED,
        "X could not use the file: {detail} Save it in another format and replace it.",
    ),
    (403, None): Rule(
        Outcome.REFUSED,
        "X refused the post: {detail} Look whether the account is locked, then send it again.",
    ),
    (404, None): Rule(
        Outcome.REFUSED, "X no longer has the post that this one belongs to: {detail}"
    ),
    (429, None): Rule(Outcome.RATE_LIMITED),
}


def read_problem(status: int, body: Any) -> tuple[str, str]:
    """X's problem documents: the last part of `type` is the code, and the older numbered errors."""
    if not isinstance(body, dict):
        return "", ""
    first = dig(body, "errors", 0) or {}
    detail = str(body.get("detail") or first.get("message") or body.get("title") or "")
    kind = str(body.get("type") or "").rstrip("/").rpartition("/")[2]
    if "duplicate content" in detail.lower() or dig(first, "code") == 187:
        return "duplicate", detail
    if "cashtag" in detail.lower():
        return "cashtags", detail
    return ("" if kind == "about:blank" else kind), detail


def is_this(post: Mapping[str, Any], payload: Payload, session: Session) -> bool:
    made = moment(post.get("created_at"))
    if made is None or made < looked_since(payload, session):
        return False
    parents = [
        each.get("id")
        for each in post.get("referenced_tweets") or ()
        if each.get("type") == "replied_to"
    ]
    wanted = [session.parent.remote_id] if payload["kind"] != Kind.POST and session.parent else []
    return parents == wanted and shown_text(post) == plain(payload["text"])


def shown_text(post: Mapping[str, Any]) -> str:
    """The text of a post with its own links instead of X's short ones, as `plain` compares it."""
    long = dig(post, "note_tweet") or {}
    text = str(long.get("text") or post.get("text") or "")
    entities = dig(long, "entities", "urls") or dig(post, "entities", "urls") or ()
    for each in entities:
        # A link with a media key is X's own, of the pictures, and stands at the end.
        own = "" if each.get("media_key") else bare_link(str(each.get("expanded_url") or ""))
        text = text.replace(str(each.get("url")), own)
    return plain(html.unescape(text))


def readings(headers: Mapping[str, str], now: datetime) -> list[Reading]:
    """What X tells of its limits with each answer to a post."""
    found = (
        rate_reading(headers, now, name="posts", prefix="x-rate-limit-"),
        rate_reading(headers, now, name="posts of the app", prefix="x-app-limit-24hour-"),
        rate_reading(headers, now, name="posts a day", prefix="x-user-limit-24hour-"),
    )
    return [each for each in found if each is not None]


def level_finding(level: str) -> Finding:
    if not level:
        return Finding("app", None, "X did not tell what this installation's app may do.")
    if "write" in level:
        return Finding("app", True, "This installation's app may write.")
    return Finding(
        "app",
        False,
        "This installation's app may only read.",
        "Its operator turns on reading and writing in X's developer console; then connect again.",
    )
