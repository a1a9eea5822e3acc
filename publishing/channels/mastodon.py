"""Mastodon, on any server that speaks its API.

Class A within the hour, and careful afterwards: the server keeps an `Idempotency-Key` for about an
hour and answers a repetition with the first status. Later, the next `publish` of the same delivery
reads the account's own statuses before it sends. `find` matches the exact source text, the parent,
the number of files and the window since the first attempt; it is needed within the hour too, since
a proxy in front of the server may give up before the key is kept.

There is no app of the installation: Warren registers itself on each server when somebody connects.

Sources, read 2026-11: docs.joinmastodon.org, pages "statuses", "media", "apps", "oauth",
"instance" and "rate-limits". The shapes were compared with exchanges recorded from Mastodon 4.7.3.
Not verified against a live server: the hour of the key, and other software with the same API.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx2

from config.kernel import clock, http

from .base import (
    Accepted,
    AccountFacts,
    AppKeys,
    Authorization,
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
)
from .errors import ChannelError, RetryTable
from .mastodon_media import attach, missing, unfinished
from .mastodon_server import RULES, limits_of, read_error, settings_of
from .oauth import CALL_SECONDS, MAX_BYTES, TOKENS, OAuthChannel, challenge, refuse_denied
from .readback import looked_since, moment, note_sending, was_tried
from .rest import Answer, Rest, count, rate_reading
from .servers import misfit, server_address

T = TypeVar("T")

EXAMPLE = "mastodon.social"
APP_NAME = "Warren"
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


class Mastodon(OAuthChannel):
    slug = "mastodon"
    label = "Mastodon"
    icon = "img/channels/mastodon.svg"
    delivery_class = DeliveryClass.A
    needs_app = False
    authorize_at = ("server", "/oauth/authorize")
    token_at = ("server", "/oauth/token")
    scopes = ("read:accounts", "read:statuses", "write:statuses", "write:media")
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

    # The way in

    def authorization(
        self, *, values: Mapping[str, str], state: str, redirect_uri: str, app: AppKeys | None
    ) -> Authorization:
        """Register Warren on the server that was named, and send the person to it."""
        if not values.get("server", "").strip():
            raise misfit(f"Write the account's server, for example {EXAMPLE}.", "server")
        server = server_address(values["server"].strip(), EXAMPLE)
        ours = self._register(server, redirect_uri)
        verifier = secrets.token_urlsafe(48)
        query = {
            "response_type": "code",
            "client_id": ours.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.scopes),
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        kept = {
            "server": server,
            "client_id": ours.client_id,
            "client_secret": ours.client_secret,
            "verifier": verifier,
        }
        return Authorization(f"{server}/oauth/authorize?{urlencode(query)}", kept)

    def accept(
        self,
        answer: Mapping[str, str],
        kept: Mapping[str, Any],
        *,
        redirect_uri: str,
        app: AppKeys | None,
    ) -> tuple[Connection, ...]:
        refuse_denied(self.label, answer)
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": redirect_uri,
            "code_verifier": kept["verifier"],
            "scope": " ".join(self.scopes),
        }
        with _door() as client:
            told = self._ask_server(client, kept["server"], form, _keys(kept))
        tokens = self.tokens(told, {name: kept[name] for name in ("client_id", "client_secret")})
        self.refuse_missing_scopes(tokens)
        return self.connections({**tokens, "server": kept["server"]}, None)

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        server = tokens.pop("server")
        with _door() as client:
            rest = self._on(client, server).with_token(tokens["access_token"])
            who = rest.get("/api/v1/accounts/verify_credentials")
            if not who.dig("id") or not who.dig("acct"):
                raise rest.unreadable(who)
            taken = settings_of(rest.get("/api/v2/instance"))
        host = urlsplit(server).netloc
        return (
            Connection(
                remote_id=str(who.dig("id")),
                name=who.dig("display_name") or who.dig("username") or "",
                handle=f"{who.dig('acct')}@{host}",
                profile_url=str(who.dig("url") or server),
                avatar_url=str(who.dig("avatar") or ""),
                credentials=tokens,
                server=server,
                settings=taken,
                scopes=self.granted(tokens),
            ),
        )

    def missing_scopes(self, granted: tuple[str, ...]) -> tuple[str, ...]:
        """A scope contains those that are spelled after it with a colon."""
        return tuple(
            each
            for each in self.scopes
            if each not in granted and each.partition(":")[0] not in granted
        )

    def exchange(self, stale: Credentials, session: Session) -> Credentials:
        """Most servers give tokens that never end; this is for those that do otherwise."""
        form = {"grant_type": "refresh_token", "refresh_token": stale["refresh_token"]}
        told = self._ask_server(session.http, session.server, form, _keys(stale))
        return self.tokens(told, stale)

    def revoke(self, session: Session) -> None:
        keys = _keys(session.credentials)
        form = {
            "client_id": keys.client_id,
            "client_secret": keys.client_secret,
            "token": session.credentials["access_token"],
        }
        self._on(session.http, session.server).call("POST", "/oauth/revoke", data=form)

    # Before sending

    def limits_for(self, account: AccountFacts | None = None) -> Limits:
        """What the account's server said when it was connected."""
        return limits_of(self.limits, account.settings) if account else self.limits

    def problems(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        warned = _option(draft, account, "spoiler_text")
        if not warned or draft.kind is Kind.COMMENT:
            return super().problems(draft, account)
        # The server counts the warning with the text.
        whole = super().problems(replace(draft, text=f"{warned}{draft.text}"), account)
        return whole or super().problems(draft, account)

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        return {
            "kind": draft.kind,
            "at": now.isoformat(),
            "key": hashlib.sha256(f"{account.remote_id}|{occurrence_key}".encode()).hexdigest(),
            "text": self.compose(draft),
            "language": (draft.language or "").split("-")[0],
            "visibility": _option(draft, account, "visibility") or "public",
            "spoiler_text": _option(draft, account, "spoiler_text"),
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
        path = f"/api/v1/accounts/{session.account.remote_id}/statuses"
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

    def probe(self, session: Session) -> tuple[Finding, ...]:
        path = "/api/v1/accounts/verify_credentials"
        try:
            who = self._ask(session, lambda rest: rest.get(path))
        except ChannelError as error:
            if not error.reconnect:
                raise
            return (Finding("token", False, error.message, "Connect the account again."),)
        if not who.dig("acct"):
            raise self._on(session.http, session.server).unreadable(who)
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

        rest = replace(self._on(session.http, session.server), on_headers=note)
        return self.with_access(session, lambda token: call(rest.with_token(token)))

    def _create(self, payload: Payload, session: Session) -> Answer:
        body = _body(payload, session)
        key = {"Idempotency-Key": payload["key"]}

        def create(rest: Rest) -> Answer:
            path = "/api/v1/statuses"
            answer = rest.call("POST", path, makes_post=True, json=body, headers=key)
            if not answer.dig("id"):
                raise rest.unreadable(answer)
            return answer

        return self._ask(session, create, "posts")

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

    def _register(self, server: str, redirect_uri: str) -> AppKeys:
        form = {
            "client_name": APP_NAME,
            "redirect_uris": redirect_uri,
            "scopes": " ".join(self.scopes),
        }
        try:
            with _door() as client:
                told = self._on(client, server).call("POST", "/api/v1/apps", data=form)
        except ChannelError as error:
            raise _no_server(server, error) from error
        if not told.dig("client_id") or not told.dig("client_secret"):
            raise _no_server(server)
        return AppKeys(str(told.dig("client_id")), str(told.dig("client_secret")))

    def _ask_server(
        self, client: httpx2.Client, server: str, form: Mapping[str, str], app: AppKeys
    ) -> Mapping[str, Any]:
        rest = replace(self._on(client, server), table=TOKENS)
        fields = {**form, "client_id": app.client_id, "client_secret": app.client_secret}
        return self.read_tokens(rest, rest.call("POST", "/oauth/token", data=fields))

    def _on(self, client: httpx2.Client, server: str) -> Rest:
        return Rest(
            client, server, self.retry_table, self.label, clock.now(), reads_error=read_error
        )


def _door() -> httpx2.Client:
    return http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES)


def _keys(kept: Mapping[str, Any]) -> AppKeys:
    return AppKeys(str(kept["client_id"]), str(kept["client_secret"]))


def _host(session: Session) -> str:
    return urlsplit(session.server).netloc


def _option(draft: Draft, account: AccountFacts | None, name: str) -> str:
    told = draft.options.get(name) or (account.settings.get(name) if account else "")
    return str(told or "").strip()


def _body(payload: Payload, session: Session) -> dict[str, Any]:
    body: dict[str, Any] = {"status": payload["text"], "visibility": payload["visibility"]}
    body |= {name: payload[name] for name in ("language", "spoiler_text") if payload[name]}
    if files := session.handle.get("files"):
        body["media_ids"] = [each["id"] for each in files]
    if session.parent is not None:
        body["in_reply_to_id"] = session.parent.remote_id
    return body


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


def _no_server(server: str, error: ChannelError | None = None) -> ChannelError:
    return ChannelError(
        f"No Mastodon server answers at {server}: check the address, or try again in a minute.",
        permanent=error is None or error.permanent,
        retry_after=error.retry_after if error else None,
        code="no_server",
        field="server",
    )
