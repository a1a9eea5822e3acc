"""Videos on their way to TikTok in pieces, and the requests that all of the channel makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx2

from .base import CrashPoint, Payload, Session
from .errors import UNPARSABLE, ChannelError, before_sending
from .oauth import OAuthChannel
from .rest import Answer, Rest, count
from .tiktok_answers import DAY_PAUSES, failed, judged_by, read_failure

T = TypeVar("T")

PIECE_BYTES = 5 * 1024 * 1024
"""TikTok takes pieces of 5 to 64 MB; the last one carries what is left over."""
PIECES_MOST = 1000
ADDRESS_LIVES = timedelta(minutes=55)


class Uploads(OAuthChannel):
    """The half of the channel that sends bytes."""

    def advance(self, payload: Payload, session: Session) -> int | None:
        """Bring the video's upload to its last piece. Returns the bytes that are there, None when
        all are."""
        received = 0
        if session.handle.get("publish_id"):
            told = self.status(session)
            if told["status"] == "FAILED":
                raise failed(str(told.get("fail_reason") or ""))
            known = received_of(told, session.handle)
            if known is None:
                return None
            received = known
            if self._is_over(session):
                # Without its last bytes TikTok can make nothing of it.
                session.save_handle({})
        if not session.handle.get("publish_id"):
            self.begin_video(payload, session)
            received = 0
        return self._send_pieces(payload, session, received)

    def begin_video(self, payload: Payload, session: Session) -> None:
        size = len(session.media(payload["media"][0]["reference"]))
        piece, pieces = pieces_of(size)
        source = {
            "source": "FILE_UPLOAD",
            "video_size": size,
            "chunk_size": piece,
            "total_chunk_count": pieces,
        }
        body = {"post_info": payload["info"], "source_info": source}
        answer = self.post(session, "/v2/post/publish/video/init/", body)
        publish_id = answer.dig("data", "publish_id")
        address = str(answer.dig("data", "upload_url") or "")
        if not publish_id or not address.startswith("http"):
            raise before_sending(self.unread(answer), self.label)
        session.save_handle(
            {
                "publish_id": str(publish_id),
                "address": address,
                "size": size,
                "piece": piece,
                "pieces": pieces,
                "begun": session.now.isoformat(),
            }
        )

    def _send_pieces(self, payload: Payload, session: Session, received: int) -> int:
        handle = session.handle
        data = session.media(payload["media"][0]["reference"])
        session.fault(CrashPoint.MEDIA_UPLOADING)
        while received // handle["piece"] < handle["pieces"] - 1:
            piece = data[received : received + handle["piece"]]
            self._put(payload, session, piece, received, last=False)
            received += len(piece)
        session.fault(CrashPoint.MEDIA_RECEIVED)
        return received

    def send_last(self, payload: Payload, session: Session, received: int) -> None:
        data = session.media(payload["media"][0]["reference"])
        answer = self._put(payload, session, data[received:], received, last=True)
        if answer.status != httpx2.codes.CREATED:
            raise self.unread(answer)

    def _put(
        self, payload: Payload, session: Session, piece: bytes, start: int, *, last: bool
    ) -> Answer:
        rest = self.rest(session.http, "api", reads_error=_read_upload_error)
        handle = session.handle
        headers = {
            "Content-Type": payload["media"][0]["type"],
            "Content-Range": f"bytes {start}-{start + len(piece) - 1}/{handle['size']}",
        }
        try:
            return rest.call(
                "PUT", handle["address"], makes_post=last, content=piece, headers=headers
            )
        except ChannelError as error:
            if error.code == "upload_ended":
                session.save_handle({**handle, "is_over": True})
            raise

    def _is_over(self, session: Session) -> bool:
        begun = datetime.fromisoformat(session.handle["begun"])
        return bool(session.handle.get("is_over")) or session.now > begun + ADDRESS_LIVES

    def status(self, session: Session) -> dict[str, Any]:
        body = {"publish_id": session.handle["publish_id"]}
        answer = self.post(session, "/v2/post/publish/status/fetch/", body)
        if not answer.dig("data", "status"):
            raise before_sending(self.unread(answer), self.label)
        told: dict[str, Any] = answer.body["data"]
        return told

    def judged(self, client: httpx2.Client) -> Rest:
        rest = self.rest(client, "api", reads_error=read_failure)
        return replace(rest, judge=judged_by(self.retry_table, self.label))

    def ask(self, session: Session, call: Callable[[Rest], T]) -> T:
        rest = self.judged(session.http)
        try:
            return self.with_access(session, lambda token: call(rest.with_token(token)))
        except ChannelError as error:
            if error.code in DAY_PAUSES:
                error.retry_after = DAY_PAUSES[error.code]
            raise

    def post(
        self, session: Session, path: str, body: Mapping[str, Any], *, makes_post: bool = False
    ) -> Answer:
        return self.ask(
            session, lambda rest: rest.call("POST", path, makes_post=makes_post, json=body)
        )

    def unread(self, answer: Answer) -> ChannelError:
        return self.retry_table.error(self.label, status=answer.status, code=UNPARSABLE)


def pieces_of(size: int) -> tuple[int, int]:
    """(bytes of a piece, number of pieces); the last piece carries the remainder."""
    piece = max(PIECE_BYTES, -(-size // PIECES_MOST))
    return (size, 1) if size < 2 * piece else (piece, size // piece)


def received_of(told: Mapping[str, Any], handle: Mapping[str, Any]) -> int | None:
    """Bytes of a video that TikTok has; None when nothing is missing."""
    received = count(told.get("uploaded_bytes")) or 0
    if told["status"] != "PROCESSING_UPLOAD" or received >= handle.get("size", 0):
        return None
    return received


def _read_upload_error(status: int, body: Any) -> tuple[str, str]:
    """An upload's address that has ended says 403 or 404."""
    return ("upload_ended", "") if status in (403, 404, 416) else read_failure(status, body)
