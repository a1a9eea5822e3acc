"""How an agent works where operators say it differently from its file. Content fills the slot."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from typing import Protocol, runtime_checkable
from uuid import UUID

from config.kernel.hooks import Slot
from config.kernel.llm.spec import AgentSpec, In, Out

DEFAULT_RETRIES = 2  # after the first try at one model; specification 2c, resilience: 3 tries
MOST_RETRIES = 10  # specification 4b


@dataclass(frozen=True)
class AgentOptions:
    """None and empty leave the file's word. `model` is "provider:name".

    `instructions` are added after the agent's own: they come from operators and are trusted.
    """

    model: str = ""
    temperature: float | None = None
    max_tokens: int | None = None
    instructions: str = ""
    retries: int | None = None
    is_enabled: bool = True

    @property
    def provider_and_name(self) -> tuple[str, str]:
        provider, _, name = self.model.partition(":")
        return provider.strip().lower(), name.strip()

    @property
    def tries(self) -> int:
        return 1 + (DEFAULT_RETRIES if self.retries is None else min(self.retries, MOST_RETRIES))

    @property
    def mark(self) -> str:
        """Stands for everything here that may change an answer; empty when nothing does."""
        said = (self.model, self.temperature, self.max_tokens, self.instructions.strip())
        if said == ("", None, None, ""):
            return ""
        return hashlib.sha256(repr(said).encode()).hexdigest()[:8]

    def over(self, below: AgentOptions) -> AgentOptions:
        """These laid over others: what is said here wins, instructions of both are heard, and an
        agent that either of the two switched off is off."""
        chosen = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) not in (None, "")
        }
        both = "\n\n".join(each for each in (below.instructions, self.instructions) if each)
        enabled = self.is_enabled and below.is_enabled
        return replace(below, **{**chosen, "instructions": both, "is_enabled": enabled})

    def apply(self, spec: AgentSpec[In, Out]) -> AgentSpec[In, Out]:
        """The agent as it works with these; its version says so, since answers belong to one."""
        if not self.mark:
            return spec
        added = self.instructions.strip()
        return replace(
            spec,
            version=f"{spec.version}+{self.mark}",
            instructions=f"{spec.instructions.strip()}\n\n{added}" if added else spec.instructions,
            temperature=spec.temperature if self.temperature is None else self.temperature,
            max_tokens=self.max_tokens or spec.max_tokens,
        )


PLAIN = AgentOptions()


@runtime_checkable
class OptionSource(Protocol):
    def options(self, organization_id: UUID | None, agent: str) -> AgentOptions:
        """What stands for an agent there, at most a minute old."""
        ...


option_source: Slot[OptionSource] = Slot("llm.options", OptionSource)  # type: ignore[type-abstract]

_tried: ContextVar[dict[str, AgentOptions] | None] = ContextVar("tried_options", default=None)


def options_for(organization_id: UUID | None, agent: str) -> AgentOptions:
    """The options that count now: those that are being tried out, else those of the rows."""
    from config.kernel.llm import double

    tried = (_tried.get() or {}).get(agent)
    if tried is not None:
        return tried
    source = option_source.get()
    if source is None or not agent or double.is_active():
        return PLAIN
    return source.options(organization_id, agent)


@contextmanager
def trying(agent: str, options: AgentOptions) -> Iterator[None]:
    """Work with options that nobody saved, in this context only."""
    token = _tried.set({**(_tried.get() or {}), agent: options})
    try:
        yield
    finally:
        _tried.reset(token)
