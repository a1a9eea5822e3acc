"""A network that takes every post, so that what is measured is Warren: class A, over real HTTP."""

from __future__ import annotations

from datetime import datetime

import httpx2

from publishing.channels.base import (
    AccountFacts,
    Channel,
    DeliveryClass,
    Draft,
    Found,
    Limits,
    Payload,
    Published,
    Session,
)
from publishing.channels.errors import TRANSPORT_ERRORS, transport_error


class Sink(Channel):
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
        response = self._ask("PUT", payload, session)
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
        body = {"text": payload["text"]} if method == "PUT" else None
        try:
            return session.http.request(method, url, json=body)
        except TRANSPORT_ERRORS as error:
            raise transport_error(self.label, error) from error

    def _there(self, payload: Payload, session: Session) -> Published:
        return Published(payload["key"], f"{session.server}/{payload['key']}")
