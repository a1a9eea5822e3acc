"""The model's test double: scripted answers, no network, no provider library.

    with double.script({"analyst": [Analysis(...), ModelUnavailable("busy")]}) as calls:
        ...
    assert calls[0].agent == "analyst"

While a script is active every organization has a model, routes and prices are not asked, the meter
is not either, and stored answers work as ever.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from config.kernel.llm.spec import AgentSpec, Answer, In, Out, Usage

if TYPE_CHECKING:
    from pydantic import BaseModel

MODEL, PROVIDER = "double", "double"

Scripted: TypeAlias = "BaseModel | Mapping[str, Any] | Exception | Callable[[Any], Any]"


@dataclass(frozen=True)
class Call:
    """One question that an agent asked."""

    agent: str
    version: str
    values: BaseModel


@dataclass
class _Script:
    answers: dict[str, deque[Scripted]]
    calls: list[Call] = field(default_factory=list)


_active: list[_Script] = []


@contextmanager
def script(
    answers: Mapping[str, Sequence[Scripted] | Callable[[Any], Any]],
) -> Iterator[list[Call]]:
    """Answers by agent name, used in order; a function instead of a list answers every call.

    An answer may be the output, its fields as a mapping, an exception to raise, or a function of
    the input. Yields the list of calls, which grows as they come.
    """
    queues: dict[str, deque[Scripted]] = defaultdict(deque)
    for agent, scripted in answers.items():
        queues[agent] = deque([_Always(scripted)] if callable(scripted) else scripted)
    current = _Script(queues)
    _active.append(current)
    try:
        yield current.calls
    finally:
        _active.remove(current)


def is_active() -> bool:
    return bool(_active)


def answer(spec: AgentSpec[In, Out], values: In) -> Answer[Out]:
    """Raises what was scripted, and LookupError for an agent with nothing left to say."""
    from pydantic import BaseModel

    current = _active[-1]
    current.calls.append(Call(spec.name, spec.version, values))
    queue = current.answers.get(spec.name)
    if not queue:
        raise LookupError(f"The script has no answer left for the agent {spec.name!r}.")
    scripted = queue[0] if isinstance(queue[0], _Always) else queue.popleft()
    if isinstance(scripted, Exception):
        raise scripted
    if not isinstance(scripted, BaseModel) and callable(scripted):
        scripted = scripted(values)
    output = spec.output_type.model_validate(
        scripted.model_dump() if isinstance(scripted, BaseModel) else scripted
    )
    return Answer(output, MODEL, PROVIDER, Usage(requests=1), cost_micros=0, cached=False)


class _Always:
    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function

    def __call__(self, values: Any) -> Any:
        return self._function(values)
