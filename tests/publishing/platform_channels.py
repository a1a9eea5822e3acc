"""Channels of the test network, one of each delivery class: test_a, test_b, test_c and test_d.

They differ in nothing but in what they offer against doubles.
"""

from __future__ import annotations

import json
import os
from typing import Any

from publishing.channels.base import (
    Accepted,
    AccountFacts,
    Channel,
    ChannelError,
    CrashPoint,
    DeliveryClass,
    Draft,
    Found,
    Kind,
    Limits,
    Outcome,
    Payload,
    Published,
    RetryTable,
    Session,
    renew,
)
from publishing.channels.errors import TRANSPORT_ERRORS, UNPARSABLE, Rule, transport_error

CHECK_AFTER_SECONDS = 3


class TestChannel(Channel):
    """Speaks to `platform.Platform`. Subclasses say what it offers against doubles."""

    __test__ = False

    label = "Test network"
    icon = "img/channels/feed.svg"
    limits = Limits(
        max_characters=500,
        images_max=1,
        image_types=("image/png",),
        thread_max=5,
        comment_max=200,
    )
    retry_table = RetryTable({(400, "acted"): Rule(Outcome.AMBIGUOUS)})

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: Any
    ) -> Payload:
        self.refuse_misfits(draft, account)
        payload = {"text": self.compose(draft), "key": occurrence_key[:20], "from": now.timestamp()}
        return payload if draft.kind is Kind.POST else {**payload, "kind": str(draft.kind)}

    def prepare(self, payload: Payload, session: Session) -> None:
        """A token that has ended and a picture to upload, so that each crash point is passed."""
        credentials = session.credentials
        if credentials.get("ended"):
            renew(session, credentials, lambda stale: self._exchange(stale, session))
        if credentials.get("uploads") and not session.handle:
            session.fault(CrashPoint.MEDIA_UPLOADING)
            media = self._call("POST", "/media", session, {})
            session.fault(CrashPoint.MEDIA_RECEIVED)
            session.save_handle({"media": media["id"]})

    def _said(self, payload: Payload, session: Session) -> dict[str, Any]:
        """The words, and what they go under."""
        return {"text": payload["text"], "parent": _parent(session)}

    def _exchange(self, stale: dict[str, Any], session: Session) -> dict[str, Any]:
        fresh = self._call("POST", "/tokens", session, {"refresh": stale["refresh"]})
        return {**stale, "ended": 0, **fresh, "kept": "yes"}

    def _call(self, method: str, path: str, session: Session, body: Any = None) -> dict[str, Any]:
        try:
            response = session.http.request(
                method,
                session.server + path,
                json=body,
                headers={"x-worker": str(os.getpid())},
            )
        except TRANSPORT_ERRORS as error:
            raise transport_error(self.label, error) from error
        answer = _json(response.content)
        if response.is_success and answer is not None:
            return answer
        code = UNPARSABLE if response.is_success else str((answer or {}).get("error", ""))
        raise self.retry_table.error(
            self.label,
            status=response.status_code,
            code=code,
            headers=response.headers,
            now=session.now,
        )


def _parent(session: Session) -> str:
    return session.parent.remote_id if session.parent else ""


def _json(content: bytes) -> dict[str, Any] | None:
    try:
        parsed = json.loads(content)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


class KeyedChannel(TestChannel):
    slug = "test_a"
    delivery_class = DeliveryClass.A

    def publish(self, payload: Payload, session: Session) -> Published:
        path = f"/posts/{payload['key']}"
        post = self._call("PUT", path, session, self._said(payload, session))
        return Published(post["id"], f"{session.server}/posts/{post['id']}")

    def find(self, payload: Payload, session: Session) -> Found | None:
        try:
            post = self._call("GET", f"/posts/{payload['key']}", session)
        except ChannelError as error:
            if error.extra.get("http_status") == 404:
                return None
            raise
        return Found(post["id"], f"{session.server}/posts/{post['id']}")


class PlainChannel(TestChannel):
    """Posts get their id over there; the only way to know is to look."""

    def publish(self, payload: Payload, session: Session) -> Published:
        post = self._call("POST", "/posts", session, self._said(payload, session))
        return Published(post["id"], f"{session.server}/posts/{post['id']}")


class ReadableChannel(PlainChannel):
    slug = "test_c"
    delivery_class = DeliveryClass.C

    def find(self, payload: Payload, session: Session) -> Found | None:
        """Same words, not older than the post's own time; never the newest."""
        posts = self._call("GET", "/posts", session)["posts"]
        same = [
            post
            for post in posts
            if post["text"] == payload["text"]
            and post["at"] >= payload["from"] - 1
            and post["parent"] == _parent(session)
        ]
        return Found(same[0]["id"], f"{session.server}/posts/{same[0]['id']}") if same else None


class SilentChannel(PlainChannel):
    slug = "test_d"
    delivery_class = DeliveryClass.D


class TwoPhaseChannel(TestChannel):
    """A container that is kept before it is told to become a post, which it does once at most.

    A second container of the same words would be a second post.
    """

    slug = "test_b"
    delivery_class = DeliveryClass.B
    retry_table = RetryTable(
        {
            **TestChannel.retry_table.rules,
            (400, "not_ready"): Rule(Outcome.AMBIGUOUS),
            (400, "expired"): Rule(Outcome.NOT_SENT),
        }
    )

    def prepare(self, payload: Payload, session: Session) -> None:
        super().prepare(payload, session)
        self._container(payload, session)

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        name = self._container(payload, session)
        answer = self._call("POST", f"/containers/{name}/publish", session, {})
        if answer.get("status") == "working":
            return Accepted(CHECK_AFTER_SECONDS, "The test network works on the post.")
        return Published(answer["id"], f"{session.server}/posts/{answer['id']}")

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        name = session.handle.get("container")
        told = self._call("GET", f"/containers/{name}", session) if name else {"status": "ready"}
        if told["status"] == "failed":
            raise ChannelError(
                "The test network could not work with the post. Change it and send it again.",
                permanent=True,
                code="processing_failed",
            )
        if told["status"] == "working":
            return Accepted(CHECK_AFTER_SECONDS, "The test network works on the post.")
        if told["status"] == "published":
            return Found(told["post"], f"{session.server}/posts/{told['post']}")
        return None

    def _container(self, payload: Payload, session: Session) -> str:
        """The one of this delivery; another one only when the network has dropped it."""
        name = session.handle.get("container")
        if name and self._call("GET", f"/containers/{name}", session)["status"] != "expired":
            return str(name)
        made = self._call("POST", "/containers", session, self._said(payload, session))
        session.fault(CrashPoint.MEDIA_RECEIVED)
        session.save_handle({**session.handle, "container": made["id"]})
        return str(made["id"])


TEST_CHANNELS: tuple[Channel, ...] = (
    KeyedChannel(),
    TwoPhaseChannel(),
    ReadableChannel(),
    SilentChannel(),
)
