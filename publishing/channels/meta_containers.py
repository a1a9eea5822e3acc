"""Containers of Meta's networks: what is made before anything is published.

A container holds one file, or several by their own containers, and the words. It is worked on, then
FINISHED; it runs out (EXPIRED) unpublished after a day. Its id is kept as soon as it is made.

Source: Meta's pages "IG Container" (Instagram Platform) and "Posts" and "Troubleshooting" (Threads
API), as of 2026-11.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from .base import Accepted, ChannelError, CrashPoint, Payload, Session
from .meta_errors import is_gone, not_understood
from .meta_quota import QuotaChannel
from .waits import still_at_it

FINISHED, IN_PROGRESS, PUBLISHED = "FINISHED", "IN_PROGRESS", "PUBLISHED"
ERROR, EXPIRED, GONE = "ERROR", "EXPIRED", "GONE"
CHECK_SECONDS = 15.0
RAN_OUT = ("2207006", "2207008", "2207020")

_CODE = re.compile(r"\b(22\d{5}|36\d{3})\b")


class Containers(QuotaChannel):
    make_edge: ClassVar[str]
    state_fields: ClassVar[tuple[str, str]]
    """Names of a container's state, and of the words that explain it."""

    @abstractmethod
    def single(self, payload: Payload, session: Session) -> dict[str, str]:
        """The container of a post with one file or none."""

    @abstractmethod
    def child(self, item: Mapping[str, Any], session: Session) -> dict[str, str]:
        """The container of one file of several."""

    @abstractmethod
    def carousel(self, payload: Payload, children: list[str]) -> dict[str, str]: ...

    def build(self, payload: Payload, session: Session) -> Accepted | None:
        """Make the containers that are not there yet, each kept as soon as it is made."""
        if session.handle.get("container"):
            return None
        self.refuse_full(payload, session)
        media = payload["media"]
        if len(media) < 2:
            made = self._make(payload, self.single(payload, session), session)
            session.save_handle({**session.handle, "container": made})
            return None
        for item in media[len(session.handle.get("children", ())) :]:
            made = self._make(payload, self.child(item, session), session)
            children = [*session.handle.get("children", ()), made]
            session.save_handle({**session.handle, "children": children})
        if (waiting := self.children(payload, session)) is not None:
            return waiting
        try:
            made = self._make(payload, self.carousel(payload, session.handle["children"]), session)
        except ChannelError as error:
            if error.code in RAN_OUT:
                self.forget(session)
            raise
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

    def children(self, payload: Payload, session: Session) -> Accepted | None:
        """Videos among several files have to be done before they can stand together."""
        for made, item in zip(session.handle.get("children", ()), payload["media"], strict=False):
            if not item["is_video"]:
                continue
            state, words = self.look(made, session)
            if state == IN_PROGRESS:
                return self.working(session)
            if state == ERROR:
                raise self.failed(words, session)
            if state in (EXPIRED, GONE):
                self.forget(session)
                raise ChannelError(
                    f"{self.label} has let what was prepared run out. Warren prepares it again.",
                    code="ran_out",
                )
        return None

    def look(self, container: str, session: Session) -> tuple[str, str]:
        """How a container stands, and Meta's words for it."""
        name, words = self.state_fields
        try:
            answer = self.calling(
                session, lambda api: api.get(f"/{container}", {"fields": f"{name},{words}"})
            )
        except ChannelError as error:
            if is_gone(error):
                return GONE, ""
            raise
        state = str(answer.dig(name) or "")
        if state not in (FINISHED, IN_PROGRESS, PUBLISHED, EXPIRED, ERROR):
            raise not_understood(self.label)
        return state, str(answer.dig(words) or "")

    def failed(self, words: str, session: Session) -> ChannelError:
        """A container that failed stays failed, so the next attempt begins with a new one."""
        code = _CODE.search(words)
        self.forget(session)
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

    def forget(self, session: Session) -> None:
        kept = {
            name: value
            for name, value in session.handle.items()
            if name not in ("container", "children", "waiting_since")
        }
        session.save_handle(kept)

    def working(self, session: Session) -> Accepted:
        says = f"{self.label} is working on the pictures or the video."
        return still_at_it(session, Accepted(CHECK_SECONDS, says), self.label)
