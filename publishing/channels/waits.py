"""How long a platform may be at it before a person is asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from .base import Accepted, Session
from .errors import ChannelError

LONGEST = timedelta(hours=6)
"""Platforms name no time; videos are done in minutes, and what takes longer than this never is."""


def still_at_it(session: Session, accepted: Accepted, label: str) -> Accepted:
    """The same answer while the platform is at it for less than LONGEST.

    When it began is kept in the handle. Raises ChannelError (ambiguous) after that, so that the
    ledger stops waiting and a person looks.
    """
    begun = session.handle.get("waiting_since")
    if begun is None:
        session.save_handle({**session.handle, "waiting_since": session.now.isoformat()})
    elif session.now - datetime.fromisoformat(begun) > LONGEST:
        raise ChannelError(
            f"{label} has been at this post for more than {LONGEST.seconds // 3600} hours and does "
            "not say how far it is. Look there whether it is out.",
            ambiguous=True,
            code="never_done",
        )
    return accepted
