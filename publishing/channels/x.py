"""X, through its API v2 with OAuth 2 and PKCE.

Class C: X knows no key of ours. After an unknown outcome the account's own recent posts are read
(each one read is paid for) and matched by text, parent and time. X refuses a text that it has
already; such a refusal is evidence, not proof: it has come with the post delivered and without one.
So the first refusal is an unknown outcome, which is looked up, and only a second one is believed.

Money: every post is charged to the installation's app, POST_COST and, with a link in it, LINK_COST.
No link is changed or taken out to save it.

Sources, as of 2026-11: X API v2, pages "Create Post", "Chunked media upload", "Media metadata",
"User posts timeline", "Rate limits", "Counting characters", "OAuth 2.0 authorization code flow with
PKCE". Not verified against the live service: the price list, and videos of more than 140 seconds
for subscribers, which are therefore not offered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from config.kernel import http

from .base import (
    Accepted,
    AccountFacts,
    AppKeys,
    Connection,
    CredentialField,
    Credentials,
    DeliveryClass,
    Draft,
    Finding,
    Found,
    Gone,
    Kind,
    Limits,
    Measurement,
    Payload,
    Published,
    Quota,
    Session,
    VideoLimits,
    option,
)
from .chunks import FINISHED, ChunkedMedia
from .errors import UNPARSABLE, ChannelError, RetryTable, before_sending
from .oauth import CALL_SECONDS, MAX_BYTES, OAuthChannel
from .readback import looked_since, note_sending, was_tried
from .rest import Answer, Rest, count, dig
from .text import links_in
from .x_answers import RULES, is_this, level_finding, read_problem, readings

T = TypeVar("T")

POST_COST, LINK_COST = Decimal("0.015"), Decimal("0.20")
"""US dollars by X's price list for pay-per-use apps, as of 2026-11: one post, one with a link."""

PREMIUM = frozenset({"blue", "business", "government"})
PREMIUM_CHARACTERS = 25_000
PAGES_READ = 5
"""Pages of a hundred posts that a look reads before it says that it cannot tell."""
CAPPED_PAUSE_SECONDS = 3600.0
CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?(?!\w)")
POST_FIELDS = "created_at,text,note_tweet,entities,referenced_tweets"


