"""Looking for a post on platforms that know no key of ours: since when, and when two texts are one.

A window alone is no proof and neither is a text alone; channels ask for both, and for what else a
platform shows (the parent, the title, the link, the number of pictures).
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

from .base import Payload, Session
from .text import LINK

CLOCKS_APART = timedelta(minutes=5)
"""How far a platform's clock may be from ours."""


def note_sending(session: Session) -> None:
    """Keep in the handle when this delivery was first tried, before the request that may make a
    post, so that no older post with the same words is taken for it."""
    if "since" not in session.handle:
        session.save_handle({**session.handle, "since": session.now.isoformat()})


def was_tried(session: Session) -> bool:
    """Whether an earlier attempt of this delivery may have made a post."""
    return "since" in session.handle


def looked_since(payload: Payload, session: Session) -> datetime:
    """From when on a post may be this one: the first attempt, else the time it was meant for."""
    told = str(session.handle.get("since") or payload["at"])
    return datetime.fromisoformat(told) - CLOCKS_APART


def moment(told: Any) -> datetime | None:
    """A platform's ISO 8601 date, taken as UTC where it names no zone; None if it is none."""
    try:
        read = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def plain(text: str) -> str:
    """A text as it is compared: composed characters, single blanks, links without their scheme."""
    bare = LINK.sub(lambda match: bare_link(match.group(0)), unicodedata.normalize("NFC", text))
    return " ".join(bare.split())


def bare_link(address: str) -> str:
    """A link as it is compared: platforms add schemes and final slashes."""
    return address.split("://", 1)[-1].removeprefix("www.").rstrip("/")
