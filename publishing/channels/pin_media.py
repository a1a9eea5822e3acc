"""What a pin shows: pictures that go along with it, and videos that are uploaded before."""

from __future__ import annotations

import base64
import io
from typing import Any

from .base import CrashPoint, Payload, Session
from .errors import before_sending
from .rest import Rest
from .shapes import Limits

LOOK_AGAIN_SECONDS = 5.0
COVER_AT_SECONDS = 1
LEAST_SECONDS = 20.0
SLOWEST_BYTES_PER_SECOND = 2_000_000
"""A video goes up in one request, which may take longer than any other."""


class PinMedia:
    """The media of one delivery. The handle holds `media_id` of a video and whether it is ready."""

    def __init__(self, rest: Rest, session: Session) -> None:
        self.rest = rest
        self.session = session

    def upload(self, payload: Payload) -> None:
        """Register and upload the video, once."""
        if self.session.handle.get("media_id"):
            return
        item = payload["media"][0]
        data = self.session.media(item["reference"])
        answer = self.rest.call("POST", "/v5/media", json={"media_type": "video"})
        media_id, address = answer.dig("media_id"), answer.dig("upload_url")
        parameters = answer.dig("upload_parameters")
        if not media_id or not address or not isinstance(parameters, dict):
            raise before_sending(self.rest.unreadable(answer), self.rest.label)
        self.session.fault(CrashPoint.MEDIA_UPLOADING)
        # The store behind it has signed its own form and wants no token beside it.
        store = Rest(self.rest.http, "", self.rest.table, self.rest.label, self.rest.now)
        store.call(
            "POST",
            str(address),
            data={name: str(value) for name, value in parameters.items()},
            files={"file": ("video", data, item["type"])},
            timeout=LEAST_SECONDS + len(data) / SLOWEST_BYTES_PER_SECOND,
        )
        self.session.fault(CrashPoint.MEDIA_RECEIVED)
        self.session.save_handle({**self.session.handle, "media_id": str(media_id)})

    def look(self) -> float | None:
        """Seconds to wait for the video; None when it is ready. Raises ChannelError (refused) when
        it cannot be used."""
        answer = self.rest.get(f"/v5/media/{self.session.handle['media_id']}")
        status = answer.dig("status")
        if status == "failed":
            raise self.rest.table.error(
                self.rest.label,
                status=None,
                code="media_failed",
                detail=str(answer.dig("failure_code") or ""),
            )
        if not status:
            raise before_sending(self.rest.unreadable(answer), self.rest.label)
        if status != "succeeded":
            return LOOK_AGAIN_SECONDS
        self.session.save_handle({**self.session.handle, "is_ready": True})
        return None

    def source(self, payload: Payload, limits: Limits) -> tuple[dict[str, Any], tuple[str, ...]]:
        """`media_source` of the pin, and notes for people."""
        if media_id := self.session.handle.get("media_id"):
            cover = {"cover_image_key_frame_time": COVER_AT_SECONDS}
            return {"source_type": "video_id", "media_id": media_id, **cover}, ()
        pictures, notes = self._pictures(payload, limits)
        if len(pictures) == 1:
            return {"source_type": "image_base64", **pictures[0]}, notes
        for picture, item in zip(pictures, payload["media"], strict=True):
            if item["alt"]:
                picture["description"] = item["alt"]
        return {"source_type": "multiple_image_base64", "items": pictures, "index": 0}, notes

    def _pictures(
        self, payload: Payload, limits: Limits
    ) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
        # A web process never sends, so it need not load what works on pictures.
        from .media import fit_image

        pictures: list[dict[str, Any]] = []
        notes: list[str] = []
        size: tuple[int, int] | None = None
        for number, item in enumerate(payload["media"], start=1):
            data = self.session.media(item["reference"])
            fitted = fit_image(data, limits, name=f"Picture {number}")
            content, content_type = fitted.data, fitted.content_type
            size = size or (fitted.width, fitted.height)
            if (fitted.width, fitted.height) != size:
                content, content_type = of_size(content, size), "image/jpeg"
                notes.append(f"Picture {number} was fitted to the size of the first one.")
            if fitted.note:
                notes.append(fitted.note)
            encoded = base64.b64encode(content).decode()
            pictures.append({"content_type": content_type, "data": encoded})
        return pictures, tuple(notes)


def of_size(data: bytes, size: tuple[int, int]) -> bytes:
    """The whole picture on white ground of exactly this size, as JPEG."""
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data)) as image:
        fitted = ImageOps.pad(image.convert("RGB"), size, color="white")
    buffer = io.BytesIO()
    fitted.save(buffer, "JPEG", quality=90, optimize=True)
    return buffer.getvalue()
