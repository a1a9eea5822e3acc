"""What the ledger lends a channel, and the capabilities that a channel may have."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

import httpx2

from .shapes import (
    Accepted,
    AccountFacts,
    AppKeys,
    Authorization,
    Connection,
    Credentials,
    Draft,
    Finding,
    Found,
    Gone,
    Handle,
    Heard,
    Hearing,
    Measurement,
    Pack,
    Payload,
    Published,
    Reading,
)


class Session(Protocol):
    """What the ledger lends a channel for one account and, when publishing, one delivery."""

    @property
    def credentials(self) -> Credentials:
        """Decrypted, as last read; `account_lock` re-reads them."""

    @property
    def account(self) -> AccountFacts:
        """Whose session it is, without a secret."""

    @property
    def app(self) -> AppKeys | None:
        """The installation's app at this platform, for renewals; None when none is set."""

    @property
    def server(self) -> str:
        """Address that was stored with the account, without a trailing slash; "" if none."""

    @property
    def http(self) -> httpx2.Client:
        """The outbound door: pinned to checked addresses, capped in time and bytes."""

    @property
    def handle(self) -> Handle:
        """What `save_handle` last stored for this delivery; {} at first."""

    @property
    def now(self) -> datetime:
        """Aware, UTC."""

    def account_lock(self) -> AbstractContextManager[None]:
        """One renewal at a time for this account, across processes.

        Re-reads `credentials` once the lock is held. It must not be a database transaction that
        stays open over the network call inside; a lease on the account row or a session-level
        advisory lock will do. Waits at most some seconds, then raises ChannelError (not sent).
        """

    def save_credentials(self, new: Credentials) -> None:
        """Replace the credentials, committed on return. Only inside `account_lock`.

        Never called with an empty token; the ledger refuses one rather than lose the account.
        """

    def save_handle(self, handle: Handle) -> None:
        """Store what is needed to resume this delivery, committed on return."""

    def media(self, reference: str) -> bytes:
        """The bytes behind `Media.reference`. Raises ChannelError (refused) when they are gone."""

    def media_address(self, reference: str) -> str:
        """A public address of the same bytes that ends after some hours, for platforms that fetch.

        Raises ChannelError (refused) where the installation has no public address.
        """

    @property
    def parent(self) -> Published | None:
        """For a reply or a comment: what it goes under, which is out; else None."""

    @property
    def root(self) -> Published | None:
        """For a reply or a comment: the post that everything hangs on; else None."""

    def read_quota(self, reading: Reading) -> None:
        """Note what the platform told of a quota; written down with the outcome."""

    def fault(self, point: str) -> None:
        """A crash point by name; does nothing in production."""


@runtime_checkable
class Connects(Protocol):
    """Accounts are connected by a form of `credential_fields`."""

    def connect(self, values: Mapping[str, str]) -> Connection:
        """Try the values on the platform. Raises ChannelError with a sentence for the form; its
        `field` names the input that is wrong, when one is."""


@runtime_checkable
class Succeeds(Protocol):
    """What was kept of an account matters when it is connected again."""

    def succeeding(self, before: Credentials, fresh: Credentials) -> Credentials:
        """What is kept from now on."""


@runtime_checkable
class Hosts(Protocol):
    """The network is Warren itself, so a new account needs its place here."""

    def host(self, account_id: UUID, handle: str) -> None:
        """Make the place, in the transaction that keeps the account; again changes nothing."""


@runtime_checkable
class HandsOver(Protocol):
    """A person publishes over there. Warren hands over what that takes, and waits for their word:
    `publish` and `find` return Accepted."""

    def pack(self, payload: Payload, account: AccountFacts) -> Pack:
        """The words as they are to be posted, and where. No network."""


@runtime_checkable
class Publishes(Protocol):
    """Every channel does; the protocol is for code that needs only this much."""

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload: ...

    def prepare(self, payload: Payload, session: Session) -> None: ...

    def publish(self, payload: Payload, session: Session) -> Published | Accepted: ...


