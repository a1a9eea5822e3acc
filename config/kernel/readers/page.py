"""A web page, or whatever else stands at an address, through the outbound door."""

from __future__ import annotations

import ssl

from config.kernel import http
from config.kernel.errors import TooMany, Unavailable
from config.kernel.readers.base import FILE_BYTES, Extracted, Unreadable
from config.kernel.readers.files import read_file
from config.kernel.readers.html import read_html

DEADLINE_SECONDS = 60.0  # specification 1c, for an address
MOST_TRIES = 3
TRY_SECONDS = 18.0
ACCEPT = "text/html,application/xhtml+xml,application/pdf,text/plain,text/markdown;q=0.9,*/*;q=0.5"
# Some sites refuse every agent that is not a browser; one polite second try, as specified.
BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)


def read_page(url: str) -> Extracted:
    """Fetch and read one address that a person named; follows at most 3 redirects.

    Raises Unreadable for what no further try mends (no such page, no right to see it, no text,
    a certificate or an address that is wrong), Unavailable and TooMany for what one may.
    """
    page = _fetched(url)
    if page.status == 403:
        page = _fetched(url, agent=BROWSER)
    refuse_status(page)
    if page.content_type in ("text/html", "application/xhtml+xml"):
        return read_html(page.body, url=page.url, charset=page.charset)
    return read_file(page.body, url=page.url)


def _fetched(url: str, *, agent: str = "") -> http.Fetched:
    headers = {"User-Agent": agent} if agent else {}
    for tries in range(1, MOST_TRIES + 1):
        try:
            return http.fetch(
                url,
                max_bytes=FILE_BYTES,
                timeout_seconds=TRY_SECONDS,
                accept=ACCEPT,
                headers=headers,
            )
        except http.OutboundTimeout:
            if tries == MOST_TRIES:
                raise
        except http.OutboundFailed as error:
            if _is_about_certificate(error):
                raise Unreadable(error.message, code="page_not_trusted", field="url") from error
            raise
    raise AssertionError("unreachable: the last try returns or raises")


def _is_about_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__
    return False


def refuse_status(page: http.Fetched) -> None:
    status = page.status
    if 200 <= status < 300:
        return
    if status in (404, 410):
        raise Unreadable(
            "There is no page at that address. Check it for a typing error.",
            code="page_not_found",
            field="url",
        )
    if status in (401, 402, 403, 407, 451):
        raise Unreadable(
            "The site does not show that page to everyone (it may need a login or a payment, or "
            "it turns programs away). Open it yourself and paste the text.",
            code="page_forbidden",
            field="url",
        )
    if status == 429:
        raise TooMany(
            "The site asks for fewer requests. Try again in a while, or paste the text.",
            code="page_busy",
            retry_after=_seconds(page.headers.get("retry-after", "")),
        )
    if status >= 500:
        raise Unavailable(
            f"The site has a fault at the moment (status {status}). Try again later.",
            code="page_unavailable",
        )
    raise Unreadable(
        f"The site answered with status {status} instead of a page. Check the address.",
        code="page_refused",
        field="url",
    )


def _seconds(text: str) -> float:
    return float(text) if text.isdecimal() else 60.0
