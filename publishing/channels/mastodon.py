"""Mastodon, on any server that speaks its API.

Class A within the hour, and careful afterwards: the server keeps an `Idempotency-Key` for about an
hour and answers a repetition with the first status. Later, the next `publish` of the same delivery
reads the account's own statuses before it sends. `find` matches the exact source text, the parent,
the number of files and the window since the first attempt; it is needed within the hour too, since
a proxy in front of the server may give up before the key is kept.

There is no app of the installation: Warren registers itself on each server when somebody connects.

Sources, as of 2026-11: docs.joinmastodon.org, pages "statuses", "media", "apps", "oauth",
"instance" and "rate-limits". The shapes were compared with exchanges recorded from Mastodon 4.7.3.
Not verified against a live server: the hour of the key, and other software with the same API.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from .base import (
    Accepted,
    AccountFacts,
    CredentialField,
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
    Payload,
    Published,
    Quota,
    Session,
    VideoLimits,
    option,
)
from .errors import ChannelError, RetryTable
from .listening import refuse_misfit
from .mastodon_accounts import ServerAccounts
from .mastodon_inbox import Inbox, address_length, answer_request, without_permission
from .mastodon_media import attach, missing, unfinished
from .mastodon_server import RULES, account_number, limits_of
from .readback import looked_since, moment, note_sending, was_tried
from .rest import Answer, Rest, count, rate_reading

T = TypeVar("T")

KEY_KEPT = timedelta(minutes=50)
"""For how long a repetition is trusted to the key: less than the hour that servers keep it."""
PAGES_READ = 5
PAGE = 40
CHECK_AFTER_SECONDS = 5.0
VISIBILITIES = (
    ("public", "Public"),
    ("unlisted", "Public, but not in timelines"),
    ("private", "Followers only"),
)


class Mastodon(ServerAccounts):
    slug = "mastodon"
    label = "Mastodon"
    icon = "img/channels/mastodon.svg"
    delivery_class = DeliveryClass.A
    scopes = (
        *("read:accounts", "read:statuses", "read:notifications"),
        *("write:statuses", "write:media"),
    )
    scope_words = {  # noqa: RUF012
        "read:accounts": "see who the account is",
        "read:statuses": "read the account's posts",
        "read:notifications": "read what people say to the account",
        "write:statuses": "publish and delete posts",
        "write:media": "upload pictures and videos",
    }
    help_url = "https://docs.joinmastodon.org/user/posting/"
    limits = Limits(
        max_characters=500,
        link_length=23,
        link_rule="fixed",
        mention_rule="local",
        images_max=4,
        image_max_bytes=16_777_216,
        image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        alt_max=1500,
        videos_max=1,
        video=VideoLimits(
            max_bytes=103_809_024,
            types=("video/mp4", "video/webm", "video/quicktime"),
            codecs=("h264", "vp8", "vp9"),
            audio_codecs=("aac", "opus", "vorbis"),
            longest_side=3840,
            fps_max=120,
        ),
        thread_max=50,
        comment_max=500,
    )
    retry_table = RetryTable(RULES)
    credential_fields = (
        CredentialField(
            "server", "Server", help="Where the account lives, for example mastodon.social."
        ),
    )
    option_fields = (
        CredentialField(
            "visibility", "Who sees it", default="public", required=False, choices=VISIBILITIES
        ),
        CredentialField(
            "spoiler_text",
            "Content warning",
            help="Shown instead of the text until somebody opens it. It counts as text.",
            required=False,
        ),
    )
    quotas = (Quota("posts", 300, 3 * 3600),)

    hears = ("comment", "mention", "message")
    listens_every = 120.0
    answer_key_lasts = KEY_KEPT

    # Before sending

    def limits_for(self, account: AccountFacts | None = None) -> Limits:
        """What the account's server said when it was connected."""
        return limits_of(self.limits, account.settings) if account else self.limits

    def problems(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        warned = option(draft, account, "spoiler_text")
        if not warned or draft.kind is Kind.COMMENT:
            return super().problems(draft, account)
        # The server counts the warning with the text.
        whole = super().problems(replace(draft, text=f"{warned}{draft.text}"), account)
        return whole or super().problems(draft, account)

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        whose = account_number(account)
        return {
            "kind": draft.kind,
            "at": now.isoformat(),
            "key": hashlib.sha256(f"{whose}|{occurrence_key}".encode()).hexdigest(),
            "text": self.compose(draft),
            "language": (draft.language or "").split("-")[0],
            "visibility": option(draft, account, "visibility") or "public",
            "spoiler_text": option(draft, account, "spoiler_text"),
            "media": [
                {"reference": each.reference, "alt": each.alt, "type": each.content_type}
                for each in draft.media
            ],
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Upload the files; their ids stand in the handle. The server forgets unused ones."""
        limits = self.limits_for(session.account)
        self._ask(session, lambda rest: attach(rest, payload, session, limits), "media")

    # Sending and looking

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        self.prepare(payload, session)
        if (wait := self._working(session)) is not None:
            return wait
        if self._is_past_the_key(session) and (there := self.find(payload, session)) is not None:
            return Published(there.remote_id, there.url) if isinstance(there, Found) else there
        note_sending(session)
        try:
            answer = self._create(payload, session)
        except ChannelError as error:
            if not error.permanent or not self._ask(session, lambda rest: missing(rest, session)):
                raise
            session.save_handle({**session.handle, "files": []})
            self.prepare(payload, session)
            if (wait := self._working(session)) is not None:
                return wait
            answer = self._create(payload, session)
        return Published(
            str(answer.dig("id")),
            str(answer.dig("url") or answer.dig("uri")),
            tuple(session.handle.get("notes", ())),
        )

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        """Look through the account's own statuses, back to the first attempt."""
        if not was_tried(session) and (wait := self._working(session)) is not None:
            return wait
        since = looked_since(payload, session)
        path = f"/api/v1/accounts/{account_number(session.account)}/statuses"
        params: dict[str, Any] = {"limit": PAGE, "exclude_reblogs": "true"}
        for _ in range(PAGES_READ):
            statuses = self._ask(session, lambda rest: _listed(rest, path, params))
            for status in statuses:
                if _is_alike(status, payload, session, since) and self._says(
                    status, payload, session
                ):
                    return Found(str(status["id"]), str(status.get("url") or status["uri"]))
            if len(statuses) < PAGE or _is_before(statuses[-1], since):
                return None
            params["max_id"] = statuses[-1]["id"]
        raise ChannelError(
            f"The account has posted so much on {self.label} that Warren cannot tell whether this "
            "post is out.",
            code="too_many_posts",
        )

    # Afterwards

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        try:
            answer = self._ask(session, lambda rest: rest.get(f"/api/v1/statuses/{post.remote_id}"))
        except ChannelError as error:
            if error.extra.get("http_status") == 404:
                return Gone(f"The post was deleted on {self.label}.")
            raise
        quotes = count(answer.dig("quotes_count"))
        return Measurement(
            likes=count(answer.dig("favourites_count")),
            comments=count(answer.dig("replies_count")),
            shares=count(answer.dig("reblogs_count")),
            extra={} if quotes is None else {"quotes": quotes},
        )

    def delete(self, post: Published, session: Session) -> None:
        path = f"/api/v1/statuses/{post.remote_id}"
        try:
            self._ask(session, lambda rest: rest.call("DELETE", path))
        except ChannelError as error:
            if error.extra.get("http_status") != 404:
                raise

    def listen(self, session: Session, *, cursor: Handle, posts: tuple[Published, ...]) -> Hearing:
        """Mentions, quotes, direct messages, and what the account itself answered."""

        def get(path: str, params: Mapping[str, Any]) -> Any:
            return self._ask(session, lambda rest: rest.get(path, params)).body

        try:
            return Inbox(get, session.account, self.label, session.now).listen(cursor)
        except ChannelError as error:
            raise without_permission(error, self.label) from error

    def answer_room(self, heard: Heard, account: AccountFacts) -> int | None:
        return self.limits_for(account).max_characters - address_length(heard)

    def answer(
        self, heard: Heard, text: str, session: Session, *, key: str, at: datetime
    ) -> Published:
        """Reply to the status. The server takes the key once, for about an hour."""
        account = session.account
        refuse_misfit(self, self.answer_room(heard, account), text, account)
        body, headers = answer_request(heard, text, account, key)
        answer = self._ask(session, lambda rest: _created(rest, body, headers), "posts")
        return Published(str(answer.dig("id")), str(answer.dig("url") or answer.dig("uri")))

    def probe(self, session: Session) -> tuple[Finding, ...]:
        path = "/api/v1/accounts/verify_credentials"
        try:
            who = self._ask(session, lambda rest: rest.get(path))
        except ChannelError as error:
            if not error.reconnect:
                raise
            return (Finding("token", False, error.message, "Connect the account again."),)
        if not who.dig("acct"):
            raise self.on(session.http, session.server).unreadable(who)
        room = self.limits_for(session.account).max_characters
        return (
            Finding("token", True, f"{_host(session)} lets Warren in as @{who.dig('acct')}."),
            self.scope_finding(session),
            _account_finding(who),
            Finding("limits", True, f"{_host(session)} takes {room} characters."),
        )

    # Calls

    def _ask(self, session: Session, call: Callable[[Rest], T], quota: str = "calls") -> T:
        def note(headers: Mapping[str, str]) -> None:
            if (reading := rate_reading(headers, session.now, name=quota)) is not None:
                session.read_quota(reading)

        rest = replace(self.on(session.http, session.server), on_headers=note)
        return self.with_access(session, lambda token: call(rest.with_token(token)))

    def _create(self, payload: Payload, session: Session) -> Answer:
        body = _body(payload, session)
        key = {"Idempotency-Key": payload["key"]}

        return self._ask(session, lambda rest: _created(rest, body, key), "posts")

    def _working(self, session: Session) -> Accepted | None:
        """What the server still has to do with the files before they can be posted."""
        if self._ask(session, lambda rest: unfinished(rest, session)):
            words = f"{self.label} is still working on the files of this post."
            return Accepted(CHECK_AFTER_SECONDS, words)
        return None

    def _is_past_the_key(self, session: Session) -> bool:
        tried = moment(session.handle.get("since"))
        return tried is not None and session.now - tried > KEY_KEPT

    def _says(self, status: Mapping[str, Any], payload: Payload, session: Session) -> bool:
        """Whether it is our text to the letter; what a status shows is HTML."""
        path = f"/api/v1/statuses/{status['id']}/source"
        source = self._ask(session, lambda rest: rest.get(path))
        said = [str(source.dig(name) or "").split() for name in ("text", "spoiler_text")]
        return said == [str(payload[name]).split() for name in ("text", "spoiler_text")]


def _host(session: Session) -> str:
    return urlsplit(session.server).netloc


def _body(payload: Payload, session: Session) -> dict[str, Any]:
    body: dict[str, Any] = {"status": payload["text"], "visibility": payload["visibility"]}
    body |= {name: payload[name] for name in ("language", "spoiler_text") if payload[name]}
    if files := session.handle.get("files"):
        body["media_ids"] = [each["id"] for each in files]
    if session.parent is not None:
        body["in_reply_to_id"] = session.parent.remote_id
    return body


def _created(rest: Rest, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
    answer = rest.call("POST", "/api/v1/statuses", makes_post=True, json=body, headers=headers)
    if not answer.dig("id"):
        raise rest.unreadable(answer)
    return answer


def _listed(rest: Rest, path: str, params: Mapping[str, Any]) -> list[Any]:
    answer = rest.get(path, params)
    if not isinstance(answer.body, list):
        raise rest.unreadable(answer)
    return answer.body


def _is_alike(
    status: Mapping[str, Any], payload: Payload, session: Session, since: datetime
) -> bool:
    parent = session.parent.remote_id if session.parent else None
    hangs_there = bool(status.get("in_reply_to_id") == parent)
    files = len(status.get("media_attachments") or ())
    return hangs_there and files == len(payload["media"]) and not _is_before(status, since)


def _is_before(status: Mapping[str, Any], since: datetime) -> bool:
    made = moment(status.get("created_at"))
    return made is None or made < since


def _account_finding(who: Answer) -> Finding:
    if moved := who.dig("moved", "acct"):
        return Finding(
            "account",
            False,
            f"The account has moved to @{moved}.",
            "Connect that account instead of this one.",
        )
    if who.dig("suspended") or who.dig("limited"):
        return Finding(
            "account",
            False,
            "The server has limited this account.",
            "Ask the people who run the server why.",
        )
    return Finding("account", True, "The account may post.")
