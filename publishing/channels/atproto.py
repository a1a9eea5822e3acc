"""One account's repository on an AT Protocol server, reached with tokens that renew themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import httpx2

from .base import CrashPoint, Credentials, Session, renew
from .dpop import Proof
from .errors import UNPARSABLE, ChannelError, Outcome, RetryTable, Rule, before_sending
from .oauth import expires_at
from .oauth import is_ending as is_grant_ending
from .rest import dig, rate_reading
from .xrpc import Bearer, Xrpc, is_ending, token_dates

T = TypeVar("T")

RULES: Mapping[tuple[int | None, str | None], Rule] = {
    (None, "ExpiredToken"): Rule(Outcome.RECONNECT),
    (None, "InvalidToken"): Rule(Outcome.RECONNECT),
    (None, "AccountTakedown"): Rule(
        Outcome.REFUSED,
        "{label} has taken this account down, so nothing can be posted from it. Ask the server's "
        "support why, or pause the account here.",
    ),
    (None, "AccountDeactivated"): Rule(
        Outcome.REFUSED,
        "This {label} account is deactivated, so nothing was posted. Activate it again in the "
        "app, then send the post again.",
    ),
    (None, "BlobNotFound"): Rule(
        Outcome.NOT_SENT,
        "{label} no longer has the picture of this post, so nothing was posted. Warren uploads it "
        "again.",
    ),
    (None, "InvalidSwap"): Rule(
        Outcome.REFUSED,
        "Something else already stands where this post was to go on {label}, so nothing was "
        "posted. Schedule the post again.",
    ),
    (413, None): Rule(
        Outcome.REFUSED,
        "The picture is larger than this {label} server takes, so nothing was posted. Use a "
        "smaller one.",
    ),
    (403, "AccountNotFound"): Rule(
        Outcome.RECONNECT,
        "{label} says that this access belongs to another account, so nothing was posted. Connect "
        "the account again.",
    ),
}
"""Answers of the reference server 0.5.35. An ended token is a 400 there, not a 401."""

APPVIEW_MISSING = frozenset({"MethodNotImplemented", "XRPCNotSupported"})


@dataclass(frozen=True, slots=True)
class Repository:
    """The account behind a session. Methods raise ChannelError; only `put` can leave a post."""

    session: Session
    table: RetryTable
    label: str
    default_server: str
    renews_grant: Callable[[Credentials, httpx2.Client], Credentials]
    """How tokens that came by OAuth are exchanged for fresh ones."""

    @property
    def xrpc(self) -> Xrpc:
        return Xrpc(
            self.session.http,
            self.session.server or self.default_server,
            self.table,
            self.label,
            self.session.now,
            self._read_points,
        )

    def on(self, server: str) -> Xrpc:
        """Another server, which is told nothing of the account."""
        return Xrpc(self.session.http, server, self.table, self.label, self.session.now)

    def renew_if_ending(self) -> None:
        """Renew the tokens at two thirds of their life, before anything depends on them."""
        credentials, now = self.session.credentials, self.session.now
        if is_grant_ending(credentials, now) or is_ending(credentials.get("accessJwt", ""), now):
            self._renew(credentials)

    def renew(self) -> datetime | None:
        """Renew now; returns when the fresh access ends."""
        fresh = self._renew(self.session.credentials)
        dates = token_dates(fresh.get("accessJwt", ""))
        return dates[1] if dates else expires_at(fresh)

    def end_session(self) -> None:
        """Let the server forget a session that came in by an app password."""
        auth = Bearer(self.session.credentials.get("refreshJwt", ""))
        self.xrpc.procedure("com.atproto.server.deleteSession", auth=auth)

    def whoami(self) -> dict[str, Any]:
        """What the server says of this session: DID, handle, whether the account is active."""
        name = "com.atproto.server.getSession"
        return self._authorized(lambda auth: self.xrpc.query(name, auth=auth))

    def service_token(self, audience: str, method: str, seconds: int) -> str:
        """A token by which another service may call one method in the account's name."""
        params = {
            "aud": audience,
            "lxm": method,
            "exp": int(self.session.now.timestamp()) + seconds,
        }
        answer = self._authorized(
            lambda auth: self.xrpc.query("com.atproto.server.getServiceAuth", params, auth=auth)
        )
        if not answer.get("token"):
            raise self._unreadable()
        return str(answer["token"])

    def upload(self, data: bytes, content_type: str) -> dict[str, Any]:
        return self._authorized(lambda auth: self.xrpc.upload(data, content_type, auth=auth))

    def resolve(self, handle: str) -> str | None:
        """Whose handle it is (a DID); None when the server cannot say, now or ever."""
        try:
            answer = self.xrpc.query("com.atproto.identity.resolveHandle", {"handle": handle})
        except ChannelError as error:
            if error.permanent or (error.extra.get("http_status") or 0) >= 500:
                return None
            raise
        return str(answer["did"]) if answer.get("did") else None

    def create(self, repo: str, collection: str, rkey: str, record: Mapping[str, Any]) -> None:
        """Put a record at its key: a key with this very record stays as it is, and one with other
        content is refused (InvalidSwap), so that repeating can neither double nor overwrite."""
        body = {
            "repo": repo,
            "collection": collection,
            "rkey": rkey,
            "record": record,
            "swapRecord": None,
        }
        answer = self._authorized(
            lambda auth: self.xrpc.procedure(
                "com.atproto.repo.putRecord", body, auth=auth, makes_post=True
            )
        )
        self.session.fault(CrashPoint.ANSWERED)
        if not answer.get("uri"):
            raise self.table.error(self.label, status=200, code=UNPARSABLE)

    def record(self, repo: str, collection: str, rkey: str) -> dict[str, Any] | None:
        """The record at a key; None when it is certainly not there."""
        answer = self._stored(repo, collection, rkey)
        if answer is None:
            return None
        value = answer.get("value")
        if not isinstance(value, dict):
            raise self._unreadable()
        return value

    def reference(self, uri: str) -> dict[str, str]:
        """What a reply says of the post above it: where it stands and the hash of what it says.

        Raises ChannelError (refused) when it is no longer there.
        """
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        answer = self._stored(repo, collection, rkey)
        if answer is None:
            raise ChannelError(
                f"The post that this one goes under is no longer on {self.label}, so nothing was "
                "posted. Send it as a post of its own.",
                permanent=True,
                code="parent_gone",
            )
        if not answer.get("cid"):
            raise self._unreadable()
        return {"uri": uri, "cid": str(answer["cid"])}

    def _stored(self, repo: str, collection: str, rkey: str) -> dict[str, Any] | None:
        params = {"repo": repo, "collection": collection, "rkey": rkey}
        try:
            return self._authorized(
                lambda auth: self.xrpc.query("com.atproto.repo.getRecord", params, auth=auth)
            )
        except ChannelError as error:
            detail = str(error.extra.get("detail", ""))
            if error.code == "RecordNotFound" or detail.startswith("Could not locate record"):
                return None
            raise

    def delete(self, repo: str, collection: str, rkey: str) -> None:
        body = {"repo": repo, "collection": collection, "rkey": rkey}
        self._authorized(
            lambda auth: self.xrpc.procedure("com.atproto.repo.deleteRecord", body, auth=auth)
        )

    def view(self, uri: str, fallback: str) -> dict[str, Any] | None:
        """The AppView's view of a post, asked through the server, else at the `fallback` address.

        None when there is no AppView, or none that has seen the post, or the post is gone.
        """
        name, params = "app.bsky.feed.getPosts", {"uris": [uri]}
        answer = self.ask_appview(name, params)
        if answer is None:
            if not fallback:
                return None
            answer = self.on(fallback).query(name, params)
        views = answer.get("posts")
        found = (
            (view for view in views if dig(view, "uri") == uri) if isinstance(views, list) else ()
        )
        return next(iter(found), None)

    def ask_appview(self, name: str, params: Mapping[str, Any]) -> dict[str, Any] | None:
        """Ask the AppView through the server, in the account's name; None where it has none."""
        try:
            return self._authorized(lambda auth: self.xrpc.query(name, params, auth=auth))
        except ChannelError as error:
            if not _says_no_appview(error):
                raise
            return None

    def _unreadable(self) -> ChannelError:
        unreadable = self.table.error(self.label, status=200, code=UNPARSABLE)
        return before_sending(unreadable, self.label)

    def _authorized(self, call: Callable[[httpx2.Auth], T]) -> T:
        """Make a call with the access token, and once more with a new one if it has ended."""
        credentials = self.session.credentials
        try:
            return call(_access(credentials))
        except ChannelError as error:
            if not error.reconnect:
                raise
        return call(_access(self._renew(credentials)))

    def _read_points(self, headers: Mapping[str, str]) -> None:
        """The server tells of the tightest of its spans, and how many seconds that one has."""
        _, _, seconds = headers.get("ratelimit-policy", "").partition(";w=")
        name = POINTS.get(seconds, "calls")
        reading = rate_reading(headers, self.session.now, name=name, prefix="ratelimit-")
        if reading is not None:
            self.session.read_quota(reading)

    def _renew(self, stale: Credentials) -> Credentials:
        return renew(self.session, stale, self._exchange)

    def _exchange(self, current: Credentials) -> Credentials:
        if is_grant(current):
            return self.renews_grant(current, self.session.http)
        answer = self.xrpc.procedure(
            "com.atproto.server.refreshSession", auth=Bearer(current.get("refreshJwt", ""))
        )
        if not (answer.get("accessJwt") and answer.get("refreshJwt")):
            raise self._unreadable()
        return {**current, **{name: answer[name] for name in ("accessJwt", "refreshJwt")}}


POINTS = {"3600": "points_hour", "86400": "points_day"}
"""Names of the quotas of writing, by the seconds of their span in `ratelimit-policy`."""


def is_grant(credentials: Credentials) -> bool:
    """Whether the account came in by OAuth, and not by an app password."""
    return "dpop_key" in credentials


def _access(credentials: Credentials) -> httpx2.Auth:
    if is_grant(credentials):
        return Proof(credentials["dpop_key"], credentials["access_token"])
    return Bearer(credentials.get("accessJwt", ""))


def _says_no_appview(error: ChannelError) -> bool:
    detail = str(error.extra.get("detail", ""))
    return error.code in APPVIEW_MISSING or detail.startswith("No service configured")
