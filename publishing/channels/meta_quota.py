"""How many posts of a day Meta still takes of an account, as Meta itself counts them.

Source: Meta's pages "Content Publishing Limit" (Instagram Platform) and "Retrieve Publishing Quota
Limit" (Threads API), as of 2026-11. The number differs between Meta's own pages, so it is asked.
"""

from __future__ import annotations

from typing import ClassVar

from .base import Finding, Payload, Reading, Session
from .errors import Outcome, with_outcome
from .meta import MetaChannel
from .rest import count

FULL_SECONDS = 3600.0
"""The limits count over a day that moves along, so there may be room again in an hour."""


class QuotaChannel(MetaChannel):
    limit_edge: ClassVar[str]
    limit_fields: ClassVar[str]

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

    def refuse_full(self, payload: Payload, session: Session) -> None:
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
