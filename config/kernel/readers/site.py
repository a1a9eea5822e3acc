"""Several pages of one site, read as a polite visitor reads them.

    for page in pages_of_site("https://example.com", most_pages=8):
        page.extracted or page.error

Its rules for robots are obeyed, its own pages only are followed, and requests come two seconds
apart, or as far apart as the site asks. Source: specification 2c (analyse, obey robots rules, one
request per 2 s) and 4c (page fetch).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urldefrag, urlsplit

from config.kernel import http
from config.kernel.errors import DomainError, TooMany, Unavailable
from config.kernel.halting import refuse_halted
from config.kernel.readers.base import Extracted, Unreadable
from config.kernel.readers.html import read_html, read_links
from config.kernel.readers.page import refuse_status
from config.kernel.readers.robots import Robots, robots_of
from config.kernel.scoping import organization_in_scope

PAGE_SECONDS = 10.0
BETWEEN_SECONDS = 2.0
MOST_LINKS = 25  # of one site that wait to be read
MOST_BYTES = 2 * 1024 * 1024  # of a page: scripts and styles count, only its text is kept
MOST_CHARACTERS = 15_000
_ACCEPT = "text/html,application/xhtml+xml"
_NOT_PAGES = (
    *(".pdf", ".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".ico", ".css", ".js", ".json"),
    *(".xml", ".zip", ".gz", ".mp3", ".mp4", ".mov", ".doc", ".docx", ".xls", ".xlsx", ".ppt"),
    *(".pptx", ".csv", ".ics", ".woff", ".woff2", ".rss", ".atom"),
)


@dataclass(frozen=True)
class SitePage:
    """One page: what it says, or the sentence that says why it could not be read.

    `may_pass` says that the same page may well be read later.
    """

    url: str
    extracted: Extracted | None = None
    error: str = ""
    may_pass: bool = False


class Pace:
    """Which host may be asked when, for every crawl of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, host: str, seconds: float, pause: Callable[[float], None]) -> None:
        """Take the host's next turn and pause until it comes."""
        with self._lock:
            moment = self._clock()
            turn = max(moment, self._free.get(host, 0.0))
            self._free[host] = turn + seconds
            if len(self._free) > 1_000:
                self._free = {key: at for key, at in self._free.items() if at > moment}
        if turn > moment:
            pause(turn - moment)


pace = Pace()


def pages_of_site(
    address: str,
    *,
    most_pages: int,
    seconds: float = PAGE_SECONDS,
    pause: Callable[[float], None] = time.sleep,
    most_links: int = MOST_LINKS,
    prefer: Sequence[str] = (),
    most_characters: int = MOST_CHARACTERS,
) -> Iterator[SitePage]:
    """The page at an address and then pages that it and they link to, at most `most_pages`.

    `seconds` is for one page; `pause` waits between them. Links whose path has a word of `prefer`
    are read first, in the order of those words. Pages that fail are given with their sentence and
    count too; the first page that the site is too busy for ends the walk. Raises OutboundRefused
    for an address that nobody may be sent to.
    """
    walk = _Walk(address, seconds, pause, most_links, tuple(prefer), most_characters)
    for _ in range(most_pages):
        page = walk.next()
        if page is None:
            return
        yield page


@dataclass
class _Walk:
    start: str
    seconds: float
    pause: Callable[[float], None]
    most_links: int
    prefer: tuple[str, ...]
    most_characters: int
    waiting: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    robots: dict[str, Robots] = field(default_factory=dict)
    site: str = ""
    is_over: bool = False

    def __post_init__(self) -> None:
        self.start = urldefrag(self.start).url
        self.site = _site_of(self.start)
        self.waiting.append(self.start)
        self.known.add(_key(self.start))

    def next(self) -> SitePage | None:
        if self.is_over or not self.waiting:
            return None
        url = self.waiting.pop(0)
        try:
            return self._read(url)
        except http.OutboundRefused:
            if url == self.start:
                raise
            return SitePage(url, error="The link leads to an address that may not be read.")
        except DomainError as error:
            self.is_over = isinstance(error, TooMany)
            may_pass = isinstance(error, (TooMany, Unavailable))
            return SitePage(url, error=error.message, may_pass=may_pass)

    def _read(self, url: str) -> SitePage:
        self._refuse_forbidden(url)
        fetched = self._fetch(url)
        if _site_of(fetched.url) != self.site:
            if url != self.start:
                raise Unreadable("The link leads to another site.", code="page_elsewhere")
            self.site = _site_of(fetched.url)
        if fetched.url != url:
            self._refuse_forbidden(fetched.url)
        self.known.add(_key(fetched.url))
        refuse_status(fetched)
        if fetched.content_type not in ("text/html", "application/xhtml+xml"):
            raise Unreadable("There is no page of text at that address.", code="page_not_html")
        self._remember(read_links(fetched.body, url=fetched.url, charset=fetched.charset))
        found = read_html(fetched.body, url=fetched.url, charset=fetched.charset)
        return SitePage(fetched.url, _cut(found, self.most_characters))

    def _fetch(self, url: str) -> http.Fetched:
        delay = max(BETWEEN_SECONDS, self._robots(url).delay_seconds)
        pace.wait(urlsplit(url).netloc, delay, self.pause)
        if (organization_id := organization_in_scope()) is not None:
            refuse_halted(organization_id)
        return http.fetch(url, max_bytes=MOST_BYTES, timeout_seconds=self.seconds, accept=_ACCEPT)

    def _robots(self, url: str) -> Robots:
        host = urlsplit(url).netloc
        if host not in self.robots:
            http.check_url(url)
            self.robots[host] = robots_of(url, seconds=self.seconds)
        return self.robots[host]

    def _refuse_forbidden(self, url: str) -> None:
        if not self._robots(url).allows(url):
            raise Unreadable(
                "The site asks robots not to read this page. Paste its text instead.",
                code="page_forbidden_to_robots",
                field="url",
            )

    def _remember(self, links: Sequence[str]) -> None:
        for link in links:
            url = urldefrag(link).url
            is_page = not urlsplit(url).path.lower().endswith(_NOT_PAGES)
            is_new = _site_of(url) == self.site and _key(url) not in self.known
            if is_new and is_page and len(url) <= 2_000:
                self.known.add(_key(url))
                self.waiting.append(url)
        self.waiting.sort(key=self._rank)
        del self.waiting[self.most_links :]

    def _rank(self, url: str) -> float:
        path = urlsplit(url).path.lower()
        return next((at for at, word in enumerate(self.prefer) if word in path), math.inf)


def _site_of(url: str) -> str:
    """Host and port; with and without www is the same site."""
    return urlsplit(url).netloc.lower().removeprefix("www.")


def _key(url: str) -> str:
    """Under which an address is known: without its scheme, www. and last slash."""
    parts = urlsplit(url)
    return f"{_site_of(url)}{parts.path.rstrip('/')}?{parts.query}"


def _cut(found: Extracted, most: int) -> Extracted:
    if len(found.text) <= most:
        return found
    kept = found.text[:most].rpartition("\n")[0] or found.text[:most]
    return replace(found, text=kept, truncated=True)
