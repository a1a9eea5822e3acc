"""Networks that take every post, so that what is measured is Warren, over real HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import httpx2

from publishing.channels.base import (
    AccountFacts,
    Channel,
    Credentials,
    DeliveryClass,
    Draft,
    Found,
    Limits,
    Payload,
    Published,
    Session,
    renew,
)
from publishing.channels.errors import TRANSPORT_ERRORS, transport_error


class Sink(Channel):
    """Class A: a repetition of the same key changes nothing over there."""

    method: ClassVar[str] = "PUT"
    slug = "sink"
    label = "Benchmark sink"
    icon = "img/channels/feed.svg"
    delivery_class = DeliveryClass.A
    limits = Limits(max_characters=5_000)

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        return {"text": self.compose(draft), "key": occurrence_key[:32]}

    def publish(self, payload: Payload, session: Session) -> Published:
        response = self._ask(self.method, payload, session)
        if not response.is_success:
            raise self.retry_table.error(
                self.label, status=response.status_code, headers=response.headers, now=session.now
            )
        return self._there(payload, session)

    def find(self, payload: Payload, session: Session) -> Found | None:
        if self._ask("GET", payload, session).status_code == 404:
            return None
        there = self._there(payload, session)
        return Found(there.remote_id, there.url)

    def _ask(self, method: str, payload: Payload, session: Session) -> httpx2.Response:
        url = f"{session.server}/{payload['key']}"
        body = None if method == "GET" else {"text": payload["text"]}
        try:
            return session.http.request(method, url, json=body)
        except TRANSPORT_ERRORS as error:
            raise transport_error(self.label, error) from error

    def _there(self, payload: Payload, session: Session) -> Published:
        return Published(payload["key"], f"{session.server}/{payload['key']}")


class HeapingSink(Sink):
    """Class C: each sending is a post more over there, so that a doubled one is seen."""

    slug = "sink_heaping"
    label = "Benchmark sink without keys"
    method = "POST"
    delivery_class = DeliveryClass.C


class EndingSink(Sink):
    """Class A, with a token that has ended and a refresh token that counts once."""

    slug = "sink_ending"
    label = "Benchmark sink with tokens"

    def prepare(self, payload: Payload, session: Session) -> None:
        stale = session.credentials
        if stale.get("refresh") == "refresh-0":
            renew(session, stale, lambda known: self._exchange(known, session))

    def _exchange(self, stale: Credentials, session: Session) -> Credentials:
        try:
            response = session.http.post(
                f"{session.server}/token", json={"refresh": stale["refresh"]}
            )
        except TRANSPORT_ERRORS as error:
            raise transport_error(self.label, error) from error
        if not response.is_success:
            raise self.retry_table.error(self.label, status=response.status_code)
        return {**stale, **response.json()}


SINKS: tuple[type[Sink], ...] = (Sink, HeapingSink, EndingSink)
