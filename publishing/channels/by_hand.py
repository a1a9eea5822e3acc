"""A network that Warren cannot reach: a person posts there, and Warren reminds them when it is due.

Nothing goes out by a call. `publish` says that somebody has it, and `find` says so until they mark
it as posted, with its address (`settle_unknown`, "it is out"). Class D, so that nothing is ever
taken for sent or sent again by itself.

`pack_of` is what that person needs: the text, the files and a link that opens the network's own
editor, with the text in it where the network takes one. Source of those links: the share and intent
addresses that each network documents or uses on its own share buttons, as of 2026-11; none of them
could be tried here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

from . import shapes
from .base import (
    Accepted,
    AccountFacts,
    Channel,
    Connection,
    CredentialField,
    DeliveryClass,
    Draft,
    Found,
    Limits,
    Payload,
    Published,
    Session,
    VideoLimits,
)
from .servers import misfit

REMIND_AFTER_SECONDS = 86_400.0
WAITING = "Waiting for somebody to post it by hand."


class ByHand(Channel):
    slug = "by_hand"
    label = "By hand"
    icon = "img/channels/by_hand.svg"
    delivery_class = DeliveryClass.D
    waits_for_person = True
    limits = Limits(
        max_characters=20_000,
        images_max=20,
        image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        alt_max=2_000,
        videos_max=5,
        video=VideoLimits(
            max_bytes=2_000_000_000,
            types=("video/mp4", "video/quicktime", "video/webm"),
            codecs=("h264", "hevc", "vp8", "vp9", "av1"),
            audio_codecs=("aac", "mp3", "opus", "vorbis"),
        ),
        mixes_media=True,
        title_max=300,
        thread_max=25,
        comment_max=20_000,
    )
    credential_fields = (
        CredentialField(
            "network", "Network", help="In your words, for example Xing or the club's notice board."
        ),
        CredentialField(
            "profile",
            "Address of the profile",
            help="Where the posts appear. It opens when one is due.",
            required=False,
        ),
        CredentialField(
            "who",
            "Who posts there",
            help="A name, so that nobody waits for another.",
            required=False,
        ),
    )

    def connect(self, values: Mapping[str, str]) -> Connection:
        """Nothing is asked and nothing kept that is secret."""
        network = " ".join(values.get("network", "").split())[:80]
        if not network:
            raise misfit("Say which network it is, in your own words.", "network")
        profile = _profile(values.get("profile", "").strip())
        who = " ".join(values.get("who", "").split())[:80]
        key = f"{network.casefold()}|{profile}"
        return Connection(
            remote_id=hashlib.sha256(key.encode()).hexdigest()[:32],
            name=network,
            handle=who,
            profile_url=profile,
            avatar_url="",
            credentials={},
            settings={"network": network, "profile": profile, "who": who},
        )

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        return {
            "key": hashlib.sha256(f"{account.remote_id}|{occurrence_key}".encode()).hexdigest(),
            "kind": draft.kind,
            "title": draft.title.strip(),
            "text": self.compose(draft),
            "link": draft.link or "",
            "network": str(account.settings.get("network") or ""),
            "profile": str(account.settings.get("profile") or ""),
            "who": str(account.settings.get("who") or ""),
            "media": [
                {"reference": each.reference, "alt": each.alt, "type": each.content_type}
                for each in draft.media
            ],
        }

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        if "asked_at" not in session.handle:
            session.save_handle({"asked_at": session.now.isoformat()})
        return Accepted(REMIND_AFTER_SECONDS, _waiting(payload))

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        """A person has it, until they say that it is out."""
        return Accepted(REMIND_AFTER_SECONDS, _waiting(payload))

    def pack(self, payload: Payload, account: AccountFacts) -> shapes.Pack:
        packed = pack_of(payload)
        put_in = "The editor opens with the words in it." if packed.takes_text else ""
        then = "Come back here when it is out, and say so."
        return shapes.Pack(
            packed.text,
            title=packed.title,
            url=packed.opens,
            steps=tuple(step for step in (put_in, then) if step),
        )


@dataclass(frozen=True, slots=True)
class PackedFile:
    """One file to put in by hand. `reference` is what `Session.media` knows it by."""

    reference: str
    content_type: str
    alt: str


@dataclass(frozen=True, slots=True)
class Pack:
    """What a person needs to post by hand. `opens` is "" where no address is known, and
    `takes_text` says whether the text is in the editor already that it opens."""

    network: str
    who: str
    title: str
    text: str
    files: tuple[PackedFile, ...]
    opens: str
    takes_text: bool


def pack_of(payload: Payload) -> Pack:
    """The pack of a delivery that waits to be posted by hand."""
    editor = editor_of(payload["network"], payload["profile"])
    files = tuple(
        PackedFile(each["reference"], each["type"], each["alt"]) for each in payload["media"]
    )
    return Pack(
        payload["network"],
        payload["who"],
        payload["title"],
        payload["text"],
        files,
        editor.address(payload) if editor else payload["profile"],
        editor is not None and editor.takes_text,
    )


@dataclass(frozen=True, slots=True)
class Editor:
    """Where a network's own editor opens; `form` has places for {text}, {link} and {title}."""

    form: str

    @property
    def takes_text(self) -> bool:
        return "{text}" in self.form

    def address(self, payload: Payload) -> str:
        told = {name: quote(str(payload[name]), safe="") for name in ("text", "link", "title")}
        return self.form.format(**told)


