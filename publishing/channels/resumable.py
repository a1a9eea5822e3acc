"""Google's resumable uploads: an address that is taken first, then the bytes, resumed at any time.

The address is saved before the first byte. Asked with an unknown range it tells how many bytes it
has, or answers with what was made of them, so that nothing is ever made twice of one address.
Source, as of 2026-11: "Resumable uploads" of the YouTube Data API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .errors import ChannelError, before_sending
from .rest import Answer, Rest

PIECE_BYTES = 16 * 256 * 1024
"""Google takes multiples of 256 KiB; the last piece may be shorter."""
MORE = 308
GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upload is: bytes that are there, what was made of them, or that it is lost."""

    received: int = 0
    made: Mapping[str, Any] | None = None
    is_lost: bool = False


class Resumable:
    """One upload at one address."""

    def __init__(
        self, rest: Rest, address: str, data: bytes | None, size: int, content_type: str
    ) -> None:
        """`data` may stay away where nothing but a look is wanted."""
        self.rest = replace(rest, accepts=frozenset({MORE}))
        self.address = address
        self.data = data or b""
        self.size = size
        self.content_type = content_type

    def look(self) -> Progress:
        """Ask how far it is; uploads nothing."""
        try:
            answer = self.rest.call(
                "PUT",
                self.address,
                content=b"",
                headers={"Content-Range": f"bytes */{self.size}"},
            )
        except ChannelError as error:
            if error.extra.get("http_status") in GONE:
                return Progress(is_lost=True)
            raise
        return self._progress(answer)

    def send_all_but_last(self, progress: Progress) -> Progress:
        """Send pieces as long as one more is to come; none of these can make anything."""
        while progress.made is None and progress.received + PIECE_BYTES < self.size:
            answer = self._send(progress.received, progress.received + PIECE_BYTES, last=False)
            before, progress = progress.received, self._progress(answer)
            if progress.made is None and progress.received <= before:
                raise before_sending(self.rest.unreadable(answer), self.rest.label)
        return progress

    def send_last(self, progress: Progress) -> Mapping[str, Any]:
        """Send the rest. Raises ChannelError; a success that cannot be read is ambiguous."""
        answer = self._send(progress.received, self.size, last=True)
        if answer.status == MORE or not answer.dig("id"):
            raise self.rest.unreadable(answer)
        made: Mapping[str, Any] = answer.body
        return made

    def _send(self, start: int, end: int, *, last: bool) -> Answer:
        piece = self.data[start:end]
        return self.rest.call(
            "PUT",
            self.address,
            makes_post=last,
            content=piece,
            headers={
                "Content-Type": self.content_type,
                "Content-Range": f"bytes {start}-{start + len(piece) - 1}/{self.size}",
            },
        )

    def _progress(self, answer: Answer) -> Progress:
        if answer.status == MORE:
            last = answer.headers.get("range", "").rpartition("-")[2]
            return Progress(int(last) + 1 if last.isdigit() else 0)
        if not answer.dig("id"):
            raise before_sending(self.rest.unreadable(answer), self.rest.label)
        return Progress(self.size, answer.body)
