"""What a site asks of robots, by RFC 9309: groups, longest match, `*` and `$`, and a crawl delay.

The library's parser knows no wildcards and takes the first rule that matches, not the longest.
Source: RFC 9309, sections 2.2 and 2.3, read 2026-11; Crawl-delay is a custom of many years.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from config.kernel import http
from config.kernel.readers.text import decoded

AGENT = "warren"
MOST_BYTES = 500 * 1024  # a robot must read this much, and may stop there
LONGEST_DELAY_SECONDS = 30.0
_MOST_RULES = 2_000


@dataclass(frozen=True)
class Robots:
    """The rules for us: (path pattern, is allowed). `delay_seconds` between two requests."""

    rules: tuple[tuple[str, bool], ...] = ()
    delay_seconds: float = 0.0

    def allows(self, url: str) -> bool:
        """The longest pattern that matches decides; between equals, the one that allows."""
        parts = urlsplit(url)
        path = _plain(parts.path or "/") + (f"?{_plain(parts.query)}" if parts.query else "")
        if path == "/robots.txt":
            return True
        found = [(len(rule), may) for rule, may in self.rules if _matches(rule, path)]
        return max(found)[1] if found else True


EVERYTHING = Robots()
NOTHING = Robots(rules=(("/", False),))


def robots_of(url: str, *, seconds: float = 10.0) -> Robots:
    """The rules of the host of an address, fetched. None there allow all; unreachable ones, none.

    Raises nothing: a site whose rules cannot be read is left alone. Source: RFC 9309, 2.3.1.
    """
    parts = urlsplit(url)
    try:
        page = http.fetch(
            f"{parts.scheme}://{parts.netloc}/robots.txt",
            max_bytes=MOST_BYTES,
            timeout_seconds=seconds,
            accept="text/plain",
        )
    except http.OutboundError:
        return NOTHING
    if page.ok:
        return parse_robots(decoded(page.body, page.charset))
    return NOTHING if page.status >= 500 or page.status == 429 else EVERYTHING


def parse_robots(text: str) -> Robots:
    """The group that names us, else the one for all; several of a kind count together."""
    named: list[tuple[str, bool]] = []
    common: list[tuple[str, bool]] = []
    delays: dict[bool, float] = {}
    agents: list[str] = []
    is_heading = False
    has_own = False
    for key, value in _lines(text):
        if key == "user-agent":
            agents = [*agents, value.lower()] if is_heading else [value.lower()]
            is_heading = True
            has_own = has_own or _is_us(value)
            continue
        is_heading = False
        is_ours, is_common = any(map(_is_us, agents)), "*" in agents
        if key in ("allow", "disallow") and value:
            rule = (_plain(value), key == "allow")
            named += [rule] if is_ours else []
            common += [rule] if is_common else []
        elif key == "crawl-delay" and (is_ours or is_common):
            delays[is_ours] = _seconds(value)
    rules = named if has_own else common
    return Robots(tuple(rules[:_MOST_RULES]), delays.get(has_own, 0.0))


def _lines(text: str) -> list[tuple[str, str]]:
    found = []
    for line in text.replace("\ufeff", "").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            found.append((key.strip().lower(), value.strip()))
    return found


def _is_us(agent: str) -> bool:
    return agent.lower().partition("/")[0].strip() == AGENT


def _matches(rule: str, path: str) -> bool:
    """Piece by piece, each at the first place where it fits: linear, whatever the rule."""
    is_whole = rule.endswith("$")
    first, *pieces = rule.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not pieces:
        return not is_whole or at == len(path)
    last = pieces.pop()
    for piece in pieces:
        place = path.find(piece, at)
        if place < 0:
            return False
        at = place + len(piece)
    if is_whole:
        return path.endswith(last) and len(path) - len(last) >= at
    return path.find(last, at) >= 0


def _plain(path: str) -> str:
    """One way of writing a path, so that /%7Ejoe and /~joe are the same."""
    return quote(unquote(path), safe="/*$?&=~:@!,;+()'%-._")


def _seconds(text: str) -> float:
    try:
        return min(max(float(text), 0.0), LONGEST_DELAY_SECONDS)
    except ValueError:
        return 0.0
