"""Networks of Meta that publish in two steps: a container is made, and then published once.

Class B: the container's id stands in the handle before the step that publishes. After an unknown
outcome the container is asked; PUBLISHED means that the post is out, and only then is it looked for
among the account's own by words, number of files and time. A container that has run out unpublished
is made again, but only once no such post is there. It is never published twice, by Meta's own rule.

Source: Meta's pages "Content Publishing" and "IG Container" (Instagram Platform), "Posts" and
"Troubleshooting" (Threads API), as of 2026-11.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from .base import (
    Accepted,
    AccountFacts,
    ChannelError,
    DeliveryClass,
    Draft,
    Found,
    Gone,
    Payload,
    Published,
    Session,
)
from .meta_containers import (
    CHECK_SECONDS,
    ERROR,
    FINISHED,
    GONE,
    IN_PROGRESS,
    PUBLISHED,
    Containers,
)
from .meta_errors import is_gone, not_understood
from .readback import looked_since, moment, note_sending, plain, was_tried
from .rest import count, dig
from .waits import still_at_it


class ContainerChannel(Containers):
    delivery_class = DeliveryClass.B
    publish_edge: ClassVar[str]
    row_fields: ClassVar[str]
    text_field: ClassVar[str]

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
        self.build(payload, session)

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

    def _advance(self, payload: Payload, session: Session) -> Accepted | Found | None:
        """Bring the container as far as it goes; None when it is ready to be published."""
        for _ in range(2):
            if (waiting := self.build(payload, session)) is not None:
                return waiting
            state, words = self.look(session.handle["container"], session)
            if state == FINISHED:
                return None
            if state == IN_PROGRESS:
                return self.working(session)
            if state == PUBLISHED:
                return self._located(payload, session) or self._showing(session)
            if was_tried(session) and (found := self._located(payload, session)) is not None:
                return found
            if state == ERROR:
                raise self.failed(words, session)
            self.forget(session)
        return self.working(session)

    def _showing(self, session: Session) -> Accepted:
        says = f"{self.label} has published the post; it is not shown yet."
        return still_at_it(session, Accepted(CHECK_SECONDS, says), self.label)

    # Looking

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        """What became of this delivery's container; never what merely looks like the newest."""
        container = session.handle.get("container")
        if not container:
            return self.children(payload, session)
        state, words = self.look(container, session)
        if state == IN_PROGRESS:
            return self.working(session)
        if state == PUBLISHED:
            return self._located(payload, session) or self._showing(session)
        if state == FINISHED:
            return None
        found = self._located(payload, session) if was_tried(session) else None
        if found is None and state == ERROR:
            raise self.failed(words, session)
        if found is None and state == GONE and was_tried(session):
            raise ChannelError(
                f"{self.label} no longer knows what was prepared for this post, so it does not "
                "tell whether it is out.",
                code="container_gone",
            )
        return found

    def _already(self, payload: Payload, session: Session) -> Found | None:
        """The post, if the container turns out to be published after all."""
        if self.look(session.handle["container"], session)[0] != PUBLISHED:
            return None
        return self._located(payload, session)

    def insights(
        self, post: Published, session: Session, metrics: str
    ) -> Mapping[str, int | None] | Gone:
        """What Meta counts of a post, by the names of its metrics."""
        path = f"/{post.remote_id}/insights"
        try:
            answer = self.calling(session, lambda api: api.get(path, {"metric": metrics}))
        except ChannelError as error:
            if is_gone(error):
                return Gone(f"The post was deleted on {self.label}.")
            raise
        rows = answer.dig("data")
        if not isinstance(rows, list):
            raise not_understood(self.label)
        return {str(dig(row, "name")): count(dig(row, "values", 0, "value")) for row in rows}

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
