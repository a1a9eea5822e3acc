"""Which column of a file says what of a post, guessed by its name in the spellings in use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    spellings: tuple[str, ...]
    help: str = ""


FIELDS: Final = (
    Field(
        "text",
        "Text",
        (
            *("text", "content", "post", "caption", "message", "body", "copy", "description"),
            *("post text", "post content", "tweet", "status", "update", "inhalt", "beitrag"),
            *("beitragstext", "nachricht", "texte", "texto", "testo"),
        ),
    ),
    Field(
        "when",
        "Date and time in one",
        (
            *("when", "scheduled for", "scheduled at", "schedule", "scheduled time", "datetime"),
            *("publish at", "publish date", "publishing date", "post at", "date time"),
            *("date and time", "date & time", "scheduled date", "schedule time", "zeitpunkt"),
            *("termin", "veroeffentlichung"),
        ),
    ),
    Field("date", "Date", ("date", "day", "post date", "datum", "tag", "fecha", "data", "jour")),
    Field(
        "time",
        "Time",
        ("time", "wall time", "post time", "hour", "uhrzeit", "zeit", "heure", "hora", "ora"),
    ),
    Field("zone", "Time zone", ("zone", "timezone", "time zone", "tz", "zeitzone")),
    Field(
        "accounts",
        "Accounts",
        (
            *("accounts", "account", "channels", "channel", "profiles", "profile", "networks"),
            *("network", "platform", "platforms", "social network", "page", "handle", "handles"),
            *("kanal", "kanaele", "konto", "konten", "netzwerk"),
        ),
        "By handle or network: @harbour, bluesky, mastodon:@harbour",
    ),
    Field("queue", "Queue", ("queue", "posting queue", "warteschlange", "reihe")),
    Field(
        "hashtags", "Hashtags", ("hashtags", "hashtag", "tags", "tag list", "schlagworte", "labels")
    ),
    Field(
        "link",
        "Link",
        ("link", "url", "links", "link url", "website", "web address", "address", "lien", "enlace"),
    ),
    Field("title", "Title", ("title", "headline", "subject", "post title", "titel", "titre")),
    Field(
        "media",
        "Media",
        (
            *("media", "image", "images", "picture", "pictures", "photo", "photos", "video"),
            *("file", "files", "asset", "assets", "attachment", "attachments", "media name"),
            *("image url", "media url", "picture url", "bild", "bilder", "medien"),
        ),
        "By the name in the library",
    ),
    Field(
        "thread",
        "Further parts of a thread",
        ("thread", "further parts", "replies", "thread parts", "parts"),
        "One part a line",
    ),
    Field(
        "first_comment",
        "First comment",
        ("first comment", "comment", "erster kommentar", "kommentar"),
    ),
    Field("pillar", "Pillar", ("pillar", "content pillar", "theme", "topic", "category", "saeule")),
    Field("campaign", "Campaign", ("campaign", "utm campaign", "kampagne", "campagne")),
    Field("notes", "Note", ("notes", "note", "internal note", "remark", "notiz", "bemerkung")),
)
NAMES: Final = tuple(field.name for field in FIELDS)
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def guess_columns(columns: Iterable[str]) -> dict[str, str]:
    """Field -> column, each column once; where two could be meant, the better name wins."""
    left = {column: _spelled(column) for column in columns}
    found: dict[str, str] = {}
    ranked = [
        (rank, place, field.name, spelling)
        for place, field in enumerate(FIELDS)
        for rank, spelling in enumerate(field.spellings)
    ]
    for _, _, name, spelling in sorted(ranked):
        if name in found:
            continue
        column = next((each for each, said in left.items() if said == spelling), None)
        if column is not None:
            found[name] = column
            del left[column]
    return found


def checked_columns(wanted: Mapping[str, str], columns: Iterable[str]) -> dict[str, str]:
    """What a person chose, without what this file does not have."""
    known = set(columns)
    return {name: column for name, column in wanted.items() if name in NAMES and column in known}


def _spelled(column: str) -> str:
    words = re.sub(r"([a-z])([A-Z])", r"\1 \2", column).lower().translate(_UMLAUTS)
    return " ".join(re.sub(r"[^a-z0-9&]+", " ", words).split())
