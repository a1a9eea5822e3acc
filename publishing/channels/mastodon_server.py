"""What Mastodon servers say of themselves and of failures, and whose number an account's is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from .base import AccountFacts
from .errors import Outcome, Rule
from .rest import Answer, count
from .rest import read_error as usual_error
from .shapes import Limits

RULES: Mapping[tuple[int | None, str | None], Rule] = {
    (401, None): Rule(Outcome.RECONNECT),
    (403, None): Rule(
        Outcome.RECONNECT,
        "{label} does not let this account post: {detail} Look on the server whether the account "
        "is in order, then connect it again and allow everything that Warren asks for.",
    ),
    (403, "no_json"): Rule(
        Outcome.NOT_SENT,
        "Something in front of the {label} server turned Warren away, so nothing was posted. "
        "Warren tries again; if it stays so, ask the people who run the server.",
    ),
    (404, None): Rule(
        Outcome.REFUSED,
        "The {label} server no longer has what this post belongs to: {detail} Look whether the "
        "post above it was deleted.",
    ),
    (413, None): Rule(
        Outcome.REFUSED,
        "A file of this post is larger than this {label} server takes, so nothing was posted. Use "
        "a smaller one.",
    ),
    (422, None): Rule(
        Outcome.REFUSED,
        "The {label} server refused the post: {detail} Change it and send it again.",
    ),
    (429, None): Rule(Outcome.RATE_LIMITED),
}


def account_key(server: str, number: str) -> str:
    """Ours of an account: servers count by themselves, so two of them give the same numbers."""
    return f"{urlsplit(server).netloc}/{number}"


def account_number(account: AccountFacts) -> str:
    """What the account's own server calls it."""
    return account.remote_id.rpartition("/")[2]


def read_error(status: int, body: Any) -> tuple[str, str]:
    """The server's own sentence, which is in the account's language; it has no codes. A page
    instead of JSON comes from what stands in front of the server."""
    if body is None:
        return "no_json", ""
    code, told = usual_error(status, body)
    return ("" if code == told else code), told


def settings_of(instance: Answer) -> dict[str, Any]:
    """What an account keeps of /api/v2/instance: numbers alone, and only those that are told."""
    told = {
        "max_characters": instance.dig("configuration", "statuses", "max_characters"),
        "link_length": instance.dig("configuration", "statuses", "characters_reserved_per_url"),
        "images_max": instance.dig("configuration", "statuses", "max_media_attachments"),
        "image_max_bytes": instance.dig("configuration", "media_attachments", "image_size_limit"),
        "video_max_bytes": instance.dig("configuration", "media_attachments", "video_size_limit"),
        "alt_max": instance.dig("configuration", "media_attachments", "description_limit"),
    }
    numbers = {name: count(value) for name, value in told.items()}
    kept: dict[str, Any] = {name: number for name, number in numbers.items() if number}
    if version := instance.dig("version"):
        kept["version"] = str(version)[:60]
    return kept


def limits_of(usual: Limits, settings: Mapping[str, Any]) -> Limits:
    """The usual limits with those of one server in their place."""
    names = ("max_characters", "link_length", "images_max", "image_max_bytes", "alt_max")
    own = {name: settings[name] for name in names if isinstance(settings.get(name), int)}
    limits = replace(usual, **own)
    limits = replace(limits, comment_max=limits.max_characters)
    largest = settings.get("video_max_bytes")
    if isinstance(largest, int) and limits.video is not None:
        limits = replace(limits, video=replace(limits.video, max_bytes=largest))
    return limits
