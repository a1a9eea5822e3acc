"""Slack's spelling of texts, its files, and what is said of a channel."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .base import CrashPoint, Finding, Limits, Payload, Session
from .errors import (
    TRANSPORT_ERRORS,
    UNPARSABLE,
    RetryTable,
    before_sending,
    transport_error,
)
from .rest import Answer, dig

_SHOWN_LINK = re.compile(r"<((?:https?|mailto):[^|>\s]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one delivery, uploaded where nobody sees them yet. Their ids stand in the handle
    before anything is shown."""

    ask: Callable[[str, Mapping[str, Any]], Answer]
    session: Session

    def upload(self, payload: Payload, limits: Limits, table: RetryTable, label: str) -> None:
        # A web process never sends, so it need not load what works on pictures.
        from .media import fit_image

        session = self.session
        files, notes = [], []
        for number, item in enumerate(payload["media"], start=1):
            data, kind = session.media(item["reference"]), item["type"]
            if kind.startswith("image/"):
                fitted = fit_image(data, limits, name=f"Picture {number}")
                data, kind = fitted.data, fitted.content_type
                notes += [fitted.note] if fitted.note else []
            session.fault(CrashPoint.MEDIA_UPLOADING)
            name = f"{number}.{kind.partition('/')[2]}"
            file_id, address = self._place(name, len(data), item["alt"], table, label)
            self._put(address, data, kind, table, label)
            files.append({"id": file_id, "title": item["alt"] or name})
            session.fault(CrashPoint.MEDIA_RECEIVED)
        session.save_handle({**session.handle, "files": files, "notes": notes})

    def _place(
        self, name: str, size: int, alt: str, table: RetryTable, label: str
    ) -> tuple[str, str]:
        params = {"filename": name, "length": size, **({"alt_txt": alt} if alt else {})}
        place = self.ask("/files.getUploadURLExternal", params)
        address, file_id = place.dig("upload_url"), place.dig("file_id")
        if not isinstance(address, str) or not isinstance(file_id, str):
            raise before_sending(table.error(label, status=200, code=UNPARSABLE), label)
        return file_id, address

    def _put(self, address: str, data: bytes, kind: str, table: RetryTable, label: str) -> None:
        """The bytes to their place, which answers in plain words."""
        try:
            response = self.session.http.request(
                "POST", address, content=data, headers={"Content-Type": kind}
            )
        except TRANSPORT_ERRORS as error:
            raise before_sending(transport_error(label, error), label) from error
        if not response.is_success:
            status, headers = response.status_code, response.headers
            failed = table.error(label, status=status, headers=headers, now=self.session.now)
            raise before_sending(failed, label)


def stamp_of(answer: Answer, channel: str) -> str:
    """Where the first file is shown, if the answer tells already."""
    shares = answer.dig("files", 0, "shares")
    for kind in ("public", "private"):
        stamp = dig(shares, kind, channel, 0, "ts")
        if isinstance(stamp, str):
            return stamp
    return ""


def membership(channel: Any) -> Finding:
    if dig(channel, "is_archived"):
        return Finding("channel", False, "The channel is archived.", "Connect another channel.")
    name = dig(channel, "name")
    if dig(channel, "is_member") or not dig(channel, "is_private"):
        return Finding("channel", True, f"The bot can post in #{name}.")
    return Finding(
        "channel",
        False,
        f"The bot is not in #{name}.",
        "Write /invite and the bot's name in that channel.",
    )


def escaped(text: str) -> str:
    """The three characters that Slack gives a meaning to."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> str:
    """A text as it is compared: the platform puts links into angle brackets."""
    bare = _SHOWN_LINK.sub(lambda match: match.group(1), text)
    return " ".join(bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").split())


def is_ours(message: Any, payload: Payload, session: Session) -> bool:
    """Whether a message is the one of a payload: by its files, by the key in its metadata, and only
    where it has neither by author and words."""
    ours = {each["id"] for each in session.handle.get("files", ())}
    shown = dig(message, "files")
    if ours:
        return any(dig(each, "id") in ours for each in shown or ())
    told = dig(message, "metadata", "event_payload", "key")
    if isinstance(told, str):
        return bool(told == payload["key"])
    return bool(
        not shown
        and str(dig(message, "user")) == session.account.settings.get("user_id")
        and plain(str(dig(message, "text") or "")) == plain(payload["text"])
    )
