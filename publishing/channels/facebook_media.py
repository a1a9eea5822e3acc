"""Pictures that wait unpublished on a page, and videos that are uploaded before they are posted.

Source: Meta's pages "Page Photos" and "Video API: Publishing" (upload in phases), as of 2026-11.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .base import CrashPoint, Limits, Payload, Session
from .meta_errors import not_understood
from .rest import Rest, count

CHECK_SECONDS = 20.0
PIECE_BYTES = 8_000_000
MOST_PIECES = 2000
FINISHED = ("processing", "ready", "published", "error", "expired")
"""What a video's status says once the step that publishes was taken."""


@dataclass(frozen=True, slots=True)
class VideoState:
    """How far Facebook is with an uploaded video; `post` is what it is reached by."""

    is_published: bool
    is_ready: bool
    post: str
    error: str = ""


def stage(api: Rest, payload: Payload, session: Session, limits: Limits) -> None:
    """Upload what the handle does not have yet. Nothing of it is seen by anybody."""
    # A web process never sends, so it need not load what works on pictures.
    from .media import fit_image

    for number, item in enumerate(payload["media"], start=1):
        kept = session.handle
        if item["is_video"]:
            _upload_video(api, payload, item, session)
            continue
        if len(kept.get("photos", ())) >= number:
            continue
        fitted = fit_image(session.media(item["reference"]), limits, name=f"Picture {number}")
        session.fault(CrashPoint.MEDIA_UPLOADING)
        fields = {"published": "false"} | ({"alt_text_custom": item["alt"]} if item["alt"] else {})
        files = {"source": (f"picture-{number}", fitted.data, fitted.content_type)}
        answer = api.call("POST", f"/{payload['page']}/photos", data=fields, files=files)
        if not answer.dig("id"):
            raise not_understood(api.label)
        session.fault(CrashPoint.MEDIA_RECEIVED)
        notes = [*kept.get("notes", ()), *([fitted.note] if fitted.note else ())]
        photos = [*kept.get("photos", ()), str(answer.dig("id"))]
        session.save_handle(kept | {"photos": photos, "notes": notes})


def _upload_video(api: Rest, payload: Payload, item: dict[str, Any], session: Session) -> None:
    if session.handle.get("video", {}).get("is_up"):
        return
    data, path = session.media(item["reference"]), f"/{payload['page']}/videos"
    session.fault(CrashPoint.MEDIA_UPLOADING)
    begun = api.call("POST", path, data={"upload_phase": "start", "file_size": str(len(data))})
    told = begun.body if isinstance(begun.body, dict) else {}
    if not told.get("upload_session_id") or not told.get("video_id"):
        raise not_understood(api.label)
    video = {"id": str(told["video_id"]), "session": str(told["upload_session_id"])}
    session.save_handle(session.handle | {"video": {**video, "is_up": False}})
    for _ in range(MOST_PIECES):
        first, end = count(told.get("start_offset")), count(told.get("end_offset"))
        if first is None or end is None or first >= end:
            break
        fields = {
            "upload_phase": "transfer",
            "upload_session_id": video["session"],
            "start_offset": str(first),
        }
        piece = {"video_file_chunk": ("video.mp4", data[first:end], "application/octet-stream")}
        answer = api.call("POST", path, data=fields, files=piece)
        told = answer.body if isinstance(answer.body, dict) else {}
        if "start_offset" not in told:
            raise not_understood(api.label)
    session.fault(CrashPoint.MEDIA_RECEIVED)
    session.save_handle(session.handle | {"video": {**video, "is_up": True}})


def finish(api: Rest, payload: Payload, session: Session) -> None:
    """Publish the uploaded video. An upload is finished once: again changes nothing."""
    fields = {
        "upload_phase": "finish",
        "upload_session_id": session.handle["video"]["session"],
        "description": payload["text"],
    }
    answer = api.call("POST", f"/{payload['page']}/videos", makes_post=True, data=fields)
    if answer.dig("success") not in (True, "true"):
        raise api.unreadable(answer)


def video_state(api: Rest, session: Session) -> VideoState:
    video = str(session.handle["video"]["id"])
    answer = api.get(f"/{video}", {"fields": "status,published,post_id,permalink_url"})
    status = answer.dig("status", "video_status")
    if not isinstance(answer.body, dict) or not status:
        raise not_understood(api.label)
    failed = answer.dig("status", "processing_phase", "error", "message")
    says = json.dumps(answer.dig("status")) if status == "error" and not failed else failed
    return VideoState(
        is_published=status in FINISHED,
        is_ready=status in ("ready", "published"),
        post=str(answer.dig("post_id") or video),
        error=f"{str(says).rstrip('.')}." if status == "error" else "",
    )
