"""The values that pass between a channel and everything else: all frozen, none with behaviour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
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


class Kind(StrEnum):
    """What is sent: the post itself, the next part of its thread, or a comment under it."""

    POST = "post"
    REPLY = "reply"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """What a platform takes as a video. None means that it sets no such limit.

    Ratios are width by height, durations in seconds, `fps_max` frames a second, `codecs` the names
    that ffmpeg gives them (h264, aac).
    """

    max_bytes: int
    max_seconds: float | None = None
    min_seconds: float = 0.0
    types: tuple[str, ...] = ("video/mp4",)
    codecs: tuple[str, ...] = ("h264",)
    audio_codecs: tuple[str, ...] = ("aac",)
    ratio_min: float | None = None
    ratio_max: float | None = None
    longest_side: int | None = None
    shortest_side: int | None = None
    fps_max: float | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """How much a platform lets be done in a span of time, as it is known before anything is sent.

    `counts` is "posts" (each sending that may have made one) or "calls" (every request). `per` is
    "account", or "app" for what all accounts of the installation share; `cost` is what one counts,
    `comment_cost` what a first comment does where that is not the same.
    """

    name: str
    limit: int
    seconds: int
    counts: str = "posts"
    per: str = "account"
    cost: int = 1
    comment_cost: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a platform itself told of a quota, in headers or at an endpoint."""

    name: str
    limit: int
    used: int
    resets_at: datetime | None = None
    source: str = "headers"


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
    bare_links: bool = False
    """Whether a domain without https:// before it is a link too, as on X."""
    mention_rule: str = "full"
    """With "local" the server of @name@server counts nothing, as in the fediverse."""
    max_characters_with_media: int | None = None
    """Of a text that goes out with a picture or video, where it is a shorter caption."""
    hashtags_max: int | None = None
    hashtags_recommended: int = 3
    hashtag_max_characters: int | None = None
    images_max: int = 0
    image_max_bytes: int | None = None
    image_types: tuple[str, ...] = ()
    alt_max: int | None = None
    media_required: bool = False
    image_ratio_min: float | None = None
    image_ratio_max: float | None = None
    """Width by height; a picture beyond them is refused, or padded where `media` can do that."""
    image_shortest_side: int | None = None
    image_longest_side: int | None = None
    videos_max: int = 0
    video: VideoLimits | None = None
    mixes_media: bool = False
    """Whether pictures and videos may stand in one post; together at most `images_max`."""
    title_max: int | None = None
    """Characters of a title; None where posts have none."""
    title_required: bool = False
    thread_max: int = 1
    """Posts in one thread, the first one included; 1 where there are no threads."""
    comment_max: int | None = None
    """Characters of a first comment; None where none can be made."""
    text_required: bool = False
    """Whether pictures alone are no post."""
    has_link: bool = True
    """Whether a link can be followed from a post; where not, it still stands in the text."""
    hashtags_in_text: bool = True
    """Whether hashtags are words of the text; where not, they become the article's own tags."""
    link_in_text: bool = True
    """Whether the link is part of the text; where not, it has a place of its own, as on a pin."""

    def as_json(self) -> dict[str, Any]:
        """Every field, and the rules by which text, hashtags and link become the final text."""
        return {**asdict(self), "image_types": list(self.image_types), **counting.rules(self)}


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One input of the generic connect form."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    default: str = ""
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    """(value, words) to choose from instead of typing."""
    make: Callable[[], str] | None = None
    """Makes a fresh default each time that the form is shown, such as a secret to hand on."""
    with_consent: bool = True
    """Whether it is asked as well before the network's own page opens; a secret never is."""


def secret_names(fields: Sequence[CredentialField]) -> str:
    """The secrets among them as people call them: "app password", "Admin API key"."""
    return " and ".join(_within_a_sentence(each.label) for each in fields if each.secret)


def _within_a_sentence(label: str) -> str:
    """Names and abbreviations stay as they are written."""
    is_name = any(sign.isupper() for sign in label[1:])
    return label if is_name else label[:1].lower() + label[1:]


@dataclass(frozen=True, slots=True)
class Media:
    """One picture or video of a draft. `reference` is what `Session.media` turns into bytes."""

    reference: str
    content_type: str
    alt: str = ""
    width: int | None = None
    height: int | None = None
    size_bytes: int | None = None
    duration_seconds: float | None = None

    @property
    def is_video(self) -> bool:
        return self.content_type.startswith("video/")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person or the agent wants to say, before any platform shaped it.

    `thread` are the parts after the first, in their order, and `first_comment` what is said under
    the post. Each of them becomes a delivery of its own, which is frozen from `follower`.
    """

    text: str
    hashtags: tuple[str, ...] = ()
    link: str | None = None
    link_title: str = ""
    link_description: str = ""
    media: tuple[Media, ...] = ()
    language: str | None = None
    """BCP 47, when known."""
    title: str = ""
    thread: tuple[str, ...] = ()
    first_comment: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Values of the channel's `option_fields`."""
    kind: Kind = Kind.POST

    def follower(self, kind: Kind, text: str) -> Draft:
        """A later part: text alone, in the same language."""
        return Draft(text, language=self.language, options=self.options, kind=kind)


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
    scopes: tuple[str, ...] = ()
    """What was really granted, where the platform says it."""
    expires_at: datetime | None = None
    """When the access ends unless it is renewed; None if it does not."""
    account_type: str = "business"


@dataclass(frozen=True, slots=True)
class AppKeys:
    """The installation's own app at a platform, as its operator registered it there."""

    client_id: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Authorization:
    """Where a person is sent to let Warren in, and what must be kept until they come back."""

    url: str
    kept: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Plain JSON, stored encrypted: the PKCE verifier, keys, the server."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the connection doctor looked at.

    `ok` is None where the platform does not tell. `mend` is the next step, empty when all is well.
    """

    check: str
    """token, scopes, app, role, quota, or what else a platform has."""
    ok: bool | None
    says: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """What a person needs to post something themselves, beside the pictures and videos.

    `url` opens the place where they post, as far into it as the platform lets an address reach.
    """

    text: str
    title: str = ""
    url: str = ""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The platform, or a person, has it and is not done yet. Ask again after `check_after` seconds;
    `message` says to people what is waited for. The handle is saved by then."""

    check_after: float
    message: str


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
class Heard:
    """One thing that somebody over there said to an account, or under its post.

    `conversation` is the same for all that belongs together: what one person says under one post
    and the answers to it, a chat. What is ours may leave it empty: then `parent`, the id of what it
    answers, tells where it belongs. Our own words never begin a conversation. `kind` is comment,
    mention, message or review. `text` is plain, without markup. `handle` is what the channel needs
    to answer exactly this. `is_ours` marks what the account itself said there, from here or from
    the network's own pages. `under` is the post's id over there, where it hangs under one of the
    account's own. The author is who speaks, so of our own words the account itself.
    """

    remote_id: str
    conversation: str
    kind: str
    text: str
    said_at: datetime
    author_id: str = ""
    author_name: str = ""
    author_handle: str = ""
    author_url: str = ""
    url: str = ""
    parent: str = ""
    under: str = ""
    is_ours: bool = False
    handle: Handle = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard since a cursor, oldest first, and where to go on; whether nothing is left."""

    heard: tuple[Heard, ...]
    cursor: Handle
    is_all: bool = True


@dataclass(frozen=True, slots=True)
class Gone:
    """The post no longer exists; keep the last numbers and stop asking."""

    reason: str = ""
