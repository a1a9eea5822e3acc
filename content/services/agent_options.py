"""What operators set for agents, as the gateway asks for it: at most a minute old in any process.

Source: specification 4b caching (agent configuration 60 s), agent_model_configs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Final
from uuid import UUID

from config.kernel.llm.options import PLAIN, AgentOptions
from config.kernel.scoping import org_atomic
from content.models import AgentSetting, OrganizationAgentSetting
from content.models.language_model import AgentOptions as Row

CACHE_SECONDS: Final = 60.0
MOST_KEPT: Final = 2_000  # organizations whose options a process remembers

clock: Callable[[], float] = monotonic


class StoredOptions:
    """An organization's options for an agent over the installation's, read once a minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[UUID | None, tuple[float, dict[str, AgentOptions]]] = {}

    def options(self, organization_id: UUID | None, agent: str) -> AgentOptions:
        common = self._of(None).get(agent, PLAIN)
        if organization_id is None:
            return common
        own = self._of(organization_id).get(agent)
        return own.over(common) if own is not None else common

    def forget(self) -> None:
        """Read anew at the next question; other processes do so within a minute."""
        with self._lock:
            self._kept.clear()

    def _of(self, organization_id: UUID | None) -> dict[str, AgentOptions]:
        moment = clock()
        with self._lock:
            kept = self._kept.get(organization_id)
        if kept is not None and moment - kept[0] < CACHE_SECONDS:
            return kept[1]
        found = _read(organization_id)
        with self._lock:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[organization_id] = (moment, found)
        return found


stored_options = StoredOptions()


def as_options(row: Row) -> AgentOptions:
    return AgentOptions(
        model=row.model,
        temperature=row.temperature,
        max_tokens=row.max_tokens,
        instructions=row.instructions,
        retries=row.retries,
        is_enabled=row.is_enabled,
    )


def _read(organization_id: UUID | None) -> dict[str, AgentOptions]:
    if organization_id is None:
        return {row.agent: as_options(row) for row in AgentSetting.objects.all()}
    with org_atomic(organization_id):
        return {row.agent: as_options(row) for row in OrganizationAgentSetting.objects.all()}
