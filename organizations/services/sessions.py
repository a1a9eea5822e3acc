"""The browsers in which a person is signed in: listed, ended, and limited in time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Final
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from config.kernel.clock import now
from config.kernel.errors import NotFound
from organizations.models import User

SIGNED_IN_AT: Final = "signed_in_at"
SEEN_AT: Final = "seen_at"
# How exactly "last used" is known; a write at every request would cost more than it tells.
SEEN_EVERY_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One browser that is signed in, as its person sees it."""

    id: int
    browser: str
    ip: str
    began_at: datetime
    seen_at: datetime
    is_current: bool


def note_sign_in(*, request: HttpRequest | None, **rest: Any) -> None:
    """Begin the two limits of a session."""
    if request is not None:
        request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = int(time.time())


def is_over(session: SessionBase) -> bool:
    """Whether a session was left alone for too long, or lasted for too long. Seconds, see env."""
    moment = time.time()
    idle = moment - session.get(SEEN_AT, moment)
    age = moment - session.get(SIGNED_IN_AT, moment)
    return bool(
        idle >= settings.WARREN_SESSION_IDLE_SECONDS or age >= settings.WARREN_SESSION_MOST_SECONDS
    )


def note_use(request: HttpRequest) -> None:
    """Let the idle limit begin anew, at most once in ten minutes."""
    seen, moment = request.session.get(SEEN_AT, 0), int(time.time())
    if moment - seen < min(SEEN_EVERY_SECONDS, settings.WARREN_SESSION_IDLE_SECONDS / 4):
        return
    request.session.setdefault(SIGNED_IN_AT, moment)
    request.session[SEEN_AT] = moment
    UserSession.objects.create_from_request(request)


def sessions_of(*, user: User, current: str | None) -> list[SessionLine]:
    """Every browser in which the person is signed in, this one first, then the latest.

    Two statements, however many there are.
    """
    since = now() - timedelta(seconds=settings.WARREN_SESSION_MOST_SECONDS)
    rows = list(UserSession.objects.filter(user=user, created_at__gt=since))
    keys = [row.session_key for row in rows]
    alive = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=now()).values_list(
            "session_key", flat=True
        )
    )
    lines = [
        SessionLine(
            id=row.pk,
            browser=browser_in_words(row.user_agent),
            ip=row.ip,
            began_at=row.created_at,
            seen_at=row.last_seen_at,
            is_current=row.session_key == current,
        )
        for row in rows
        if row.session_key in alive
    ]
    return sorted(lines, key=lambda line: (not line.is_current, -line.seen_at.timestamp()))


def end_session(*, user: User, session_id: int) -> bool:
    """End one session of this person. True if it was ended now. Raises NotFound for another's."""
    row = UserSession.objects.filter(user=user, pk=session_id).first()
    if row is None:
        raise NotFound("That session has ended already, or it is not yours.")
    _end([row])
    return True


def end_other_sessions(*, user: User, keep: str | None) -> int:
    """End all but the one with this key. Returns how many."""
    return _end(UserSession.objects.filter(user=user).exclude(session_key=keep or ""))


def end_every_session(*, user_id: UUID) -> int:
    return _end(UserSession.objects.filter(user_id=user_id))


def _end(rows: Any) -> int:
    ended = list(rows)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for row in ended:
        # Row and cache, one by one: only the store knows both.
        store.delete(row.session_key)
        row.delete()
    return len(ended)


_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_in_words(agent: str) -> str:
    """`Mozilla/5.0 (X11; Linux x86_64) … Firefox/140.0` -> `Firefox on Linux`"""
    browser = next((word for mark, word in _BROWSERS if mark in agent), "")
    system = next((word for mark, word in _SYSTEMS if mark in agent), "")
    return " on ".join(word for word in (browser, system) if word) or agent[:40] or "Unknown"
