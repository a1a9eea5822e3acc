"""Where paid answers are kept, so that a re-run of a step never pays twice. Content fills it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from config.kernel.hooks import Slot
from config.kernel.llm.spec import AgentSpec, Usage

LONGEST_KEY = 120  # characters, the width of the column


@dataclass(frozen=True)
class StoredAnswer:
    """`output` is the answer as JSON values; `step_key` is unique in an organization."""

    step_key: str
    agent: str
    agent_version: str
    provider: str
    model: str
    output: dict[str, Any]
    usage: Usage
    cost_micros: int


@runtime_checkable
class AnswerStore(Protocol):
    """Kept per organization; the gateway enters no scope by itself."""

    def get(self, step_key: str, *, organization_id: UUID | None) -> StoredAnswer | None: ...

    def put(self, answer: StoredAnswer, *, organization_id: UUID | None) -> None:
        """Keeps the first answer when two runs of one step meet."""
        ...


answer_store: Slot[AnswerStore] = Slot("llm.answers", AnswerStore)  # type: ignore[type-abstract]


def full_key(spec: AgentSpec[Any, Any], step_key: str) -> str:
    """The step's key with agent and version, hashed when it is longer than the column."""
    key = f"{spec.name}@{spec.version}:{step_key}"
    if len(key) <= LONGEST_KEY:
        return key
    return f"{spec.name}@{spec.version}:{hashlib.sha256(step_key.encode()).hexdigest()}"[
        :LONGEST_KEY
    ]
