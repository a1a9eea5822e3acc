"""Networks of Meta that publish in two steps: a container is made, and then published once.

Class B: the container's id stands in the handle before the step that publishes. After an unknown
outcome the container is asked; PUBLISHED means that the post is out, and only then is it looked for
among the account's own by words, number of files and time. A container that has run out unpublished
is made again, but only once no such post is there. It is never published twice, by Meta's own rule.

Source: Meta's pages "Content Publishing" and "IG Container" (Instagram Platform), "Posts" and
"Troubleshooting" (Threads API), read 2026-11.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from .base import (
    Accepted,
    AccountFacts,
    ChannelError,
    CrashPoint,
    DeliveryClass,
    Draft,
    Finding,
    Found,
    Payload,
    Published,
    Reading,
    Session,
)
from .errors import Outcome, with_outcome
from .meta import MetaChannel
from .meta_errors import is_gone, not_understood
from .readback import looked_since, moment, note_sending, plain, was_tried
from .rest import count, dig

FINISHED, IN_PROGRESS, PUBLISHED = "FINISHED", "IN_PROGRESS", "PUBLISHED"
ERROR, EXPIRED, GONE = "ERROR", "EXPIRED", "GONE"
CHECK_SECONDS = 15.0
FULL_SECONDS = 3600.0
"""The limits count over a day that moves along, so there may be room again in an hour."""

_CODE = re.compile(r"\b(22\d{5}|36\d{3})\b")


class ContainerChannel(MetaChannel):
    delivery_class = DeliveryClass.B
    make_edge: ClassVar[str]
    publish_edge: ClassVar[str]
    limit_edge: ClassVar[str]
    limit_fields: ClassVar[str]
    state_fields: ClassVar[tuple[str, str]]
    """Names of a container's state, and of the words that explain it."""
    row_fields: ClassVar[str]
    text_field: ClassVar[str]

    @abstractmethod
    def single(self, payload: Payload, session: Session) -> dict[str, str]:
        """The container of a post with one file or none."""

    @abstractmethod
    def child(self, item: Mapping[str, Any], session: Session) -> dict[str, str]:
        """The container of one file of several."""

    @abstractmethod
    def carousel(self, payload: Payload, children: list[str]) -> dict[str, str]: ...

    # Freezing

    def problems(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        own, limits = super().problems(draft, account), self.limits_for(account)
        if not own and len(draft.media) > limits.images_max:
            own = (
                f"{self.label} takes {limits.images_max} pictures and videos together and this "
                f"post has {len(draft.media)}: take some away.",
            )
        return own

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        return {
            "kind": draft.kind.value,
            "at": now.isoformat(),
            "owner": account.remote_id,
            "text": self.compose(draft),
            "link": draft.link or "",
            "media": [
                {"reference": each.reference, "alt": each.alt, "is_video": each.is_video}
                for each in draft.media
            ],
        }

    # Sending

    def prepare(self, payload: Payload, session: Session) -> None:
        """Renew an ending token, read the quota, make the containers. Nothing is published."""
        self.access_token(session)
        self._build(payload, session)

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        ready = self._advance(payload, session)
        if isinstance(ready, Accepted):
            return ready
        if isinstance(ready, Found):
            return Published(ready.remote_id, ready.url)
        tried_before = was_tried(session)
        note_sending(session)
        try:
            made = self._publish(payload, session)
        except ChannelError as error:
            if error.ambiguous or not tried_before:
                raise
            found = self._already(payload, session)
            if found is None:
                raise
            return Published(found.remote_id, found.url)
        return Published(made, self.permalink(made, session))

    def _publish(self, payload: Payload, session: Session) -> str:
        path = f"/{payload['owner']}/{self.publish_edge}"
        form = {"creation_id": session.handle["container"]}

        def call(api: Any) -> str:
            answer = api.call("POST", path, makes_post=True, data=form)
            if not answer.dig("id"):
                raise api.unreadable(answer)
            return str(answer.dig("id"))

        return self.calling(session, call)

    def permalink(self, remote_id: str, session: Session) -> str:
        """Where the post is seen. The post is out, so a failure here is none."""
        try:
            told = self.calling(
                session, lambda api: api.get(f"/{remote_id}", {"fields": "permalink"})
            )
        except ChannelError:
            return self.home(session)
        return str(told.dig("permalink") or self.home(session))

    @abstractmethod
    def home(self, session: Session) -> str:
        """The account's own page, where a post's address is not told."""

    # Containers

    def _build(self, payload: Payload, session: Session) -> Accepted | None:
        """Make the containers that are not there yet, each kept as soon as it is made."""
        if session.handle.get("container"):
            return None
        self._refuse_full(payload, session)
        media = payload["media"]
        if len(media) < 2:
            made = self._make(payload, self.single(payload, session), session)
            session.save_handle({**session.handle, "container": made})
            return None
        for item in media[len(session.handle.get("children", ())) :]:
            made = self._make(payload, self.child(item, session), session)
            children = [*session.handle.get("children", ()), made]
            session.save_handle({**session.handle, "children": children})
        if (waiting := self._children(payload, session)) is not None:
            return waiting
        made = self._make(payload, self.carousel(payload, session.handle["children"]), session)
        session.save_handle({**session.handle, "container": made})
        return None

    def _make(self, payload: Payload, form: dict[str, str], session: Session) -> str:
        path = f"/{payload['owner']}/{self.make_edge}"
        session.fault(CrashPoint.MEDIA_UPLOADING)
        answer = self.calling(session, lambda api: api.call("POST", path, data=form))
        if not answer.dig("id"):
            raise not_understood(self.label)
        session.fault(CrashPoint.MEDIA_RECEIVED)
        return str(answer.dig("id"))

    def _children(self, payload: Payload, session: Session) -> Accepted | None:
        """Videos among several files have to be done before they can stand together."""
        for made, item in zip(session.handle.get("children", ()), payload["media"], strict=False):
            if not item["is_video"]:
                continue
            state = self._state(made, session)
            if state == IN_PROGRESS:
                return self._working()
            if state in (EXPIRED, GONE):
                self._forget(session)
                return None
        return None

    def _state(self, container: str, session: Session) -> str:
        """How a container stands. Raises ChannelError when Meta could make nothing of its file."""
        name, words = self.state_fields
        try:
            answer = self.calling(
                session, lambda api: api.get(f"/{container}", {"fields": f"{name},{words}"})
            )
        except ChannelError as error:
            if is_gone(error):
                return GONE
            raise
        state = str(answer.dig(name) or "")
        if state == ERROR:
            raise self._failed(str(answer.dig(words) or ""), session)
        if state not in (FINISHED, IN_PROGRESS, PUBLISHED, EXPIRED):
            raise not_understood(self.label)
        return state

    def _failed(self, words: str, session: Session) -> ChannelError:
        """A container that failed stays failed, so the next attempt begins with a new one."""
        code = _CODE.search(words)
        self._forget(session)
        if code and (None, code.group(1)) in self.retry_table.rules:
            return self.retry_table.error(
                self.label, status=400, code=code.group(1), detail=words, now=session.now
            )
        told = words.replace("_", " ").strip().rstrip(".").lower() or "it does not say why"
        return ChannelError(
            f"{self.label} could not use a picture or the video of this post: {told}. Save it "
            "again in another format and replace it.",
            permanent=True,
            code="container_failed",
        )

    def _forget(self, session: Session) -> None:
        kept = {
            name: value
            for name, value in session.handle.items()
            if name not in ("container", "children")
        }
        session.save_handle(kept)

    def _advance(self, payload: Payload, session: Session) -> Accepted | Found | None:
        """Bring the container as far as it goes; None when it is ready to be published."""
        for _ in range(2):
            if (waiting := self._build(payload, session)) is not None:
                return waiting
            state = self._state(session.handle["container"], session)
            if state == FINISHED:
                return None
            if state == IN_PROGRESS:
                return self._working()
            if state == PUBLISHED:
                return self._located(payload, session) or self._showing()
            if was_tried(session) and (found := self._located(payload, session)) is not None:
                return found
            self._forget(session)
        return self._working()

    def _working(self) -> Accepted:
        return Accepted(CHECK_SECONDS, f"{self.label} is working on the pictures or the video.")

    def _showing(self) -> Accepted:
        return Accepted(CHECK_SECONDS, f"{self.label} has published the post; it is not shown yet.")

    # Looking

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        """What became of this delivery's container; never what merely looks like the newest."""
        container = session.handle.get("container")
        if not container:
            return self._children(payload, session)
        state = self._state(container, session)
        if state == IN_PROGRESS:
            return self._working()
        if state == PUBLISHED:
            return self._located(payload, session) or self._showing()
        if state == FINISHED or not was_tried(session):
            return None
        found = self._located(payload, session)
        if found is None and state == GONE:
            raise ChannelError(
                f"{self.label} no longer knows what was prepared for this post, so it does not "
                "tell whether it is out.",
                code="container_gone",
            )
        return found

    def _already(self, payload: Payload, session: Session) -> Found | None:
        """The post, if the container turns out to be published after all."""
        if self._state(session.handle["container"], session) != PUBLISHED:
            return None
        return self._located(payload, session)

    def rows_path(self, payload: Payload) -> str:
        return f"/{payload['owner']}/{self.make_edge}"

    def _located(self, payload: Payload, session: Session) -> Found | None:
        since = looked_since(payload, session)
        path = self.rows_path(payload)
        rows = self.calling(
            session,
            lambda api: list(
                self.listed(api, path, self.row_fields, since=str(int(since.timestamp())))
            ),
        )
        ours = [row for row in rows if self.is_ours(row, payload, session, since)]
        if not ours:
            return None
        row = min(ours, key=lambda each: str(each["timestamp"]))
        return Found(str(row["id"]), str(row.get("permalink") or self.home(session)))

    def is_ours(
        self, row: Mapping[str, Any], payload: Payload, session: Session, since: datetime
    ) -> bool:
        made, several = moment(row.get("timestamp")), dig(row, "children", "data")
        files = len(several) if isinstance(several, list) else min(1, len(payload["media"]))
        return (
            made is not None
            and made >= since
            and files == len(payload["media"])
            and plain(str(row.get(self.text_field) or "")) == plain(payload["text"])
        )

    # Quota

    def quota(self, session: Session, owner: str) -> Reading | None:
        """How many posts of the last 24 hours count, as the network itself counts them."""
        answer = self.calling(
            session,
            lambda api: api.get(f"/{owner}/{self.limit_edge}", {"fields": self.limit_fields}),
        )
        used = count(answer.dig("data", 0, "quota_usage"))
        limit = count(answer.dig("data", 0, "config", "quota_total"))
        if used is None or not limit:
            return None
        return Reading("posts", limit, min(used, limit), source="endpoint")

    def _refuse_full(self, payload: Payload, session: Session) -> None:
        reading = self.quota(session, payload["owner"])
        if reading is None:
            return
        session.read_quota(reading)
        if reading.used >= reading.limit:
            raise with_outcome(
                Outcome.RATE_LIMITED,
                f"{self.label} takes {reading.limit} posts of an account in 24 hours, and those "
                "are used up. Warren sends this one when there is room again.",
                retry_after=FULL_SECONDS,
                code="quota",
            )

    def quota_finding(self, session: Session) -> Finding:
        reading = self.quota(session, session.account.remote_id)
        if reading is None:
            return Finding("quota", None, f"{self.label} did not tell how much may be posted.")
        says = f"{reading.used} of {reading.limit} posts of the last 24 hours are used."
        if reading.used < reading.limit:
            return Finding("quota", True, says)
        return Finding("quota", False, says, "Wait until the oldest of them is a day old.")
