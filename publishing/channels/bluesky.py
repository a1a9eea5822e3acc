"""Bluesky, on any server that speaks the AT Protocol.

Class A: the record's key and its date are chosen when the payload is frozen, and `putRecord` of the
same record at the same key changes nothing. With `swapRecord: null` it can only create, so that a
key which is taken by other content is refused instead of overwritten.

A video goes to the network's video service first, which works on it for some seconds; only then
there is a record to put.

Accounts are connected at their own server (OAuth), or by an app password.

Source: the lexicons app.bsky.feed.post, app.bsky.embed.video and com.atproto.repo.putRecord, and
what the reference server @atproto/pds 0.5.35 answered in tests/publishing/test_bluesky.py. Limits
of points: docs.bsky.app, Rate Limits; of videos: the app's own help; both as of 2026-11. The video
service could not be tried: what it answers is read off its lexicons, app.bsky.video.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx2
from django.urls import reverse

from config.kernel import clock, http

from . import richtext
from .atproto import RULES, Repository, is_grant
from .atproto_doctor import findings
from .atproto_oauth import SCOPES, Consent, client_document
from .atproto_records import Making, card, measurement, parts, shape
from .atproto_signin import open_session, profile, tokens
from .atproto_video import VideoService
from .base import (
    Accepted,
    AccountFacts,
    AppKeys,
    Authorization,
    Channel,
    Connection,
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
    Limits,
    Measurement,
    Payload,
    Published,
    Quota,
    Session,
    VideoLimits,
)
from .bluesky_addresses import POSTS, fallback_appview, post_address, profile_url, web_address
from .bluesky_inbox import Inbox, answer_payload, asking
from .errors import ChannelError, RetryTable
from .listening import refuse_misfit
from .oauth import expires_at
from .servers import misfit, server_address
from .text import displayed
from .xrpc import Xrpc, record_key, token_dates

DEFAULT_SERVER = "https://bsky.social"
VIDEO_SECONDS = 5
"""How long to wait before the video service is asked again."""


class Bluesky(Channel):
    slug = "bluesky"
    label = "Bluesky"
    icon = "img/channels/bluesky.svg"
    delivery_class = DeliveryClass.A
    limits = Limits(
        max_characters=300,
        counter="graphemes",
        max_bytes=3000,
        link_length=32,
        link_rule="shortened",
        hashtags_recommended=3,
        hashtag_max_characters=64,
        images_max=4,
        image_max_bytes=2_000_000,
        image_types=("image/jpeg", "image/png", "image/webp"),
        alt_max=2000,
        videos_max=1,
        video=VideoLimits(max_bytes=100_000_000, max_seconds=180),
        thread_max=100,
        comment_max=300,
    )
    scopes = SCOPES
    scope_words = {  # noqa: RUF012
        "atproto": "know which account signed in",
        "transition:generic": "publish, read and delete posts",
    }
    hosts = {  # noqa: RUF012
        "directory": "https://plc.directory",
        "video": "https://video.bsky.app",
    }
    hears = ("comment", "mention")
    listens_every = 120.0
    answer_key_lasts = timedelta.max
    quotas = (
        Quota("points_hour", 5000, 3600, cost=2),
        Quota("points_day", 35_000, 86_400, cost=2),
    )
    retry_table = RetryTable(RULES)
    credential_fields = (
        CredentialField("handle", "Handle", help="For example name.bsky.social, without the @."),
        CredentialField(
            "app_password",
            "App password",
            help="Make one in Bluesky under Settings, Privacy and security, App passwords. Your "
            "own password is not needed, and Warren does not keep this one.",
            secret=True,
        ),
        CredentialField(
            "server",
            "Server",
            help="Leave it as it is unless your account lives on a server of its own.",
            default=DEFAULT_SERVER,
            required=False,
        ),
    )

    def connect(self, values: Mapping[str, str]) -> Connection:
        """Open a session with handle and app password, and keep its tokens, not the password.

        The account must be one that the server may speak for: a server can name anybody's.
        Raises ChannelError with the `field` to mend; only server failures are worth a retry.
        """
        handle = richtext.clean_handle(values.get("handle", ""))
        password = values.get("app_password", "").strip()
        if not handle:
            raise misfit("Write the account's handle, for example name.bsky.social.", "handle")
        if not password:
            raise misfit("Write an app password of this account.", "app_password")
        server = server_address(values.get("server", ""), DEFAULT_SERVER)
        with http.client(timeout_seconds=20, max_bytes=2_000_000) as client:
            xrpc = Xrpc(client, server, self.retry_table, self.label, clock.now())
            opened = open_session(xrpc, handle, password)
            self._consent(client).identities.require_home(opened["did"], server)
            name, avatar_url = profile(xrpc, opened["did"], "app.bsky.actor.profile")
        return Connection(
            remote_id=opened["did"],
            name=name or opened["handle"],
            handle=opened["handle"],
            profile_url=profile_url(server, opened["did"], opened["handle"]),
            avatar_url=avatar_url,
            credentials=tokens(opened),
            server=server,
            expires_at=(token_dates(opened["accessJwt"]) or (None, None))[1],
        )

    def authorization(
        self, *, values: Mapping[str, str], state: str, redirect_uri: str, app: AppKeys | None
    ) -> Authorization:
        """Find the account's own server by its handle, and ask that one. The app is Warren itself:
        nothing has to be registered anywhere."""
        handle = richtext.clean_handle(values.get("handle", ""))
        if not handle:
            raise misfit("Write the account's handle, for example name.bsky.social.", "handle")
        resolver = server_address(values.get("server", ""), DEFAULT_SERVER)
        with http.client(timeout_seconds=20, max_bytes=2_000_000) as client:
            return self._consent(client).begin(
                handle=handle,
                resolver=resolver,
                state=state,
                redirect_uri=redirect_uri,
                document=self._document_path(),
            )

    def accept(
        self,
        answer: Mapping[str, str],
        kept: Mapping[str, Any],
        *,
        redirect_uri: str,
        app: AppKeys | None,
    ) -> tuple[Connection, ...]:
        with http.client(timeout_seconds=20, max_bytes=2_000_000) as client:
            granted = self._consent(client).finish(answer, kept, redirect_uri=redirect_uri)
            xrpc = Xrpc(client, kept["server"], self.retry_table, self.label, clock.now())
            name, avatar_url = profile(xrpc, kept["did"], "app.bsky.actor.profile")
        handle = kept["handle"] or kept["did"]
        return (
            Connection(
                remote_id=kept["did"],
                name=name or handle,
                handle=handle,
                profile_url=profile_url(kept["server"], kept["did"], handle),
                avatar_url=avatar_url,
                credentials=granted,
                server=kept["server"],
                scopes=tuple(granted["scope"].split()),
                expires_at=expires_at(granted),
            ),
        )

    def client_document(self, *, redirect_uri: str) -> Mapping[str, Any]:
        return client_document(redirect_uri, self._document_path(), "Warren")

    def renew(self, session: Session) -> datetime | None:
        return self._repository(session).renew()

    def revoke(self, session: Session) -> None:
        """End the session, or the access that was granted."""
        credentials = session.credentials
        if is_grant(credentials):
            self._consent(session.http).revoke(credentials)
        else:
            self._repository(session).end_session()

    def probe(self, session: Session) -> tuple[Finding, ...]:
        """Whether the session is good, what it may do, and whether videos are taken now."""
        return findings(self._repository(session), self._video(session), SCOPES)

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        """The record without what only the network knows: the pictures' references, and who a
        mention is. `prepare` adds those once and keeps the record in the delivery's handle."""
        self.refuse_misfits(draft, account)
        text, links = displayed(self.compose(draft), self.limits)
        record: dict[str, Any] = {
            "$type": POSTS,
            "text": text,
            "createdAt": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        if facets := richtext.facets(text, links):
            record["facets"] = facets
        if draft.language:
            record["langs"] = [draft.language]
        if draft.link and not draft.media:
            record["embed"] = card(draft, draft.link)
        return {
            "repo": account.remote_id,
            "handle": account.handle,
            "rkey": record_key(f"{account.remote_id}|{occurrence_key}", now),
            "record": record,
            "mentions": richtext.mentions(text, links),
            "media": [
                {"reference": media.reference, "alt": media.alt, **shape(media)}
                for media in draft.media
            ],
            "kind": draft.kind,
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Renew an ending token, upload the media, resolve the mentions, save the record.

        While the video service still works on a video there is no record yet.
        """
        self._repository(session).renew_if_ending()
        if not session.handle.get("record"):
            self._save_record(payload, session)

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        """Put the saved record at its reserved key. Repeating it is safe at any time."""
        if not session.handle.get("record"):
            self.prepare(payload, session)
        try:
            waiting = self._put(payload, session)
        except ChannelError as error:
            waiting = None
            if error.code == "BlobNotFound":
                # Servers throw unused uploads away after some hours; the post may have waited.
                session.save_handle({})
                self._save_record(payload, session)
                waiting = self._put(payload, session)
            elif not (error.permanent and self._stands(payload, session)):
                raise
        if waiting is not None:
            return waiting
        remote_id, url = post_address(payload, session.server)
        return Published(remote_id, url, tuple(session.handle.get("notes", ())))

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        """Read the record at the reserved key; it is ours if its text and date are."""
        record = self._repository(session).record(payload["repo"], POSTS, payload["rkey"])
        if record is None:
            job = session.handle.get("video")
            if job and not session.handle.get("record") and not self._video(session).blob(job):
                return self._working()
            return None
        if any(record.get(name) != payload["record"][name] for name in ("text", "createdAt")):
            return None
        return Found(*post_address(payload, session.server))

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        """Counts of the AppView; all None when there is no AppView or it has not seen the post."""
        repository = self._repository(session)
        view = repository.view(post.remote_id, fallback_appview(session.server))
        if view is not None:
            return measurement(view)
        repo, rkey = parts(post.remote_id)
        if repository.record(repo, POSTS, rkey) is None:
            return Gone("The post was deleted on Bluesky.")
        return Measurement()

    def delete(self, post: Published, session: Session) -> None:
        """Take the post down; the server answers the same when it is already gone."""
        repo, rkey = parts(post.remote_id)
        self._repository(session).delete(repo, POSTS, rkey)

    def listen(self, session: Session, *, cursor: Handle, posts: tuple[Published, ...]) -> Hearing:
        """Replies, mentions, quotes, and what the account itself answered."""

        def address(who: str, rkey: str) -> str:
            return web_address(session.server, who, rkey)

        ask = asking(self._repository(session), self.label)
        return Inbox(ask, session.account, address, session.now).listen(cursor)

    def answer_room(self, heard: Heard, account: AccountFacts) -> int | None:
        return self.limits.max_characters

    def answer(
        self, heard: Heard, text: str, session: Session, *, key: str, at: datetime
    ) -> Published:
        """Put a reply at the key that belongs to this answer. Repeating it is safe at any time."""
        account = session.account
        refuse_misfit(self, self.answer_room(heard, account), text, account)
        repository = self._repository(session)
        repository.renew_if_ending()
        payload = answer_payload(heard, text, account, self.limits, key=key, at=at)
        making = Making(repository, self._video(session), self.limits, session)
        if (made := making.record(payload)) is None:
            raise ChannelError("There is nothing to send.", permanent=True)
        try:
            repository.create(payload["repo"], POSTS, payload["rkey"], made[0])
        except ChannelError as error:
            if not (error.permanent and self._stands(payload, session)):
                raise
        return Published(*post_address(payload, session.server))

    def _stands(self, payload: Payload, session: Session) -> bool:
        """Whether a refused post is there all the same; an account that is shut cannot be read."""
        try:
            return self.find(payload, session) is not None
        except ChannelError:
            return False

    def _repository(self, session: Session) -> Repository:
        def renewed(stale: Credentials, client: httpx2.Client) -> Credentials:
            return self._consent(client).renewed(stale)

        return Repository(session, self.retry_table, self.label, DEFAULT_SERVER, renewed)

    def _consent(self, client: httpx2.Client) -> Consent:
        return Consent(client, self.label, self.at("directory"))

    def _video(self, session: Session) -> VideoService:
        return VideoService(self._repository(session), self.at("video"))

    def _document_path(self) -> str:
        return reverse("networks:client-document", args=[self.slug])

    def _working(self) -> Accepted:
        return Accepted(VIDEO_SECONDS, f"{self.label} is working on the video.")

    def _put(self, payload: Payload, session: Session) -> Accepted | None:
        """Put the record; Accepted when there is none yet because of a video."""
        record = session.handle.get("record")
        if record is None:
            return self._working()
        self._repository(session).create(payload["repo"], POSTS, payload["rkey"], record)
        return None

    def _save_record(self, payload: Payload, session: Session) -> None:
        repository = self._repository(session)
        making = Making(repository, self._video(session), self.limits, session)
        if (made := making.record(payload)) is not None:
            record, notes = made
            session.save_handle({"record": record, "notes": notes})
