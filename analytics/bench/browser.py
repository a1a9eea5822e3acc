"""People who open pages: one session, kept-alive connections, one request after another."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, perf_counter
from typing import Final

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore

from config.kernel.errors import Unavailable
from organizations.models import User

TIMEOUT_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Load:
    """What came of many requests for one page."""

    seconds: tuple[float, ...]
    bytes: int
    lasted: float

    @property
    def count(self) -> int:
        return len(self.seconds)

    @property
    def a_second(self) -> float:
        return self.count / self.lasted


@contextmanager
def session_of(user: User) -> Iterator[str]:
    """The cookie of a person who is signed in, for as long as the block runs."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    try:
        yield f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    finally:
        session.delete()


def open_page(
    address: str, path: str, *, cookie: str, clients: int, requests: int, seconds: float
) -> Load:
    """Ask for a page `requests` times over all clients, or for `seconds`, whatever ends first.

    Raises Unavailable when an answer is not 200: then nothing was measured.
    """
    people = [_Person(address, path, cookie) for _ in range(clients)]
    shares = [requests // clients + (number < requests % clients) for number in range(clients)]
    end = monotonic() + seconds
    threads = [
        threading.Thread(target=person.ask, args=(share, end), daemon=True)
        for person, share in zip(people, shares, strict=True)
    ]
    start = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted = perf_counter() - start
    if wrong := [person.wrong for person in people if person.wrong]:
        raise Unavailable(f"{path} could not be measured: {wrong[0]}.")
    seen = tuple(each for person in people for each in person.seen)
    return Load(seen, people[0].bytes, lasted)


class _Person:
    def __init__(self, address: str, path: str, cookie: str) -> None:
        self.address, self.path = address, path
        self.headers = {"Host": "127.0.0.1", "Accept": "text/html"}
        if cookie:
            self.headers["Cookie"] = cookie
        self.seen: list[float] = []
        self.bytes = 0
        self.wrong = ""

    def ask(self, requests: int, end: float) -> None:
        connection = http.client.HTTPConnection(self.address, timeout=TIMEOUT_SECONDS)
        try:
            for _ in range(requests):
                if monotonic() > end or self.wrong:
                    break
                self._once(connection)
        except (OSError, http.client.HTTPException) as error:
            self.wrong = f"{type(error).__name__}: {error}"
        finally:
            connection.close()

    def _once(self, connection: http.client.HTTPConnection) -> None:
        start = perf_counter()
        connection.request("GET", self.path, headers=self.headers)
        response = connection.getresponse()
        body = response.read()
        self.seen.append(perf_counter() - start)
        self.bytes = len(body)
        if response.status != 200:
            self.wrong = f"it answered {response.status}"
