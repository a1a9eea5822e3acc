"""Pictures and videos on LinkedIn: a place is asked for, the bytes are put there, its URN is kept.

Source: LinkedIn's Images API and Videos API pages (as of 2026-11).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .base import Accepted, ChannelError, CrashPoint, Payload, Session
from .rest import Rest
from .waits import still_at_it

if TYPE_CHECKING:
    from .linkedin_posts import LinkedInChannel

CHECK_SECONDS = 15.0
BYTES = {"Content-Type": "application/octet-stream"}


def upload(channel: LinkedInChannel, api: Rest, payload: Payload, session: Session) -> None:
    """Upload what the handle does not have yet, one file after the other."""
    # A web process never sends, so it need not load what works on pictures.
    from .media import fit_image

    for number, item in enumerate(payload["media"], start=1):
        kept = session.handle
        if len(kept.get("media", ())) >= number:
            continue
        data, notes = session.media(item["reference"]), list(kept.get("notes", ()))
        session.fault(CrashPoint.MEDIA_UPLOADING)
        if item["is_video"]:
            urn = _video(api, payload["author"], data)
        else:
            fitted = fit_image(data, channel.limits, name=f"Picture {number}")
            notes += [fitted.note] if fitted.note else []
            urn = _image(api, payload["author"], fitted.data)
        session.fault(CrashPoint.MEDIA_RECEIVED)
        session.save_handle(kept | {"media": [*kept.get("media", ()), urn], "notes": notes})


def waiting(api: Rest, session: Session) -> Accepted | None:
    """Accepted while a video is worked on, None when it is ready.

    An app that may not read videos cannot know; LinkedIn then goes on working after the post.
    Raises ChannelError (refused) when LinkedIn could not make anything of the file.
    """
    urn = next((each for each in session.handle.get("media", ()) if ":video:" in each), "")
    try:
        status = api.get(f"/rest/videos/{quote(urn, safe='')}").dig("status")
    except ChannelError as error:
        if error.extra.get("http_status") in (401, 403):
            return None
        raise
    if status == "PROCESSING_FAILED":
        raise ChannelError(
            f"{api.label} could not read the video of this post. Save it again as MP4 (H.264) and "
            "replace it.",
            permanent=True,
            code="PROCESSING_FAILED",
        )
    if status == "AVAILABLE":
        return None
    says = f"{api.label} is working on the video."
    return still_at_it(session, Accepted(CHECK_SECONDS, says), api.label)


def _image(api: Rest, owner: str, data: bytes) -> str:
    place = _begin(api, "images", {"owner": owner})
    api.call("PUT", str(place["uploadUrl"]), content=data, headers=BYTES)
    return str(place["image"])


def _video(api: Rest, owner: str, data: bytes) -> str:
    wish = {
        "owner": owner,
        "fileSizeBytes": len(data),
        "uploadCaptions": False,
        "uploadThumbnail": False,
    }
    place = _begin(api, "videos", wish)
    # The addresses of a video's parts carry their own right; LinkedIn's page sends no token there.
    bare, parts = replace(api, headers={}), []
    for part in place["uploadInstructions"]:
        piece = data[int(part["firstByte"]) : int(part["lastByte"]) + 1]
        answer = bare.call("PUT", str(part["uploadUrl"]), content=piece, headers=BYTES)
        parts.append(answer.headers.get("etag", "").strip('"'))
    done = {
        "video": place["video"],
        "uploadToken": place.get("uploadToken", ""),
        "uploadedPartIds": parts,
    }
    api.call("POST", "/rest/videos?action=finalizeUpload", json={"finalizeUploadRequest": done})
    return str(place["video"])


def _begin(api: Rest, kind: str, wish: dict[str, Any]) -> dict[str, Any]:
    answer = api.call(
        "POST",
        f"/rest/{kind}?action=initializeUpload",
        json={"initializeUploadRequest": wish},
    )
    place = answer.dig("value")
    needed = ("image", "uploadUrl") if kind == "images" else ("video", "uploadInstructions")
    if not isinstance(place, dict) or not all(place.get(name) for name in needed):
        raise ChannelError(
            f"{api.label} gave no place for a picture or video. Warren tries again.",
            code="no_upload_place",
        )
    return place
