"""Mastodon's files: uploaded before the status, worked on by the server, forgotten when unused."""

from __future__ import annotations

from typing import Any

from .base import CrashPoint, Payload, Session
from .errors import ChannelError
from .rest import Rest
from .shapes import Limits


def attach(rest: Rest, payload: Payload, session: Session, limits: Limits) -> None:
    """Upload what is not uploaded yet; each id is kept before the next file goes."""
    kept = list(session.handle.get("files", ()))
    notes = list(session.handle.get("notes", ()))
    for number, item in enumerate(payload["media"][len(kept) :], start=len(kept) + 1):
        name = f"{'Video' if item['type'].startswith('video/') else 'Picture'} {number}"
        data, content_type, note = _fitted(session.media(item["reference"]), item, limits, name)
        session.fault(CrashPoint.MEDIA_UPLOADING)
        answer = rest.call(
            "POST",
            "/api/v2/media",
            files={"file": (f"file-{number}", data, content_type)},
            data={"description": item["alt"]},
        )
        if not answer.dig("id"):
            raise rest.unreadable(answer)
        session.fault(CrashPoint.MEDIA_RECEIVED)
        # 202 and no address: the server still works on it.
        kept.append({"id": str(answer.dig("id")), "done": answer.dig("url") is not None})
        notes += [note] if note else []
        session.save_handle({**session.handle, "files": kept, "notes": notes})


def unfinished(rest: Rest, session: Session) -> bool:
    """Whether the server still works on a file. 206 says so, 200 that it is done."""
    files = session.handle.get("files", [])
    if all(each["done"] for each in files):
        return False
    try:
        asked = [{**each, "done": each["done"] or _is_done(rest, each["id"])} for each in files]
    except ChannelError as error:
        if error.extra.get("http_status") != 404:
            raise
        session.save_handle({**session.handle, "files": []})
        raise ChannelError(
            f"{rest.label} forgot the files of this post while they waited. Warren uploads them "
            "again.",
            code="files_forgotten",
        ) from error
    session.save_handle({**session.handle, "files": asked})
    return not all(each["done"] for each in asked)


def missing(rest: Rest, session: Session) -> bool:
    """Whether the server has forgotten a file: it does with those that no post has used."""
    for each in session.handle.get("files", ()):
        try:
            rest.get(f"/api/v1/media/{each['id']}")
        except ChannelError as error:
            return error.extra.get("http_status") == 404
    return False


def _is_done(rest: Rest, file_id: str) -> bool:
    answer = rest.get(f"/api/v1/media/{file_id}")
    if not answer.dig("id"):
        raise rest.unreadable(answer)
    return answer.status != 206


def _fitted(data: bytes, item: dict[str, Any], limits: Limits, name: str) -> tuple[bytes, str, str]:
    if item["type"].startswith("video/"):
        return data, item["type"], ""
    # A web process never sends, so it need not load what works on pictures.
    from .media import fit_image

    fitted = fit_image(data, limits, name=name)
    return fitted.data, fitted.content_type, fitted.note