_EDITORS: Mapping[tuple[str, ...], Editor] = {
    ("X", "Twitter", "x.com", "twitter.com"): Editor("https://x.com/intent/post?text={text}"),
    ("LinkedIn", "linkedin.com"): Editor(
        "https://www.linkedin.com/feed/?shareActive=true&text={text}"
    ),
    ("Facebook", "facebook.com"): Editor("https://www.facebook.com/sharer/sharer.php?u={link}"),
    ("Threads", "threads.net", "threads.com"): Editor(
        "https://www.threads.net/intent/post?text={text}"
    ),
    ("Bluesky", "bsky.app"): Editor("https://bsky.app/intent/compose?text={text}"),
    ("Reddit", "reddit.com"): Editor("https://www.reddit.com/submit?title={title}&text={text}"),
    ("Telegram", "t.me"): Editor("https://t.me/share/url?url={link}&text={text}"),
    ("WhatsApp", "wa.me", "whatsapp.com"): Editor("https://wa.me/?text={text}"),
    ("Pinterest", "pinterest.com"): Editor(
        "https://www.pinterest.com/pin/create/button/?url={link}&description={text}"
    ),
    ("Xing", "xing.com"): Editor("https://www.xing.com/spi/shares/new?url={link}"),
    ("Tumblr", "tumblr.com"): Editor(
        "https://www.tumblr.com/widgets/share/tool?posttype=text&title={title}&content={text}"
    ),
    ("Hacker News", "news.ycombinator.com"): Editor(
        "https://news.ycombinator.com/submitlink?u={link}&t={title}"
    ),
    ("Instagram", "instagram.com"): Editor("https://www.instagram.com/"),
    ("TikTok", "tiktok.com"): Editor("https://www.tiktok.com/upload"),
    ("YouTube", "youtube.com"): Editor("https://www.youtube.com/upload"),
}
"""By the names and hosts that a network goes by."""


def editor_of(network: str, profile: str) -> Editor | None:
    """The editor of a network that people have named, or whose profile they gave."""
    named = network.strip().casefold()
    host = (urlsplit(profile).hostname or "").removeprefix("www.")
    for names, editor in _EDITORS.items():
        known: Callable[[str], bool] = {name.casefold() for name in names}.__contains__
        if known(named) or known(host):
            return editor
    return None


def _waiting(payload: Payload) -> str:
    who, network = payload["who"], payload["network"]
    return f"Waiting for {who} to post it by hand on {network}." if who else WAITING


def _profile(typed: str) -> str:
    if not typed:
        return ""
    address = typed if "://" in typed else f"https://{typed}"
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or "." not in (parts.hostname or ""):
        raise misfit("That is no web address: write it as https://…, or leave it empty.", "profile")
    return address[:500]
