"""What a channel is lent for one account and, when publishing, one delivery."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache, partial

import httpx2
from django.db import InterfaceError, OperationalError, connection

from config.kernel import http
from config.kernel.clock import now
from config.kernel.errors import NotFound
from config.kernel.scoping import org_atomic
from organizations.services.files import read_stored
from publishing.channels.base import (
    AccountFacts,
    AppKeys,
    ChannelError,
    Credentials,
    Handle,
    Published,
    Reading,
)
from publishing.models import Delivery, SocialAccount
from publishing.services.networks import account_facts, app_keys, public_address

from . import brake, pace
from .faults import fault
from .parcel import Parcel
from .steady import steadily

LOCK_SECONDS = 30
"""Longest wait for another worker's renewal of the same account's tokens."""

MAY_BE_EMPTIED = {"issued_at", "expires_at", "scope"}
"""What a network may leave out of a renewal's answer; a token is not among it."""

MOST_BYTES = 25_000_000

_parcel: ContextVar[Parcel | None] = ContextVar("parcel", default=None)
"""What the requests of this thread are made for."""
QUESTIONS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that leave nothing behind."""


class AccountSession:
    """The account alone: for measuring, and for everything else that makes no post."""

    def __init__(self, account: SocialAccount) -> None:
        self.row = account
        self.readings: dict[str, Reading] = {}
        """What the network told of its quotas, by name; whoever made the session writes it down."""

    @property
    def account(self) -> AccountFacts:
        return account_facts(self.row)

    @property
    def app(self) -> AppKeys | None:
        return app_keys(self.row.platform)

    @property
    def credentials(self) -> Credentials:
        secret = self.row.credentials
        return dict(secret.reveal()) if secret else {}

    @property
    def server(self) -> str:
        return str(self.row.server).rstrip("/")

    @property
    def http(self) -> httpx2.Client:
        return _client(os.getpid(), pace.call_seconds())

    @property
    def handle(self) -> Handle:
        return {}

    @property
    def now(self) -> datetime:
        return now()

    @contextmanager
    def account_lock(self) -> Iterator[None]:
        """A session-level advisory lock on this thread's connection; it falls with its process.

        No transaction is open while it is held, unless the caller has one.
        """
        key = int.from_bytes(self.row.pk.bytes[-8:], signed=True)
        _wait_for_lock(key)
        try:
            with org_atomic(self.row.organization_id):
                self.row.refresh_from_db(fields=["credentials"])
            yield
        finally:
            _unlock(key)

    def save_credentials(self, new: Credentials) -> None:
        texts = {name for name, value in self.credentials.items() if value and type(value) is str}
        emptied = [name for name in texts - MAY_BE_EMPTIED if not new.get(name)]
        if not new or emptied:
            raise ChannelError(
                "The network answered a renewal without a token, so the old one was kept.",
                code="empty_token",
            )
        self.row.credentials = new
        self.row.last_refresh_at = now()
        # The network takes the old one no longer: the new one must be kept, whatever happens here.
        steadily(self._keep_credentials)

    def _keep_credentials(self) -> None:
        """What was forgotten by a disconnection meanwhile does not come back: ChannelError."""
        fields = ["credentials", "last_refresh_at", "updated_at"]
        if isinstance(ends := self.credentials.get("expires_at"), str) and ends:
            self.row.token_expires_at = datetime.fromisoformat(ends)
            fields.append("token_expires_at")
        with org_atomic(self.row.organization_id):
            living = SocialAccount.objects.filter(pk=self.row.pk).select_for_update(no_key=True)
            if not living.exists():
                self.row.credentials = None
                raise ChannelError(
                    "The account was disconnected meanwhile, so its new access was not kept.",
                    reconnect=True,
                    code="disconnected",
                )
            self.row.save(update_fields=fields)

    def save_handle(self, handle: Handle) -> None:
        raise ChannelError(
            "There is no delivery whose progress could be kept.", permanent=True, code="no_delivery"
        )

    def media(self, reference: str) -> bytes:
        try:
            return read_stored(reference)
        except NotFound as error:
            raise ChannelError(
                "A picture of this post is no longer there. Add it again, or take it out.",
                permanent=True,
                code="media_gone",
            ) from error

    def media_address(self, reference: str) -> str:
        return public_address(reference)

    @property
    def parent(self) -> Published | None:
        return None

    @property
    def root(self) -> Published | None:
        return None

    def read_quota(self, reading: Reading) -> None:
        self.readings[reading.name] = reading

    def fault(self, point: str) -> None:
        fault(point)


class DeliverySession(AccountSession):
    """Account and delivery; every write carries the delivery's fence."""

    def __init__(self, parcel: Parcel) -> None:
        super().__init__(parcel.delivery.account)
        self.parcel = parcel
        self.readings = parcel.readings

    @property
    def parent(self) -> Published | None:
        return self.parcel.parent

    @property
    def root(self) -> Published | None:
        return self.parcel.root

    @property
    def handle(self) -> Handle:
        return dict(self.parcel.delivery.remote_handle or {})

    def save_handle(self, handle: Handle) -> None:
        delivery = self.parcel.delivery
        with org_atomic(self.parcel.organization_id):
            ours = Delivery.objects.filter(
                pk=delivery.pk, fence=delivery.fence, lease_owner=self.parcel.owner
            )
            if not ours.update(remote_handle=handle, updated_at=now()):
                raise lease_lost()
        delivery.remote_handle = handle


