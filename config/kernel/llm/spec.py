"""What an agent is to the gateway, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    # Only agents need the library itself; web processes know them by name.
    from pydantic import BaseModel

In = TypeVar("In", bound="BaseModel")
Out = TypeVar("Out", bound="BaseModel")


@dataclass(frozen=True)
class Picture:
    """A picture that goes with a question: small, and of a kind that every model reads."""

    data: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, kw_only=True)
class AgentSpec(Generic[In, Out]):
    """One agent: what it is told, what goes in, what must come out.

    `input_type` and `output_type` are flat: strings, numbers, short enums and lists of them. Every
    field of the input is sent as data, never as an instruction. Raise `version` with every change
    of the instructions or the types, because stored answers belong to a version.
    `check` looks at a well-formed answer and returns what is wrong with it, as a sentence for the
    model, or None; one repair turn follows.
    `varying` names the fields of the input that differ between calls on one material: they are sent
    last, so that providers keep what stands before them and charge less for it the next time.
    `pictures` are looked at with the input; an agent that looks lays them over its own spec.
    `offline` answers the same input without a model, for an operator who tries the agent out.
    """

    name: str
    version: str
    purpose: str
    instructions: str
    input_type: type[In]
    output_type: type[Out]
    temperature: float = 0.7
    max_tokens: int = 1500
    deadline_seconds: float = 60.0
    check: Callable[[In, Out], str | None] | None = None
    varying: tuple[str, ...] = ()
    offline: Callable[[In], Out] | None = None
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Usage:
    """Tokens and requests of one call, all tries of the answering route together.

    `unmeasured` counts requests that may have been billed although no answer was seen; they are
    priced at their worst case, so that a budget never runs behind the bill. The cached tokens are
    a part of the input's: read from the provider's cache at a lower price, or written to it.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    requests: int = 0
    unmeasured: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


@dataclass(frozen=True)
class Answer(Generic[Out]):
    """A checked answer. `cost_micros` is in millionths of a dollar; 0 when it was stored before."""

    output: Out
    model: str
    provider: str
    usage: Usage
    cost_micros: int
    cached: bool
