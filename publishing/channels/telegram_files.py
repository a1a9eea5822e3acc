"""Which method a Telegram post needs, and with which fields and files."""

from __future__ import annotations

from typing import Any

from .base import Payload, Session
from .shapes import Limits

Files = dict[str, tuple[str, bytes, str]]


def caption_and_files(
    payload: Payload, session: Session, limits: Limits
) -> tuple[str, dict[str, Any], Files, tuple[str, ...]]:
    """(method, its fields without the chat, its files, notes for people)."""
    fields: dict[str, Any] = {"disable_notification": payload["silent"]}
    if session.parent is not None:
        first = int(session.parent.remote_id.split(",")[0])
        fields["reply_parameters"] = {"message_id": first}
    if not payload["media"]:
        return "sendMessage", {**fields, "text": payload["text"]}, {}, ()
    sent, files, notes = _files(payload, session, limits)
    if len(sent) > 1:
        sent[0]["caption"] = payload["text"]
        return "sendMediaGroup", {**fields, "media": sent}, files, notes
    only = sent[0]
    kind = only.pop("type")
    name = only.pop("media").removeprefix("attach://")
    fields |= {**only, "caption": payload["text"]}
    return f"send{kind.capitalize()}", fields, {kind: files[name]}, notes


def _files(
    payload: Payload, session: Session, limits: Limits
) -> tuple[list[dict[str, Any]], Files, tuple[str, ...]]:
    from .media import fit_image

    sent, files, notes = [], {}, []
    for number, item in enumerate(payload["media"], start=1):
        name, data = f"file{number}", session.media(item["reference"])
        if item["type"].startswith("video/"):
            files[name] = (f"{name}.mp4", data, item["type"])
            sent.append(_video(f"attach://{name}", item))
            continue
        fitted = fit_image(data, limits, name=f"Picture {number}")
        files[name] = (f"{name}.jpg", fitted.data, fitted.content_type)
        sent.append({"type": "photo", "media": f"attach://{name}"})
        if fitted.note:
            notes.append(fitted.note)
    if any(item["alt"] for item in payload["media"]):
        notes.append("Telegram shows no descriptions of pictures, so they were left out.")
    return sent, files, tuple(notes)


def _video(address: str, item: dict[str, Any]) -> dict[str, Any]:
    told = {"width": item["width"], "height": item["height"]}
    told["duration"] = round(item["seconds"]) if item["seconds"] else None
    known = {name: value for name, value in told.items() if value}
    return {"type": "video", "media": address, "supports_streaming": True, **known}
