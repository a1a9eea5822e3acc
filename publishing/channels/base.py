"""The channel contract: what every network declares, and the capabilities that it may have.

A channel is one object without state. It turns a draft into a frozen payload, sends that payload,
looks for it afterwards, counts what came of it, and says of each failure what is known. Rows,
leases, locks and retries belong to the delivery ledger, which hands in a `Session`.

Order of calls for one delivery, with what the ledger commits in between:

    payload = channel.freeze(draft, account, occurrence_key=..., now=...)    no network
        stored and hashed; never built a second time
    channel.prepare(payload, session)       repeatable: tokens, media, handles; no post exists yet
        `sending` committed
    channel.publish(payload, session)       the first byte that can make a post
        `published`, or the ChannelError says what to do

A new platform is its own file, one line in `registry`, an icon and recorded replies.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings

from . import text as counting
from .capabilities import (
    Answers,
    Authorizes,
    Connects,
    Deletes,
    Finds,
    HandsOver,
    Hosts,
    IntroducesItself,
    Listens,
    Measures,
    Probes,
    Publishes,
    Renews,
    Revokes,
    Session,
    Succeeds,
)
from .errors import ChannelError, Outcome, RetryTable
from .shapes import (
    Accepted,
    AccountFacts,
    AppKeys,
    Authorization,
    Connection,
    CrashPoint,
    CredentialField,
    Credentials,
    DeliveryClass,
    Draft,
    Finding,
    Found,
    Gone,
    Handle,
    Heard,
    Hearing,
    Kind,
    Limits,
    Measurement,
    Media,
    Pack,
    Payload,
    Published,
    Quota,
    Reading,
    VideoLimits,
    secret_names,
)

__all__ = [
    "Accepted",
    "AccountFacts",
    "Answers",
    "AppKeys",
    "Authorization",
    "Authorizes",
    "Channel",
    "ChannelError",
    "Connection",
    "Connects",
    "CrashPoint",
    "CredentialField",
    "Credentials",
    "Deletes",
    "DeliveryClass",
    "Draft",
    "Finding",
    "Finds",
    "Found",
    "Gone",
    "Handle",
    "HandsOver",
    "Heard",
    "Hearing",
    "Hosts",
    "IntroducesItself",
    "Kind",
    "Limits",
    "Listens",
    "Measurement",
    "Measures",
    "Media",
    "Outcome",
    "Pack",
    "Payload",
    "Probes",
    "Published",
    "Publishes",
    "Quota",
    "Reading",
    "Renews",
    "RetryTable",
    "Revokes",
    "Session",
    "Succeeds",
    "VideoLimits",
    "canonical",
    "fingerprint",
    "option",
    "renew",
    "secret_names",
]


class Channel(ABC):
    """A network. Subclasses set the declarations, implement `freeze` and `publish`, and have the
    methods of the optional capabilities below that the network offers."""

    slug: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str]
    """Path under static/."""
    delivery_class: ClassVar[DeliveryClass]
    limits: ClassVar[Limits]
    retry_table: ClassVar[RetryTable] = RetryTable()
    scopes: ClassVar[tuple[str, ...]] = ()
    scope_words: ClassVar[Mapping[str, str]] = {}
    """What each of `scopes` lets Warren do, for the page that asks; the scope itself where absent.
    As a verb: "publish posts on your pages"."""
    needs_app: ClassVar[bool] = False
    """Whether the operator must register an app there before anybody can connect an account."""
    app_name: ClassVar[str] = ""
    """Under which name that app is kept, where several channels share one; else the slug."""
    callback_name: ClassVar[str] = ""
    """In the address that people come back to, where the slug will not do; else the slug."""
    credential_fields: ClassVar[tuple[CredentialField, ...]] = ()
    option_fields: ClassVar[tuple[CredentialField, ...]] = ()
    """What a post on this network may say beside its words: a board, who may see it. The account's
    `settings` of the same name are the default."""
    quotas: ClassVar[tuple[Quota, ...]] = ()
    """What is known of its limits before it tells; the ledger keeps to them."""
    spacing_seconds: ClassVar[float] = 0.0
    """Least distance between two posts of one account."""
    hosts: ClassVar[Mapping[str, str]] = {}
    """Addresses of the platform by name; the setting WARREN_CHANNEL_OPTIONS replaces one as
    `<slug>.<name>`, so that tests and proxies stand in."""
    is_one_network: ClassVar[bool] = True
    """Whether accounts share servers, so that a failure of one speaks of all (see `gate`)."""
    help_url: ClassVar[str] = ""
    """The platform's own page about its limits or app registration."""
    waits_for_person: ClassVar[bool] = False
    """Whether what is due here waits until a person has posted it."""
    writing_order: ClassVar[int] = 100
    """When one text serves several networks it is written for the lowest number first. The
    specification's order is LinkedIn, Facebook, Instagram, X, and then all others (1c)."""

    @abstractmethod
    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        """The payload of one delivery, keys reserved; the same arguments give the same payload.

        No network, no clock, no randomness: what must be unique comes from `occurrence_key`.
        Raises ChannelError (refused) with a sentence when the draft does not fit the limits.
        """

    @abstractmethod
    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        """Send the payload. Safe to call again only as far as `delivery_class` says.

        Works without `prepare` before it. Accepted means that the handle is saved and `find` will
        tell. Raises ChannelError, whose `outcome` says what is known.
        """

    def at(self, name: str) -> str:
        """One of `hosts`, or what the installation put in its place; no trailing slash."""
        options = settings.WARREN_CHANNEL_OPTIONS
        return str(options.get(f"{self.slug}.{name}", self.hosts[name])).rstrip("/")

    def prepare(self, payload: Payload, session: Session) -> None:  # noqa: B027
        """Do what may be repeated without making a post: renew tokens, upload media, take handles.

        Called before `sending` is committed, so that a crash here is never an unknown outcome.
        """

    def limits_for(self, account: AccountFacts | None = None) -> Limits:
        """The limits of one account, for networks whose servers differ."""
        return self.limits

    def problems(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        """Sentences that say why this draft cannot go out as it is; empty when it can."""
        limits = self.limits_for(account)
        return (
            *self._text_problems(draft, limits),
            *self._media_problems(draft, limits),
            *self._part_problems(draft, limits, account),
        )

    def remarks(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        """Sentences to read before a post goes out, and that stop nothing: what it costs, where its
        link goes."""
        if draft.link and not self.limits.link_in_text:
            return (f"The link has a place of its own on {self.label}: {draft.link.strip()}.",)
        return ()

    def option_fields_for(self, account: AccountFacts | None = None) -> tuple[CredentialField, ...]:
        """The option fields of one account, for networks whose choices differ, such as boards."""
        return self.option_fields

    def refuse_misfits(self, draft: Draft, account: AccountFacts | None = None) -> None:
        """Raise ChannelError (refused) with the first of `problems`."""
        if problems := self.problems(draft, account):
            raise ChannelError(problems[0], permanent=True, code="does_not_fit")

    def compose(self, draft: Draft) -> str:
        """The final text of a draft, as it is counted and sent."""
        hashtags = draft.hashtags if self.limits.hashtags_in_text else ()
        link = draft.link if self.limits.link_in_text else None
        return counting.compose(draft.text, hashtags, link)

    def _text_problems(self, draft: Draft, limits: Limits) -> list[str]:
        count = counting.measure_text(self.compose(draft), limits, has_media=bool(draft.media))
        problems = []
        if not count.used and not draft.media:
            problems.append(f"There is nothing to post on {self.label}: write a text.")
        if count.used > count.limit:
            problems.append(
                f"{self.label} takes {count.limit} characters and this post has {count.used} with "
                f"its hashtags and link: shorten it by {count.used - count.limit}."
            )
        elif count.over:
            problems.append(
                f"{self.label} takes {count.bytes_limit} bytes of text and this post has "
                f"{count.bytes_used}: use fewer emoji or non-Latin characters, or shorten it."
            )
        if limits.hashtags_max is not None and len(draft.hashtags) > limits.hashtags_max:
            problems.append(
                f"{self.label} takes {limits.hashtags_max} hashtags and this post has "
                f"{len(draft.hashtags)}: take some away."
            )
        return problems

    def _part_problems(
        self, draft: Draft, limits: Limits, account: AccountFacts | None
    ) -> list[str]:
        """Of the title, the later parts of a thread and the first comment."""
        problems = []
        title = draft.title.strip()
        if limits.title_required and not title and draft.kind is Kind.POST:
            problems.append(f"{self.label} needs a title: write one.")
        if limits.title_max is not None and len(title) > limits.title_max:
            problems.append(
                f"{self.label} takes {limits.title_max} characters of title and this one has "
                f"{len(title)}: shorten it by {len(title) - limits.title_max}."
            )
        if draft.thread and 1 + len(draft.thread) > limits.thread_max:
            problems.append(
                f"{self.label} takes {limits.thread_max} posts in a thread and this one has "
                f"{1 + len(draft.thread)}: join some."
                if limits.thread_max > 1
                else f"{self.label} has no threads: take the later parts out."
            )
        for number, part in enumerate(draft.thread, start=2):
            found = self.problems(draft.follower(Kind.REPLY, part), account)
            problems += [f"Part {number} of the thread: {problem}" for problem in found]
        return problems + self._comment_problems(draft, limits)

    def _comment_problems(self, draft: Draft, limits: Limits) -> list[str]:
        comment = draft.text if draft.kind is Kind.COMMENT else draft.first_comment
        if not comment:
            return []
        if limits.comment_max is None:
            return [f"{self.label} takes no first comment from Warren: take it out."]
        if (used := counting.comment_length(comment, limits)) > limits.comment_max:
            return [
                f"{self.label} takes {limits.comment_max} characters of comment and the first "
                f"comment has {used}: shorten it by {used - limits.comment_max}."
            ]
        return []

    def _media_problems(self, draft: Draft, limits: Limits) -> list[str]:
        problems = []
        if limits.media_required and not draft.media and draft.kind is Kind.POST:
            what = "a picture" if limits.images_max else "a video"
            problems.append(f"{self.label} needs {what}: add one.")
        videos = sum(each.is_video for each in draft.media)
        pictures = len(draft.media) - videos
        if pictures > limits.images_max:
            problems.append(
                f"{self.label} takes {limits.images_max} pictures and this post has "
                f"{pictures}: take some away."
            )
        if videos > limits.videos_max:
            problems.append(
                f"{self.label} takes {limits.videos_max} videos and this post has {videos}: take "
                "some away."
                if limits.videos_max
                else f"{self.label} takes no video from Warren: take it out."
            )
        elif pictures and videos and not limits.mixes_media:
            problems.append(
                f"{self.label} takes pictures or a video, not both in one post: take one kind out."
            )
        for number, media in enumerate(draft.media, start=1):
            if limits.alt_max is not None and len(media.alt) > limits.alt_max:
                problems.append(
                    f"The description of picture {number} has {len(media.alt)} characters and "
                    f"{self.label} takes {limits.alt_max}: shorten it."
                )
        return problems


def option(draft: Draft, account: AccountFacts | None, name: str) -> str:
    """What the post says, else what the account says, else ""."""
    settings = account.settings if account else {}
    value = draft.options.get(name) or settings.get(name) or ""
    return str(value).strip()


def canonical(payload: Mapping[str, Any]) -> bytes:
    """One spelling of a payload, so that equal payloads have equal bytes."""
    return json.dumps(
        payload,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    ).encode()


def fingerprint(payload: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical payload, 64 hex digits."""
    return hashlib.sha256(canonical(payload)).hexdigest()


def renew(
    session: Session, stale: Credentials, exchange: Callable[[Credentials], Credentials]
) -> Credentials:
    """Renew an account's tokens once, however many workers notice at the same moment.

    The one that gets the lock exchanges; the others find credentials that differ from the `stale`
    ones they had used, and take those. New credentials are committed before anything uses them,
    because a platform may accept a refresh token only once.
    """
    with session.account_lock():
        current = session.credentials
        if current != stale:
            return current
        fresh = exchange(dict(current))
        session.fault(CrashPoint.REFRESH_SENT)
        session.save_credentials(fresh)
    session.fault(CrashPoint.RENEWED)
    return fresh