@contextmanager
def under_lease(parcel: Parcel) -> Iterator[DeliverySession]:
    """A session whose requests are refused, before a byte leaves, once the lease may end in them,
    or somebody has stopped what they are for.

    A worker that was frozen and wakes up must not send what another one sends meanwhile.
    """
    token = _parcel.set(parcel)
    try:
        yield DeliverySession(parcel)
    finally:
        _parcel.reset(token)


def lease_lost() -> ChannelError:
    return ChannelError(
        "This worker took too long, so the post was left to another one. Nothing was sent.",
        code="lease_lost",
    )


def refuse_to_leave() -> None:
    """Raise ChannelError when what this thread works on may send nothing more."""
    parcel = _parcel.get()
    if parcel is None:
        return
    if not parcel.lease.covers_a_call:
        raise lease_lost()
    brake.refuse_stopped(parcel)


def _ask_first(request: httpx2.Request) -> None:
    refuse_to_leave()
    parcel = _parcel.get()
    if parcel is None:
        return
    request.extensions["may_leave"] = partial(_ask_again, parcel, parcel.has_written)
    if parcel.has_called and request.method not in QUESTIONS:
        parcel.has_written = True


def _ask_again(parcel: Parcel, had_written: bool) -> None:
    """At the first byte of a request, since connecting may have taken seconds."""
    marked, parcel.has_written = parcel.has_written, had_written
    refuse_to_leave()
    parcel.has_written = marked


@cache
def _client(process: int, seconds: float) -> httpx2.Client:
    # One for the process: making a client costs as much as a request, and its pool is shared.
    client = http.client(timeout_seconds=seconds, max_bytes=MOST_BYTES)
    client.event_hooks = {"request": [_ask_first]}
    return client


def _unlock(key: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
    except (OperationalError, InterfaceError):
        # The lock has gone with its connection.
        connection.close_if_unusable_or_obsolete()


def _wait_for_lock(key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_SECONDS}s"])
        try:
            cursor.execute("SELECT pg_advisory_lock(%s)", [key])
        except OperationalError as error:
            raise ChannelError(
                "The account is being renewed elsewhere for very long. Warren tries again.",
                code="account_busy",
            ) from error
        finally:
            cursor.execute("SELECT set_config('lock_timeout', '0', false)")
