"""Files sent in pieces (initialize, append, finalize, status) and resumed from the handle."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .base import CrashPoint, Payload, Session
from .errors import before_sending
from .rest import Rest, count, dig
from .shapes import Limits

PIECE_BYTES = 4_000_000
PIECES_BETWEEN_SAVES = 8
FINISHED = "succeeded"
LIFETIME_SECONDS = 86_400
"""Of an upload that no post uses yet, where the platform does not say."""
FIRST_WAIT_SECONDS = 5
MARGIN = timedelta(minutes=10)


class ChunkedMedia:
    """The files of one delivery. The handle's `files` hold an id, state and end for each one."""

    def __init__(self, rest: Rest, session: Session, limits: Limits) -> None:
        self.rest = rest
        self.session = session
        self.limits = limits

    def upload(self, payload: Payload) -> None:
        """Send what is not there yet, or is about to be thrown away."""
        files: list[dict[str, Any]] = list(self.session.handle.get("files", ()))
        if any(self._is_old(each) for each in files):
            files = []
        for number, item in enumerate(payload["media"], start=1):
            if number > len(files):
                files.append(self._send(item, number))
                self._save(files)

    def look(self) -> float | None:
        """Ask for the files that are worked on. Returns seconds to wait, None when all are ready.

        Raises ChannelError (refused) when one cannot be used.
        """
        waits = []
        files = [dict(each) for each in self.session.handle.get("files", ())]
        for each in files:
            if each["state"] != FINISHED:
                told = self.rest.get(
                    "/2/media/upload", {"command": "STATUS", "media_id": each["id"]}
                )
                wait = self._state(each, told.body)
                waits += [] if wait is None else [wait]
        self._save(files)
        return max(waits, default=None)

    def _send(self, item: dict[str, Any], number: int) -> dict[str, Any]:
        """One file, from the piece on that an earlier worker had come to."""
        data, kind = self._bytes(item, number)
        self.session.fault(CrashPoint.MEDIA_UPLOADING)
        opened = dict(self.session.handle.get("open") or {})
        if opened.get("number") != number:
            opened = {"number": number, "id": self._open(data, kind), "next": 0}
        media_id, starts = opened["id"], range(0, len(data), PIECE_BYTES)
        for index in range(opened["next"], len(starts)):
            piece = data[starts[index] : starts[index] + PIECE_BYTES]
            self.rest.call(
                "POST",
                f"/2/media/upload/{media_id}/append",
                data={"segment_index": str(index)},
                files={"media": ("piece", piece, kind)},
            )
            if (index + 1) % PIECES_BETWEEN_SAVES == 0:
                marked = {**opened, "next": index + 1}
                self.session.save_handle({**self.session.handle, "open": marked})
        done = self.rest.call("POST", f"/2/media/upload/{media_id}/finalize")
        self.session.fault(CrashPoint.MEDIA_RECEIVED)
        if item["alt"]:
            self._describe(media_id, item["alt"])
        lifetime = count(done.dig("data", "expires_after_secs")) or LIFETIME_SECONDS
        ends = self.session.now + timedelta(seconds=lifetime)
        kept: dict[str, Any] = {"id": media_id, "ends": ends.isoformat()}
        self._state(kept, done.body)
        return kept

    def _open(self, data: bytes, kind: str) -> str:
        answer = self.rest.call(
            "POST",
            "/2/media/upload/initialize",
            json={
                "media_type": kind,
                "total_bytes": len(data),
                "media_category": _category(kind),
            },
        )
        if not answer.dig("data", "id"):
            raise before_sending(self.rest.unreadable(answer), self.rest.label)
        return str(answer.dig("data", "id"))

    def _bytes(self, item: dict[str, Any], number: int) -> tuple[bytes, str]:
        data = self.session.media(item["reference"])
        # A GIF may move, and a video is fitted before it comes here.
        if item["type"].startswith("video/") or item["type"] == "image/gif":
            return data, item["type"]
        from .media import fit_image

        fitted = fit_image(data, self.limits, name=f"Picture {number}")
        return fitted.data, fitted.content_type

    def _describe(self, media_id: str, alt: str) -> None:
        body = {"id": media_id, "metadata": {"alt_text": {"text": alt}}}
        self.rest.call("POST", "/2/media/metadata", json=body)

    def _state(self, kept: dict[str, Any], body: Any) -> float | None:
        """Note how far it is; returns seconds to wait. Without processing_info a file is ready."""
        told = dig(body, "data", "processing_info")
        state = FINISHED if told is None else str(told.get("state"))
        if state == "failed":
            detail = str(dig(told, "error", "message") or dig(told, "error", "name") or "")
            raise self.rest.table.error(
                self.rest.label, status=None, code="media_failed", detail=detail
            )
        kept["state"] = state
        if state == FINISHED:
            return None
        return float(count(told.get("check_after_secs")) or FIRST_WAIT_SECONDS)

    def _is_old(self, kept: dict[str, Any]) -> bool:
        return self.session.now > datetime.fromisoformat(kept["ends"]) - MARGIN

    def _save(self, files: list[dict[str, Any]]) -> None:
        kept = {name: value for name, value in self.session.handle.items() if name != "open"}
        self.session.save_handle({**kept, "files": files})


def _category(kind: str) -> str:
    if kind.startswith("video/"):
        return "tweet_video"
    return "tweet_gif" if kind == "image/gif" else "tweet_image"