class X(OAuthChannel):
    slug = "x"
    label = "X"
    icon = "img/channels/x.svg"
    delivery_class = DeliveryClass.C
    writing_order = 40
    limits = Limits(
        max_characters=280,
        counter="weighted",
        link_length=23,
        link_rule="fixed",
        bare_links=True,
        hashtags_recommended=2,
        images_max=4,
        image_max_bytes=5_000_000,
        image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        image_longest_side=8192,
        alt_max=1000,
        videos_max=1,
        video=VideoLimits(
            max_bytes=512_000_000,
            max_seconds=140,
            min_seconds=0.5,
            types=("video/mp4", "video/quicktime"),
            ratio_min=1 / 3,
            ratio_max=3.0,
            longest_side=1920,
            fps_max=60,
        ),
        thread_max=25,
        comment_max=280,
    )
    retry_table = RetryTable(RULES)
    scopes = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")
    scope_words = {  # noqa: RUF012
        "tweet.read": "see the account's posts",
        "tweet.write": "post and delete posts on the account",
        "users.read": "see the account's name and picture",
        "media.write": "upload pictures and videos",
        "offline.access": "keep the access until you take it back",
    }
    hosts = {"web": "https://x.com", "api": "https://api.x.com"}  # noqa: RUF012
    authorize_at = ("web", "/i/oauth2/authorize")
    token_at = ("api", "/2/oauth2/token")
    revoke_at = ("api", "/2/oauth2/revoke")
    client_auth = "basic"
    lifetime_seconds = 7200
    help_url = "https://docs.x.com/x-api/fundamentals/rate-limits"
    quotas = (
        Quota("posts", 100, 900),
        Quota("posts in 3 hours", 300, 3 * 3600),
        Quota("posts of the app", 10_000, 86_400, per="app"),
    )
    spacing_seconds = 5.0
    option_fields = (
        CredentialField(
            "reply_settings",
            "Who may answer",
            help=f"X charges this installation's app about {POST_COST} US dollars for a post, and "
            f"about {LINK_COST} for one with a link in it.",
            required=False,
            choices=(
                ("", "Everyone"),
                ("following", "Accounts that this one follows"),
                ("mentionedUsers", "Accounts that the post names"),
                ("subscribers", "Subscribers"),
                ("verified", "Verified accounts"),
            ),
        ),
        CredentialField(
            "made_with_ai",
            "Made with AI",
            help="Marks the post on X as made with AI.",
            required=False,
            choices=(("", "No mark"), ("yes", "Mark it")),
        ),
        CredentialField(
            "paid_partnership",
            "Paid partnership",
            help="Marks the post on X as paid promotion.",
            required=False,
            choices=(("", "No mark"), ("yes", "Mark it")),
        ),
    )

    # Connecting

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            rest = self.rest(client, "api", reads_error=read_problem)
            answer = _who(rest.with_token(tokens["access_token"]))
        user = answer.dig("data")
        if not dig(user, "id"):
            raise rest.unreadable(answer)
        return (
            Connection(
                remote_id=str(user["id"]),
                name=user.get("name") or user.get("username", ""),
                handle=user.get("username", ""),
                profile_url=f"{self.at('web')}/{user.get('username', '')}",
                avatar_url=user.get("profile_image_url", ""),
                credentials=tokens,
                settings={"verified_type": user.get("verified_type") or "none"},
                scopes=self.granted(tokens),
            ),
        )

    # Before sending

    def limits_for(self, account: AccountFacts | None = None) -> Limits:
        """Subscribers write longer posts; what an account is was asked when it was connected."""
        if account is None or account.settings.get("verified_type") not in PREMIUM:
            return self.limits
        return replace(
            self.limits, max_characters=PREMIUM_CHARACTERS, comment_max=PREMIUM_CHARACTERS
        )

    def problems(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        own = []
        if len(set(CASHTAG.findall(self.compose(draft)))) > 1:
            own.append("X takes one cashtag in a post and this one has more: take some out.")
        if len(draft.media) > 1 and any(each.content_type == "image/gif" for each in draft.media):
            own.append("X takes a GIF alone: take the other pictures out, or the GIF.")
        return (*super().problems(draft, account), *own)

    def remarks(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        later = [*draft.thread, draft.first_comment]
        return (_cost(self.compose(draft), *(each for each in later if each)),)

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        return {
            "kind": draft.kind,
            "at": now.isoformat(),
            "text": self.compose(draft),
            "media": [
                {"reference": each.reference, "alt": each.alt, "type": each.content_type}
                for each in draft.media
            ],
            "options": _marks(draft, account) if draft.kind is Kind.POST else {},
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Upload the files; each one's id and how far it is stand in the handle."""
        self._ask(session, lambda rest: ChunkedMedia(rest, session, self.limits).upload(payload))

    # Sending and looking

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        self.prepare(payload, session)
        if (wait := self._processing(payload, session)) is not None:
            return wait
        body = _body(payload, session)
        again = was_tried(session)
        note_sending(session)
        try:
            answer = self._ask(session, lambda rest: self._create(rest, body, session))
        except ChannelError as error:
            if error.code != "duplicate":
                raise
            return self._settle_duplicate(payload, session, again, error)
        return Published(
            *self._address(str(answer.dig("data", "id")), session), (_cost(payload["text"]),)
        )

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        """Look through the account's own posts since the first attempt; paid for by X per post."""
        if not was_tried(session) and (wait := self._processing(payload, session)) is not None:
            return wait
        params: dict[str, Any] = {
            "max_results": 100,
            "start_time": looked_since(payload, session)
            .astimezone(UTC)
            .strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tweet.fields": POST_FIELDS,
        }
        path = f"/2/users/{session.account.remote_id}/tweets"
        for _ in range(PAGES_READ):
            answer = self._ask(session, lambda rest: rest.get(path, params))
            if not isinstance(answer.dig("meta"), dict):
                raise self._untold(answer)
            for post in answer.dig("data") or ():
                if is_this(post, payload, session):
                    return Found(*self._address(str(post["id"]), session))
            if not (following := answer.dig("meta", "next_token")):
                return None
            params["pagination_token"] = following
        raise ChannelError(
            "The account has posted so much on X that Warren cannot tell whether this is out.",
            code="too_many_posts",
        )

    # Afterwards

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        path, params = f"/2/tweets/{post.remote_id}", {"tweet.fields": "public_metrics"}
        try:
            answer = self._ask(session, lambda rest: rest.get(path, params))
        except ChannelError as error:
            if error.extra.get("http_status") == 404:
                return Gone("The post was deleted on X.")
            raise
        told = answer.dig("data", "public_metrics")
        if not isinstance(told, dict):
            if "not-found" in str(answer.dig("errors", 0, "type")):
                return Gone("The post was deleted on X.")
            raise self._untold(answer)
        extra = {name: count(told.get(f"{name}_count")) for name in ("quote", "bookmark")}
        return Measurement(
            likes=count(told.get("like_count")),
            comments=count(told.get("reply_count")),
            shares=count(told.get("retweet_count")),
            impressions=count(told.get("impression_count")),
            extra={f"{name}s": each for name, each in extra.items() if each is not None},
        )

    def delete(self, post: Published, session: Session) -> None:
        try:
            self._ask(session, lambda rest: rest.call("DELETE", f"/2/tweets/{post.remote_id}"))
        except ChannelError as error:
            if error.extra.get("http_status") != 404:
                raise

    def probe(self, session: Session) -> tuple[Finding, ...]:
        try:
            answer = self._ask(session, _who)
        except ChannelError as error:
            if not error.reconnect:
                raise
            return (Finding("token", False, error.message, "Connect the account again."),)
        level = str(answer.headers.get("x-access-level", ""))
        kind = answer.dig("data", "verified_type") or "none"
        room = PREMIUM_CHARACTERS if kind in PREMIUM else self.limits.max_characters
        return (
            Finding("token", True, f"X lets Warren in as @{answer.dig('data', 'username')}."),
            self.scope_finding(session),
            level_finding(level),
            Finding("account", True, f"Posts of this account may have {room} characters."),
        )

    # Calls

    def _ask(self, session: Session, call: Callable[[Rest], T]) -> T:
        rest = self.rest(session.http, "api", reads_error=read_problem)
        try:
            return self.with_access(session, lambda token: call(rest.with_token(token)))
        except ChannelError as error:
            if error.code == "usage-capped":
                error.retry_after = max(error.retry_after or 0.0, CAPPED_PAUSE_SECONDS)
            raise

    def _create(self, rest: Rest, body: dict[str, Any], session: Session) -> Answer:
        def note(headers: Mapping[str, str]) -> None:
            for reading in readings(headers, session.now):
                session.read_quota(reading)

        answer = replace(rest, on_headers=note).call(
            "POST", "/2/tweets", makes_post=True, json=body
        )
        if not answer.dig("data", "id"):
            raise rest.unreadable(answer)
        return answer

    def _settle_duplicate(
        self, payload: Payload, session: Session, again: bool, error: ChannelError
    ) -> Published:
        found = self.find(payload, session)
        if isinstance(found, Found):
            return Published(found.remote_id, found.url, (_cost(payload["text"]),))
        if not again:
            raise error
        raise ChannelError(
            "X refuses this text because the account has posted the same, and Warren cannot find "
            "this post there. Look at the account; to post it all the same, change the text.",
            permanent=True,
            code="duplicate",
        )

    def _processing(self, payload: Payload, session: Session) -> Accepted | None:
        """What X still has to do with the files before they can be posted; None when nothing."""
        if all(each.get("state") == FINISHED for each in session.handle.get("files", ())):
            return None
        wait = self._ask(session, lambda rest: ChunkedMedia(rest, session, self.limits).look())
        return None if wait is None else Accepted(wait, "X is still working on the file.")

    def _untold(self, answer: Answer) -> ChannelError:
        unread = self.retry_table.error(self.label, status=answer.status, code=UNPARSABLE)
        return before_sending(unread, self.label)

    def _address(self, remote_id: str, session: Session) -> tuple[str, str]:
        name = session.account.handle or "i/web"
        return remote_id, f"{self.at('web')}/{name}/status/{remote_id}"


def _who(rest: Rest) -> Answer:
    return rest.get("/2/users/me", {"user.fields": "profile_image_url,verified_type"})


def _marks(draft: Draft, account: AccountFacts) -> dict[str, Any]:
    names = ("made_with_ai", "paid_partnership")
    marks: dict[str, Any] = {name: True for name in names if option(draft, account, name) == "yes"}
    if who := option(draft, account, "reply_settings"):
        marks["reply_settings"] = who
    return marks


def _body(payload: Payload, session: Session) -> dict[str, Any]:
    body = dict(payload["options"])
    if payload["text"]:
        body["text"] = payload["text"]
    if files := session.handle.get("files"):
        body["media"] = {"media_ids": [each["id"] for each in files]}
    if payload["kind"] != Kind.POST and session.parent is not None:
        body["reply"] = {"in_reply_to_tweet_id": session.parent.remote_id}
    return body


def _cost(*texts: str) -> str:
    """What X charges for posts of these texts."""
    sum_of = sum(LINK_COST if links_in(text) else POST_COST for text in texts)
    which = "this post" if len(texts) == 1 else f"these {len(texts)} posts"
    return f"X charges the app of this installation about {sum_of} US dollars for {which}."
