"""Trying an agent out with options that nobody saved: what operators see before they save them."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin
from uuid import UUID, uuid4

from config.kernel.errors import DomainError, Invalid
from config.kernel.llm import is_offline, run
from config.kernel.llm.options import AgentOptions, trying
from config.kernel.llm.spec import AgentSpec

if TYPE_CHECKING:
    from pydantic import BaseModel

MOST_SECONDS: Final = 25.0  # a page waits for it
VALUE_CHARACTERS: Final = 10_000

# What a field of an agent's input may hold, by its name; any other field begins with its default.
SAMPLES: Final[Mapping[str, str]] = {
    "title": "Rye is back",
    "name": "Miller's Bakery",
    "brand": "Miller's Bakery",
    "voice": "friendly, plain",
    "audience": "People around Elm Street",
    "pillars": "Our bread\nBehind the scenes",
    "platform": "Bluesky, at most 300 characters with hashtags and link",
    "angle": "user_benefit: what the reader gains, saves or is spared.",
    "rules": "language: en\nat most 1 emoji\n1 or 2 hashtags",
    "summary": "The bakery's rye bread is back on Friday.",
    "key_points": "The dough rests for 22 hours.\nA loaf costs $4.80.",
    "facts": "The dough rests for 22 hours.\nA loaf costs $4.80.",
    "material": "Our rye bread is back on Friday. The dough rests for 22 hours, so the crust "
    "cracks. A loaf costs $4.80 and weighs one pound. We bake it on Fridays only.",
    "text": "Our rye bread is back on Friday. The dough rests for 22 hours. A loaf costs $4.80.",
    "task": "Shorten it to at most 60 characters for Bluesky.",
    "post": "Our rye bread is back on Friday.",
    "passages": "1. Our rye bread contains no milk.",
    "comment": "Does your rye bread contain milk?",
    "question": "Does the rye bread contain milk?",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it: the output as indented JSON, or why there is none."""

    output: str
    error: str
    model_used: str
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int = 0
    seconds: float = 0.0


def sample_of(spec: AgentSpec[Any, Any]) -> dict[str, str]:
    """A value to begin with for each field of an agent's input, as text: lists a line an item."""
    return {
        name: SAMPLES.get(name, _default(field.default))
        for name, field in spec.input_type.model_fields.items()
    }


def is_list(spec: AgentSpec[Any, Any], name: str) -> bool:
    return get_origin(spec.input_type.model_fields[name].annotation) in (list, tuple)


def values_of(spec: AgentSpec[Any, Any], said: Mapping[str, str]) -> BaseModel:
    """An agent's input from texts. Raises Invalid, naming the field."""
    from pydantic import ValidationError

    given = {name: _read(spec, name, said.get(name, "")) for name in spec.input_type.model_fields}
    try:
        values: BaseModel = spec.input_type.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        raise Invalid(f"{field}: {first['msg']}.", field=field) from None
    return values


def try_agent(
    *,
    spec: AgentSpec[Any, Any],
    values: BaseModel,
    options: AgentOptions,
    organization_id: UUID | None,
) -> Trial:
    """Run one agent now with these options, by the model that would answer, else offline.

    A model's answer costs what it costs: an organization's budget, or nobody's without one. Call it
    with no transaction open. Errors come back as sentences, since they are what one tries for.
    """
    started = monotonic()
    try:
        with trying(spec.name, options):
            if is_offline(organization_id, spec.purpose, spec.name):
                trial = _offline(spec, values)
            else:
                trial = _by_model(spec, values, organization_id)
    except DomainError as error:
        trial = Trial("", error.message, "")
    return replace(trial, seconds=round(monotonic() - started, 2))


def _by_model(spec: AgentSpec[Any, Any], values: BaseModel, organization_id: UUID | None) -> Trial:
    in_time = replace(spec, deadline_seconds=min(spec.deadline_seconds, MOST_SECONDS))
    answer = run(in_time, values, step_key=f"try:{uuid4()}", organization_id=organization_id)
    return Trial(
        output=_shown(answer.output),
        error="",
        model_used=f"{answer.provider}:{answer.model}",
        input_tokens=answer.usage.input_tokens,
        cached_tokens=answer.usage.cache_read_tokens,
        output_tokens=answer.usage.output_tokens,
        cost_micros=answer.cost_micros,
    )


def _offline(spec: AgentSpec[Any, Any], values: BaseModel) -> Trial:
    counterpart = spec.offline or _offline_counterparts().get(spec.name)
    if counterpart is None:
        raise Invalid(
            "No model is configured here, or the agent is switched off, and its offline "
            "counterpart works on rows rather than on a sample. Choose a model to try it."
        )
    return Trial(_shown(counterpart(values)), "", "offline")


def _offline_counterparts() -> dict[str, Callable[[Any], BaseModel]]:
    from content.agents.offline.trials import analyse_sample, write_sample

    return {"analyst": analyse_sample, "copywriter": write_sample}


def _shown(output: BaseModel) -> str:
    return json.dumps(output.model_dump(mode="json"), indent=2, ensure_ascii=False)


def _default(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(str(item) for item in value)
    return value if isinstance(value, str) else ""


def _read(spec: AgentSpec[Any, Any], name: str, text: str) -> Any:
    kind = spec.input_type.model_fields[name].annotation
    text = text.replace("\r\n", "\n").strip()[:VALUE_CHARACTERS]
    if is_list(spec, name):
        return [line.strip() for line in text.split("\n") if line.strip()]
    if not text and (kind is not str):
        return None if isinstance(kind, types.UnionType) and type(None) in get_args(kind) else text
    return text
