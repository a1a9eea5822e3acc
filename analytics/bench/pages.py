"""Pages under gunicorn, as production serves them, beside a page that does nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from .browser import Load, open_page, session_of
from .figures import at_most, kb, mb, middle, ms, percentile, spread
from .part import Bench, Step
from .places import PLACES, Place, visitor
from .processes import Memory, Running, web
from .report import Cell, Section

MOST_QUERIES: Final = 12
MOST_SECONDS: Final = 0.040
MOST_BYTES: Final = 100_000
MOST_MEMORY: Final = 120 * 2**20
CLIENTS: Final = 8
WARMING: Final = 12
"""Requests before the first that counts: enough for each thread to open its connection."""

_NO_QUERIES: Final = {"BEGIN", "COMMIT", "ROLLBACK"}


@dataclass(frozen=True, slots=True)
class Page:
    """A place with its address, and the cookie of whoever opens it."""

    place: Place
    path: str
    cookie: str


@dataclass(slots=True)
class Seen:
    """One page's figures. Loads: one client, eight, and eight at two processes."""

    page: Page
    queries: int
    alone: Load
    cpu_seconds: float
    crowd: Load
    crowd_at_two: Load | None = None


def measure(bench: Bench) -> list[Section]:
    guest = visitor()
    found = [(place, guest.address_of(place)) for place in PLACES]
    skipped = [place.name for place, path in found if path is None]
    with session_of(guest.user) as cookie:
        pages = [
            Page(place, path, "" if place.is_public else cookie) for place, path in found if path
        ]
        with web(workers=1) as server, bench.counted("Pages, 1 process", len(pages)) as step:
            seen = [_look(server, page, bench, step) for page in pages]
            memory = server.memory_of_children()
        with web(workers=2) as server, bench.counted("Pages, 2 processes", len(pages)) as step:
            for each in seen:
                _warm(server, each.page, bench)
                each.crowd_at_two = _crowd(server, each.page, bench)
                step(1)
    section = _table(seen)
    if skipped:
        section.notes.append(f"Not part of this installation: {', '.join(skipped)}.")
    return [section, _memory(memory)]


def alone(server: Running, page: Page, bench: Bench) -> tuple[int, Load]:
    """One page under one client: how many queries, and how long it takes."""
    queries = _queries(page)
    _warm(server, page, bench)
    return queries, _open(server, page, bench, clients=1, requests=bench.few(60, quick=10))


def _look(server: Running, page: Page, bench: Bench, step: Step) -> Seen:
    queries = _queries(page)
    _warm(server, page, bench)
    before = server.cpu_seconds()
    alone = _open(server, page, bench, clients=1, requests=bench.few(60, quick=10))
    spent = (server.cpu_seconds() - before) / alone.count
    crowd = _crowd(server, page, bench)
    step(1)
    return Seen(page, queries, alone, spent, crowd)


def _warm(server: Running, page: Page, bench: Bench) -> None:
    _open(server, page, bench, clients=CLIENTS, requests=WARMING)


def _crowd(server: Running, page: Page, bench: Bench) -> Load:
    return _open(server, page, bench, clients=CLIENTS, requests=bench.few(240, quick=24))


def _open(server: Running, page: Page, bench: Bench, *, clients: int, requests: int) -> Load:
    return open_page(
        server.address,
        page.path,
        cookie=page.cookie,
        clients=clients,
        requests=requests,
        seconds=bench.most,
    )


def _queries(page: Page) -> int:
    """Statements of one request in this process, BEGIN and COMMIT left out.

    The second request counts: the first one fills what a process keeps.
    """
    client = Client(headers={"host": "127.0.0.1"})
    if page.cookie:
        name, _, value = page.cookie.partition("=")
        client.cookies[name] = value
    client.get(page.path)
    with CaptureQueriesContext(connections["default"]) as captured:
        client.get(page.path)
    return sum(query["sql"].split()[0] not in _NO_QUERIES for query in captured.captured_queries)


def _table(seen: list[Seen]) -> Section:
    section = Section(
        "Pages (median / 95th percentile)",
        (
            *("Page", "queries", "HTML", "CPU", "1 client", "× bare"),
            *("8 clients", "a second", "8 clients, 2 processes", "a second"),
        ),
    )
    bare = middle(seen[0].alone.seconds)
    for each in seen:
        held = each.page.place.is_main
        median = middle(each.alone.seconds)
        section.add(
            each.page.place.name,
            _held(held, each.queries, MOST_QUERIES, str),
            _held(held, each.alone.bytes, MOST_BYTES, kb),
            ms(each.cpu_seconds),
            Cell(_both(each.alone), median <= MOST_SECONDS if held else None),
            f"{median / bare:.1f}",
            *_of(each.crowd),
            *_of(each.crowd_at_two),
        )
    return section


def _of(load: Load | None) -> tuple[str, str]:
    return (_both(load), f"{load.a_second:.0f}") if load else ("", "")


def _both(load: Load) -> str:
    return spread(middle(load.seconds), percentile(load.seconds, 0.95))


def _held(is_held: bool, value: float, goal: float, say: Any) -> Cell:
    return at_most(value, goal, say) if is_held else Cell(say(value))


def _memory(workers: list[Memory]) -> Section:
    section = Section("Memory of the web", ("Process", "resident", "its own share"))
    for number, memory in enumerate(workers, 1):
        section.add(
            f"Web worker {number}, after all pages",
            at_most(memory.resident, MOST_MEMORY, mb),
            mb(memory.own),
        )
    return section
