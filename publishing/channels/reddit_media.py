"""Pictures and a video on their way to Reddit: a lease each, then a form to the storage behind it.

A post that shows one picture or a video names its file by the address in that storage, a gallery
names each by the id of its lease. A video needs a poster beside it, stored in the same way.

Source: PRAW 8, Subreddit.submit (image, gallery, video) and its media lease, as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .base import CrashPoint, Limits, Payload, Session
from .errors import (
    TRANSPORT_ERRORS,
    ChannelError,
    before_sending,
    transport_error,
)
from .rest import Rest, dig

LEAST_SECONDS = 20.0
SLOWEST_BYTES_PER_SECOND = 2_000_000
"""A file goes up in one request, and a video's may take longer than any other."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it will be stored; `what` and `note` are for people."""

    what: str
    name: str
    data: bytes
    content_type: str
    note: str = ""


def files_needed(payload: Payload) -> int:
    """How many files a submission names: its pictures, or the video and its poster."""
    return 2 if payload["form"] == "video" else len(payload["media"])


def made_file(payload: Payload, number: int, session: Session, limits: Limits) -> Upload:
    """The file of that number, counted from 0, fitted or made. No network."""
    if payload["form"] != "video":
        return _picture(payload["media"], number, session, limits)
    item = payload["media"][0]
    data = session.media(item["reference"])
    if number == 0:
        return Upload("video", "video.mp4", data, item["type"])
    # A web process never sends, so it need not load what works on videos.
    from publishing.media.poster import poster

    return Upload("picture", "poster.jpeg", poster(data, payload["title"]), "image/jpeg")


def _picture(
    media: list[Mapping[str, Any]], number: int, session: Session, limits: Limits
) -> Upload:
    # As above.
    from .media import fit_image

    called = f"Picture {number + 1}" if len(media) > 1 else "The picture"
    fitted = fit_image(session.media(media[number]["reference"]), limits, name=called)
    name = f"picture.{fitted.content_type.partition('/')[2]}"
    return Upload("picture", name, fitted.data, fitted.content_type, fitted.note)


def stored(rest: Rest, upload: Upload, session: Session) -> dict[str, str]:
    """Its address and lease id, for the handle, and what was changed. Makes no post."""
    lease = rest.call(
        "POST",
        "/api/media/asset.json",
        data={"filepath": upload.name, "mimetype": upload.content_type},
    )
    action, fields = lease.dig("args", "action"), lease.dig("args", "fields")
    asset = lease.dig("asset", "asset_id")
    if not isinstance(action, str) or not isinstance(fields, list) or not asset:
        raise before_sending(rest.unreadable(lease), rest.label)
    form = {str(dig(each, "name")): str(dig(each, "value") or "") for each in fields}
    address = f"https:{action}" if action.startswith("//") else action
    session.fault(CrashPoint.MEDIA_UPLOADING)
    _store(rest, address, form, upload)
    session.fault(CrashPoint.MEDIA_RECEIVED)
    return {
        "address": f"{address}/{form.get('key', '')}",
        "asset": str(asset),
        "note": upload.note,
    }


def _store(rest: Rest, address: str, form: Mapping[str, str], upload: Upload) -> None:
    """The storage wants its own signed fields, no token of ours, and answers in XML."""
    try:
        response = rest.http.request(
            "POST",
            address,
            data=dict(form),
            files={"file": (upload.name, upload.data, upload.content_type)},
            timeout=LEAST_SECONDS + len(upload.data) / SLOWEST_BYTES_PER_SECOND,
        )
    except TRANSPORT_ERRORS as error:
        raise before_sending(transport_error(rest.label, error), rest.label) from error
    if response.is_success:
        return
    if response.status_code == 400 and b"EntityTooLarge" in response.content:
        raise ChannelError(
            f"The {upload.what} is larger than {rest.label} takes: use a smaller one.",
            permanent=True,
            code=f"{'video' if upload.what == 'video' else 'image'}_too_large",
        )
    # A lease that ended is a refusal here; a fresh one is asked for with the next try.
    raise ChannelError(
        f"{rest.label} did not store the {upload.what}, so nothing was posted. Warren tries again.",
        code="not_stored",
    )
