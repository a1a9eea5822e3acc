"""The values that pass between a channel and everything else: all frozen, none with behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from . import text as counting

Payload = dict[str, Any]
"""Plain JSON and complete; media are the one thing that it holds by reference."""

Credentials = dict[str, Any]
Handle = dict[str, Any]


class DeliveryClass(StrEnum):
    """What the platform offers against a doubled post, and so what follows an unknown outcome."""

    A = "a"
    """Deterministic key: the same payload again is the same post. Send again."""
    B = "b"
    """Two-phase handle: saved before the step that publishes, then resumed. Ask the handle."""
    C = "c"
    """Read-back only: look for the post; send again only when it is certainly not there."""
    D = "d"
    """Nothing: an unknown outcome goes to a person."""


class CrashPoint(StrEnum):
    """Places where a kill test stops a worker. Channels name K3 to K6 and K10; the rest is the
    ledger's. `Session.fault(point)` does nothing in production."""

    COMMITTED = "k0"
    TAKEN = "k1"
    CLAIMED = "k2"
    REFRESH_SENT = "k3"
    RENEWED = "k4"
    MEDIA_UPLOADING = "k5"
    MEDIA_RECEIVED = "k6"
    HANDLE_SAVED = "k7"
    SENDING = "k8"
    SENT = "k9"
    ANSWERED = "k10"
    SETTLED = "k11"
    ACKNOWLEDGED = "k12"
    READING_BACK = "k13"


@dataclass(frozen=True, slots=True)
class Limits:
    """The one specification of what a platform takes.

    It drives the browser's counter (as `as_json`), the server's validation and the payload, so that
    the three cannot disagree. None means that the platform sets no such limit.
    """

    max_characters: int
    counter: str = "graphemes"
    """How `max_characters` counts; a key of `text.COUNTERS`."""
    max_bytes: int | None = None
    """UTF-8 bytes of the text, counted beside the characters."""
    link_length: int | None = None
    """None counts a link in full. With `link_rule` "fixed" each link counts as exactly this many
    characters; with "shortened" longer links are displayed as this many, ending in an ellipsis."""
    link_rule: str = "full"
    hashtags_max: int | None = None
    hashtags_recommended: int = 3
    hashtag_max_characters: int | None = None
    images_max: int = 0
    image_max_bytes: int | None = None
    image_types: tuple[str, ...] = ()
    alt_max: int | None = None
    media_required: bool = False

    def as_json(self) -> dict[str, Any]:
        """Every field, and the rules by which text, hashtags and link become the final text."""
        return {**asdict(self), "image_types": list(self.image_types), **counting.RULES}


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One input of the generic connect form."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    default: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Media:
    """One picture of a draft. `reference` is what `Session.media` turns into bytes."""

    reference: str
    content_type: str
    alt: str = ""
    width: int | None = None
    height: int | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person or the agent wants to say, before any platform shaped it."""

    text: str
    hashtags: tuple[str, ...] = ()
    link: str | None = None
    link_title: str = ""
    link_description: str = ""
    media: tuple[Media, ...] = ()
    language: str | None = None
    """BCP 47, when known."""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What a channel may know of the account without a secret."""

    remote_id: str
    handle: str = ""
    server: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connection:
    """An account that the platform has just let us into. `credentials` are stored encrypted."""

    remote_id: str
    name: str
    handle: str
    profile_url: str
    avatar_url: str
    credentials: Credentials
    server: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Published:
    """A post that is out. `notes` are sentences for people ("Picture 1 was made smaller")."""

    remote_id: str
    url: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The post of this very payload, met on the platform; never "the newest one"."""

    remote_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """Totals since publication. None where the platform has no such number; 0 is a real nought."""

    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    impressions: int | None = None
    reach: int | None = None
    clicks: int | None = None
    extra: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gone:
    """The post no longer exists; keep the last numbers and stop asking."""

    reason: str = ""
