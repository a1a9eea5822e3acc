"""No pattern can be made to run for long by the text that it is put to (ReDoS)."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest
import regex  # type: ignore[import-untyped, unused-ignore]

APPS = ["config", "organizations", "billing", "brands", "content", "publishing", "analytics"]
# A third of what a person may paste. A quadratic pattern needs seconds for it, an exponential one
# for ever.
CHARACTERS = 30_000
SECONDS = 1.0

# Repeated up to the length; many begin what a pattern looks for and never end it.
PIECES = [
    "a",
    "A",
    "0",
    " ",
    "\t",
    "\n",
    "\r\n",
    ".",
    "-",
    "_",
    "/",
    "#",
    "@",
    "=",
    '"',
    "'",
    "(",
    "[",
    "{",
    "<",
    ">",
    "&",
    "!",
    "*",
    ",",
    "a ",
    "a.",
    "a-",
    "a@a.",
    "0,",
    "0.",
    "1 000 ",
    "<!--",
    "<!-- -->",
    "<?xml>",
    "<a href=",
    "[a](",
    "[[",
    "](",
    "{{",
    "{%",
    "#a ",
    "@a ",
    "http://",
    "http://a.b/",
    "www.",
    "a.b.c/",
    "- a\n",
    "|a|\n",
    "```",
    "~~~",
    "**a",
    "Ａ",
    "é",
    "e\u0301",
    "\u200b",
    "\u00a0",
    "😀",
    "Dr. ",
    "z.B. ",
    "12:30 ",
    "2026-01-01",
    "$1,000.00 ",
    "100 % ",
    "%PDF-",
    "key: ",
    "\\",
]
ENDS = ["\x00", "\n", "x\ny"]


def patterns() -> Iterator[tuple[str, Any]]:
    """Every pattern that a module of ours keeps, also those in its tables."""
    seen: set[tuple[str, int]] = set()
    for app in APPS:
        package = importlib.import_module(app)
        for module in modules(package):
            for name, value in vars(module).items():
                for pattern in inside(value):
                    key = (str(pattern.pattern), int(pattern.flags))
                    if key not in seen and module.__name__.partition(".")[0] in APPS:
                        seen.add(key)
                        yield f"{module.__name__}.{name}", pattern


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        skipped = (".migrations", ".bench", "config.settings", "config.wsgi", ".picture_worker")
        if not any(part in found.name for part in skipped):
            yield importlib.import_module(found.name)


def inside(value: Any, depth: int = 3) -> Iterator[Any]:
    if isinstance(value, re.Pattern | regex.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        for each in value.values():
            yield from inside(each, depth - 1)
    elif depth and isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from inside(each, depth - 1)


# What finds most by itself; the rest is put to the patterns by `-m fuzz`.
FEW = ["a", " ", "\t", "0", "[", "<!--", "-", "a.", "_", "\n"]


def texts(pieces: list[str]) -> Iterator[str]:
    for piece in pieces:
        yield piece * (CHARACTERS // len(piece)) + "!"
    if pieces is PIECES:
        for piece in PIECES:
            yield piece * (CHARACTERS // len(piece))
        for end in ENDS:
            yield "a" * CHARACTERS + end
            yield " " * CHARACTERS + end


class TooLong(Exception):
    """The time is over."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Both engines look for signals while they search, so an endless search can be ended."""

    def stop(*_: Any) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    # Processor time of this process: a busy machine does not count.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


ALL = list(patterns())


def test_there_are_patterns_and_each_is_put_to_hostile_texts() -> None:
    assert len(ALL) > 50


every_pattern = pytest.mark.parametrize(
    ("name", "pattern"), ALL, ids=[f"{name}-{number}" for number, (name, _) in enumerate(ALL)]
)


@every_pattern
def test_no_text_keeps_a_pattern_busy(name: str, pattern: Any) -> None:
    assert slow(pattern, FEW) == [], f"{name}: {pattern.pattern!r}"


@pytest.mark.fuzz
@every_pattern
def test_no_text_of_many_keeps_a_pattern_busy(name: str, pattern: Any) -> None:
    assert slow(pattern, PIECES) == [], f"{name}: {pattern.pattern!r}"


def slow(pattern: Any, pieces: list[str]) -> list[str]:
    """Which texts keep it busy beyond the time; at most three."""
    found: list[str] = []
    for text in texts(pieces):
        given: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
        try:
            with within(SECONDS):
                for _ in zip(range(CHARACTERS), pattern.finditer(given), strict=False):
                    pass
                pattern.fullmatch(given)
        except TooLong:
            found.append(text[:12] + "…" + text[-3:])
        if len(found) == 3:
            break
    return found


def test_the_watch_catches_what_never_ends() -> None:
    started = time.process_time()
    with pytest.raises(TooLong), within(0.2):
        re.compile(r"(a+)+$").search("a" * 60 + "!")
    assert time.process_time() - started < 2
