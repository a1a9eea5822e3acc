"""What Reddit's answers tell: what is left of the quota, and who may post where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from .base import CredentialField, Finding, Reading, Session
from .rest import dig

OPTIONS = (
    CredentialField(
        "subreddit",
        "Subreddit",
        help="For example boats. Left blank, posts go to the account's own profile.",
        required=False,
    ),
    CredentialField(
        "kind",
        "Kind of post",
        default="self",
        required=False,
        choices=(("self", "Text"), ("link", "Link, with the text below")),
    ),
    CredentialField(
        "flair_id",
        "Flair",
        help="The id of a flair template, where the subreddit asks for flair.",
        required=False,
    ),
    CredentialField(
        "nsfw", "Not safe for work", required=False, choices=(("", "No"), ("yes", "Yes"))
    ),
)
"""What a post on Reddit may say beside its words."""


def bare_subreddit(subreddit: str) -> str:
    """A subreddit's name as people type it: r/boats, /r/boats/, its address."""
    parts = [part for part in subreddit.strip().split("/") if part]
    name = parts[-1] if parts else ""
    is_person = len(parts) > 1 and parts[-2] in ("u", "user")
    return f"u_{name}" if is_person else name


def read_quota(headers: Mapping[str, str], session: Session) -> None:
    used, left = header_seconds(headers, "used"), header_seconds(headers, "remaining")
    reset = header_seconds(headers, "reset")
    if used is None or left is None or used + left <= 0:
        return
    ends = session.now + timedelta(seconds=reset) if reset is not None else None
    session.read_quota(Reading("calls", round(used + left), round(used), ends))


def header_seconds(headers: Mapping[str, str], name: str) -> float | None:
    """One of the x-ratelimit headers; they are floats here."""
    try:
        return max(0.0, float(headers.get(f"x-ratelimit-{name}", "")))
    except ValueError:
        return None


def subreddit_finding(name: str, about: Any) -> Finding:
    """Whether a subreddit takes posts of the account that asked."""
    if dig(about, "user_is_banned"):
        mend = "Ask its moderators, or choose another one."
        return Finding("subreddit", False, f"r/{name} has banned the account.", mend)
    is_closed = dig(about, "subreddit_type") in ("private", "restricted")
    if is_closed and not dig(about, "user_is_contributor"):
        mend = "Ask its moderators to approve the account."
        return Finding("subreddit", False, f"r/{name} takes approved users only.", mend)
    return Finding("subreddit", True, f"r/{name} is open to the account.")