@runtime_checkable
class Authorizes(Protocol):
    """Accounts are connected at the platform itself, which sends the person back with an answer."""

    def authorization(
        self, *, values: Mapping[str, str], state: str, redirect_uri: str, app: AppKeys | None
    ) -> Authorization:
        """Where to send the person. `values` are those of `credential_fields`, such as a server.
        Raises ChannelError whose `field` names the input that is wrong."""

    def accept(
        self,
        answer: Mapping[str, str],
        kept: Mapping[str, Any],
        *,
        redirect_uri: str,
        app: AppKeys | None,
    ) -> tuple[Connection, ...]:
        """The accounts that the answer opens: one, or several to choose from, or none with reason.

        `answer` is the query of the address that the person came back to; its state is checked
        already. Raises ChannelError: denied, expired, scopes missing (each named).
        """


@runtime_checkable
class Revokes(Protocol):
    """The platform can be told to end an access that is no longer wanted."""

    def revoke(self, session: Session) -> None:
        """End the session's access over there. Asked once, when an account is disconnected;
        raises ChannelError when that did not work, which stops nothing."""


@runtime_checkable
class IntroducesItself(Protocol):
    """The network knows no apps; it reads who asks at an address of ours."""

    def client_document(self, *, redirect_uri: str) -> Mapping[str, Any]:
        """What stands there, as JSON, when people come back to `redirect_uri`."""


@runtime_checkable
class Renews(Protocol):
    def renew(self, session: Session) -> datetime | None:
        """Renew the access now, once however many call it; returns when it ends, None if never.

        Uses `base.renew`. A network failure is not-sent and disconnects nobody; only a recognised
        refusal is `reconnect`.
        """


@runtime_checkable
class Probes(Protocol):
    def probe(self, session: Session) -> tuple[Finding, ...]:
        """Ask the platform whether everything that posting needs is there: token, scopes, app mode,
        role, quota. Makes no post. Raises ChannelError only when nothing could be asked."""


@runtime_checkable
class Finds(Protocol):
    """Classes A to C: an unknown outcome can be looked up."""

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        """The post of this payload, or None when it is certainly not there; Accepted while the
        platform still works on it.

        Matches the reserved key, the saved handle, or text hash, media and time window; never the
        newest post. A ChannelError means "not known yet", whatever its outcome: ask again later.
        One exception: where the platform had the post in work, or knows its handle (class B), a
        permanent error without an HTTP status of 400 or above says that it could not make it.
        """


@runtime_checkable
class Measures(Protocol):
    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        """Totals of one post. Raises ChannelError when they cannot be had now."""


@runtime_checkable
class Listens(Protocol):
    """What people say to an account can be read."""

    hears: tuple[str, ...]
    """Which kinds: comment, mention, message, review."""
    listens_every: float
    """Seconds between two reads while people talk; a quiet account is read less often."""

    def listen(self, session: Session, *, cursor: Handle, posts: tuple[Published, ...]) -> Hearing:
        """What was said since `cursor` ({} at first: the last days, not years), oldest first.

        `posts` are the account's latest posts, newest first, for networks whose comments are read
        post by post. The same cursor gives the same things again, so nothing is lost when keeping
        them fails; the returned one gives none of them again. A call reads a bounded number of
        pages; with more left `is_all` is false and it is called again at once with the new cursor.
        Raises ChannelError when it cannot be read now. A permission that is missing for reading
        alone is `permanent` (code "scope_missing"), never `reconnect`, which would hold up posts.
        """


@runtime_checkable
class Answers(Protocol):
    """What was said can be answered where it was said."""

    answer_key_lasts: timedelta
    """How long a repetition with the same key and moment makes nothing new over there: nought where
    there is no such key, `timedelta.max` for ever. Within it an unknown outcome is sent again."""

    def answer_room(self, heard: Heard, account: AccountFacts) -> int | None:
        """Characters that an answer to this may have, as `comment_length` counts them; None where
        it cannot be answered from here."""

    def answer(
        self, heard: Heard, text: str, session: Session, *, key: str, at: datetime
    ) -> Published:
        """Send one answer of a person. `key` and `at`, the moment it was written, are the same
        whenever this very answer is sent.

        Begins with `listening.refuse_misfit`, before a byte leaves. The session keeps no handle.
        Raises ChannelError, whose `outcome` says what is known; nothing is repeated after an
        ambiguous one, beyond `answer_key_lasts`, before a person has looked.
        """


@runtime_checkable
class Deletes(Protocol):
    def delete(self, post: Published, session: Session) -> None:
        """Take the post down; a post that is already gone is success."""
