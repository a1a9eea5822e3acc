"""What a person's and a page's posts on LinkedIn have in common: one API, one form of text.

Source: LinkedIn's Posts, Images, Videos, MultiImage, Social Actions and little-text pages (read
2026-11), and the refusal of duplicates as recorded in public threads. The text is escaped, because
the first unescaped reserved character ends it. Not verified against the live service: how long a
deleted post is still taken for a duplicate (told as one to two days).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote

from django.conf import settings

from . import linkedin_comments, linkedin_media
from .base import (
    Accepted,
    AccountFacts,
    ChannelError,
    Credentials,
    DeliveryClass,
    Draft,
    Found,
    Kind,
    Limits,
    Payload,
    Published,
    Quota,
    Session,
    VideoLimits,
)
from .linkedin_errors import TABLE, not_understood, read_linkedin_error
from .linkedin_shapes import (
    FINDER,
    article,
    comments_of,
    created,
    elements_of,
    is_same,
    media_count,
    post_body,
)
from .oauth import OAuthChannel, expires_at
from .readback import looked_since, note_sending, was_tried
from .rest import Answer, Rest, dig
from .text import escape_linkedin

T = TypeVar("T")

VERSION = "202605"
"""LinkedIn-Version of 2026-05, good for about a year; `<slug>.version` in WARREN_CHANNEL_OPTIONS
replaces it."""

PAGE_SIZE = 50
MOST_PAGES = 4

LIMITS = Limits(
    max_characters=3000,
    counter="linkedin_escaped",
    hashtags_max=10,
    hashtags_recommended=5,
    images_max=20,
    image_max_bytes=8_000_000,
    image_types=("image/jpeg", "image/png", "image/gif"),
    image_longest_side=6012,
    alt_max=4086,
    videos_max=1,
    video=VideoLimits(max_bytes=500_000_000, max_seconds=1800, min_seconds=3),
    comment_max=1250,
)
NAMED = re.compile(r"urn:li:(?:share|ugcPost|activity):\d+")
COMMENT = re.compile(r"urn:li:comment:\((.+),([^,]+)\)")


class LinkedInChannel(OAuthChannel):
    """Class C: nothing makes a repetition harmless. LinkedIn refuses a repeated text and names the
    post that has it, which is evidence only once that post was read and compared."""

    delivery_class = DeliveryClass.C
    limits = LIMITS
    retry_table = TABLE
    hosts = {"api": "https://api.linkedin.com", "web": "https://www.linkedin.com"}
    authorize_at = ("web", "/oauth/v2/authorization")
    token_at = ("web", "/oauth/v2/accessToken")
    pkce = ""
    lifetime_seconds = 60 * 24 * 3600
    quotas = (Quota("day", 100, 86_400), Quota("hour", 50, 3600), Quota("minute", 10, 60))
    help_url = (
        "https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api"
    )
    read_scope: ClassVar[str]
    """Without it nothing that was posted can be read back."""

    # Freezing

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        text = self.compose(draft)
        payload: Payload = {
            "kind": draft.kind.value,
            "author": account.remote_id,
            "text": text,
            "at": now.isoformat(),
        }
        if draft.kind is Kind.COMMENT:
            return payload
        return payload | {
            "commentary": escape_linkedin(text),
            "visibility": self.visibility(draft, account),
            "article": article(draft),
            "media": [
                {"reference": each.reference, "alt": each.alt, "is_video": each.is_video}
                for each in draft.media
            ],
        }

    def visibility(self, draft: Draft, account: AccountFacts) -> str:
        return "PUBLIC"

    # Sending

    def prepare(self, payload: Payload, session: Session) -> None:
        """Renew an ending token; upload what is not uploaded yet and keep the URNs."""
        self.access_token(session)
        if payload.get("media"):
            self.calling(session, lambda api: linkedin_media.upload(self, api, payload, session))

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        self.prepare(payload, session)
        if (waiting := self._waiting(payload, session)) is not None:
            return waiting
        tried_before = was_tried(session)
        note_sending(session)
        if payload["kind"] == Kind.COMMENT:
            return linkedin_comments.comment(self, payload, session)
        try:
            answer = self.calling(
                session,
                lambda api: api.call(
                    "POST", "/rest/posts", makes_post=True, json=post_body(payload, session.handle)
                ),
            )
        except ChannelError as error:
            if error.code != "DUPLICATE_POST":
                raise
            return self._duplicate(error, payload, session, tried_before)
        urn = answer.headers.get("x-restli-id", "")
        if not urn:
            raise TABLE.unreadable(self.label, answer.status)
        return Published(urn, self.address(urn), tuple(session.handle.get("notes", ())))

    def _waiting(self, payload: Payload, session: Session) -> Accepted | None:
        if not any(each["is_video"] for each in payload.get("media", ())):
            return None
        return self.calling(session, lambda api: linkedin_media.waiting(api, session))

    def _duplicate(
        self, error: ChannelError, payload: Payload, session: Session, tried_before: bool
    ) -> Published:
        """LinkedIn says that this text stands already: ours only if the post that it names is."""
        named = NAMED.search(str(error.extra.get("detail", "")))
        try:
            element = self.read_post(named.group(0), session) if named else None
        except ChannelError as unread:
            if tried_before:
                raise TABLE.unread_duplicate(self.label) from unread
            raise error from unread
        if named and element and self._is_ours(element, payload, session):
            urn = named.group(0)
            return Published(urn, self.address(urn), tuple(session.handle.get("notes", ())))
        raise TABLE.other_duplicate(
            self.label, self.address(named.group(0)) if element and named else ""
        )

    # Looking

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        """The author's post since the sending with this text and as many media.

        Raises ChannelError where LinkedIn lets nobody read posts back, so that a person decides.
        """
        if session.handle.get("media") and not was_tried(session):
            return self._waiting(payload, session)
        self._refuse_unreadable(session)
        if payload["kind"] == Kind.COMMENT:
            return linkedin_comments.find(self, payload, session)
        ours = [
            each for each in self._posts(payload, session) if self._is_ours(each, payload, session)
        ]
        if not ours:
            return None
        urn = str(min(ours, key=created)["id"])
        return Found(urn, self.address(urn))

    def _posts(self, payload: Payload, session: Session) -> list[Mapping[str, Any]]:
        """Newest first, back to the moment of sending."""
        since, found = looked_since(payload, session), []
        for page in range(MOST_PAGES):
            path = (
                f"/rest/posts?author={quote(payload['author'], safe='')}&q=author"
                f"&count={PAGE_SIZE}&start={page * PAGE_SIZE}&sortBy=CREATED"
            )
            elements = elements_of(self.label, self._listed(session, path))
            found += elements
            if len(elements) < PAGE_SIZE or created(elements[-1]) < since:
                return found
        raise ChannelError(
            f"{self.label} has too many newer posts to look through.", code="too_many_posts"
        )

    def _listed(self, session: Session, path: str) -> Answer:
        return self.calling(session, lambda api: api.call("GET", path, headers=FINDER))

    def _is_ours(self, element: Mapping[str, Any], payload: Payload, session: Session) -> bool:
        return (
            dig(element, "author") == payload["author"]
            and is_same(str(dig(element, "commentary") or ""), payload["text"])
            and media_count(element) == len(payload["media"])
            and created(element) >= looked_since(payload, session)
        )

    def read_post(self, urn: str, session: Session) -> Mapping[str, Any] | None:
        """One post; None when there is none."""
        try:
            answer = self.calling(
                session, lambda api: api.get(f"/rest/posts/{quote(urn, safe='')}")
            )
        except ChannelError as error:
            if error.extra.get("http_status") == 404:
                return None
            raise
        if not isinstance(answer.body, dict) or not answer.body.get("author"):
            raise not_understood(self.label)
        return answer.body

    def can_read(self, credentials: Credentials) -> bool:
        return self.read_scope in self.granted(credentials)

    def _refuse_unreadable(self, session: Session) -> None:
        if not self.can_read(session.credentials):
            raise ChannelError(
                f"{self.label} does not let Warren's app read this account's posts, so the post "
                "cannot be looked up. Look at the profile yourself and say whether it is out.",
                code="cannot_be_looked_up",
            )

    # Taking down, renewing

    def delete(self, post: Published, session: Session) -> None:
        path = f"/rest/posts/{quote(post.remote_id, safe='')}"
        if comment := COMMENT.fullmatch(post.remote_id):
            actor = quote(session.account.remote_id, safe="")
            path = f"{comments_of(comment.group(1))}/{comment.group(2)}?actor={actor}"
        try:
            self.calling(session, lambda api: api.call("DELETE", path))
        except ChannelError as error:
            if error.extra.get("http_status") not in (404, 410):
                raise

    def exchange(self, stale: Credentials, session: Session) -> Credentials:
        """Refresh tokens come only with an approved app; without one the token is kept while it
        lasts, and reconnecting is asked for only when it has ended."""
        ends = expires_at(stale)
        if not self.can_renew(stale) and ends is not None and ends > session.now:
            return stale
        return super().exchange(stale, session)

    # Calls

    def api(self, client: Any, token: str) -> Rest:
        version = settings.WARREN_CHANNEL_OPTIONS.get(f"{self.slug}.version", VERSION)
        headers = {"LinkedIn-Version": str(version), "X-Restli-Protocol-Version": "2.0.0"}
        return self.rest(
            client, "api", headers=headers, reads_error=read_linkedin_error
        ).with_token(token)

    def calling(self, session: Session, call: Callable[[Rest], T]) -> T:
        return self.with_access(session, lambda token: call(self.api(session.http, token)))

    def address(self, urn: str) -> str:
        return f"{self.at('web')}/feed/update/{urn}/"
