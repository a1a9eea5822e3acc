"""What a published post would cost: the prompts of one whole cycle, counted, at the list price.

A cycle is one analysis, three candidates, one of which needs a second attempt, and an adaptation to
another network. The prompts are the agents' own for a brand with everything filled in; only the
model's answers are samples. Tokens are counted from characters, since counters are providers' own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from config.kernel.llm import double
from config.kernel.llm.errors import ModelMisconfigured
from config.kernel.llm.prices import cost_micros
from config.kernel.llm.prompt import data_slots, system_prompt
from config.kernel.llm.routes import Route
from config.kernel.llm.spec import AgentSpec, Usage
from content.agents import (
    Analysis,
    BrandBrief,
    Draft,
    MaterialBrief,
    PlatformRules,
    analyse,
    write,
)
from content.agents.adapter import SPEC as ADAPTER
from content.agents.adapter import AdapterOutput, adapt
from content.agents.analyst import SPEC as ANALYST
from content.agents.copywriter import SPEC as COPYWRITER

CHARACTERS_PER_TOKEN: Final = 3.8  # of English prose; the providers say "about four"
SCHEMA_FRAME_TOKENS: Final = 60  # what a provider wraps a form in
SHORTEST_CACHED_TOKENS: Final = 1_024  # below it no provider keeps a prompt
MATERIAL_CHARACTERS: Final = 4_000

_SENTENCE = "Our workshop rebuilds wooden masts in twelve days and planes every one by hand. "
_POST = (
    "Twelve days is what a new mast takes us. It is planed by hand from Douglas fir and gets seven "
    "coats of varnish, so the sea stays out of it for many seasons. Bring your old mast, and we "
    "measure it while you wait. Which one has served you longest?"
)
_ANALYSIS = Analysis(
    summary=_SENTENCE * 2,
    key_points=[_SENTENCE.strip()] * 6,
    keywords=["wooden masts", "Douglas fir", "varnish", "workshop", "measuring"] * 2,
    suggested_angles=["user_benefit", "educational", "storytelling"],
    type="article",
    sentiment="informative",
    audience="People who sail small wooden boats",
    pillar="Craft",
    language="en",
)
_DRAFT = Draft(
    text=_POST * 2,
    hashtags=["WoodenBoats", "Masts", "Craft"],
    angle="user_benefit",
    cited=[_SENTENCE.strip()] * 3,
)
_BRAND = BrandBrief(
    name="Harbour & Pine",
    business_type="Boat workshop",
    location="Falmouth",
    target_audience="People who sail small wooden boats",
    tone=("friendly", "confident"),
    personality="A craftsman who explains.",
    custom_context=_SENTENCE * 4,
    unique_selling_points=("Twelve days", "Planed by hand", "Seven coats of varnish"),
    words_to_use=("mast", "spar", "varnish"),
    words_to_avoid=("cheap", "revolutionary"),
    default_hashtags=("WoodenBoats",),
    example_posts=(_POST,) * 3,
    recent_posts=(_POST[:160],) * 15,
    voice_direction=_SENTENCE * 3,
    vocabulary=("spar", "planed", "rig"),
    writing_rules=("Short sentences.", "Speak to one reader.", "Figures as digits."),
    avoidances=("Superlatives", "Rhetorical questions in a row"),
    learned=("People shorten the first sentence.",) * 3,
)
_RULES = PlatformRules(slug="", label="LinkedIn", max_characters=3_000)
_SHORT = PlatformRules(slug="", label="Short", max_characters=200)


@dataclass(frozen=True, slots=True)
class Step:
    """One request of the cycle, in tokens; `stable` is what others of its purpose begin with."""

    purpose: str
    stable: int
    varying: int
    output: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of one post; `is_cached` says whether the provider keeps prompts at a lower price."""

    writing: str
    other: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost_micros: int


def cycle(material_characters: int = MATERIAL_CHARACTERS) -> list[Step]:
    """The requests that one published post takes, counted. Asks no model."""
    return list(_steps(material_characters))


def estimate(provider: str, *, writing: str, other: str, steps: Sequence[Step]) -> Estimate:
    """The cycle with one model for writing and one for the rest. Raises ModelMisconfigured when the
    price list does not know one of them."""
    into = cached = out = cost = 0
    before: dict[str, int] = {}
    for step in steps:
        route = Route(provider, writing if step.purpose == COPYWRITER.purpose else other)
        usage = _usage(route, step, before.get(step.purpose, 0))
        before[step.purpose] = step.stable
        into, out = into + usage.input_tokens, out + usage.output_tokens
        cached += usage.cache_read_tokens
        cost += cost_micros(route, usage)
    return Estimate(f"{provider}:{writing}", f"{provider}:{other}", into, cached, out, cost)


def _usage(route: Route, step: Step, kept: int) -> Usage:
    """With what stands in the provider's cache read from it, and what can be kept written to it."""
    plain = Usage(input_tokens=step.stable + step.varying, output_tokens=step.output)
    if step.stable < SHORTEST_CACHED_TOKENS or not step.varying:
        return plain
    read = min(kept, step.stable) if kept >= SHORTEST_CACHED_TOKENS else 0
    written = 0 if read else step.stable
    return Usage(
        input_tokens=plain.input_tokens,
        output_tokens=plain.output_tokens,
        cache_read_tokens=read,
        cache_write_tokens=written if route.provider in _PAID_WRITES else 0,
    )


# Where keeping a prompt costs more than reading it plainly: what stands before the mark is written.
_PAID_WRITES: Final = frozenset({"anthropic", "openai"})


def _steps(material_characters: int) -> Iterator[Step]:
    text = (_SENTENCE * (material_characters // len(_SENTENCE) + 1))[:material_characters]
    material = MaterialBrief(text=text, title="Masts", source_url="https://harbour.example/masts")
    answers = {"analyst": _always(_ANALYSIS), "copywriter": _always(_DRAFT)}
    answers["adapter"] = _always(AdapterOutput(text=_POST[:200]))
    with double.script(answers) as calls:
        analyse(material, _BRAND, organization_id=None, step_key="")
        for shown, faults in ((0, 0), (1, 0), (2, 0), (2, 2)):
            write(
                _BRAND,
                material,
                _ANALYSIS,
                "user_benefit",
                _RULES,
                organization_id=None,
                step_key="",
                shown=[_DRAFT.text] * shown,
                faults=[_SENTENCE] * faults,
            )
        adapt(
            _DRAFT.model_copy(update={"text": _POST.replace(". ", ", ")}),
            _BRAND,
            _SHORT,
            facts=(),
            written_for=_RULES.max_characters,
            written_by="",
            organization_id=None,
            step_key="",
        )
    outputs = {"analyst": _ANALYSIS, "copywriter": _DRAFT, "adapter": AdapterOutput(text=_POST)}
    specs = {each.name: each for each in (ANALYST, COPYWRITER, ADAPTER)}
    for call in calls:
        yield _step(specs[call.agent], call.values, outputs[call.agent])


def _step(spec: AgentSpec[Any, Any], values: BaseModel, output: BaseModel) -> Step:
    form = str(spec.output_type.model_json_schema())
    stable, varying = data_slots(values, spec.varying)
    return Step(
        purpose=spec.purpose,
        stable=_tokens(system_prompt(spec.instructions), form, stable) + SCHEMA_FRAME_TOKENS,
        varying=_tokens(varying),
        output=_tokens(output.model_dump_json()),
    )


def _tokens(*texts: str) -> int:
    return round(sum(len(text) for text in texts) / CHARACTERS_PER_TOKEN)


def _always(answer: BaseModel) -> Any:
    return lambda values: answer


def known_estimates(material_characters: int = MATERIAL_CHARACTERS) -> list[Estimate]:
    """For every provider: its small model alone, and its flagship for the writing."""
    from content.services.known_models import FAST, FLAGSHIP, KNOWN

    steps = cycle(material_characters)
    small = {each.provider: each.name for each in KNOWN if each.is_default and each.kind == FAST}
    found = [estimate(each, writing=name, other=name, steps=steps) for each, name in small.items()]
    for each in KNOWN:
        if each.kind != FLAGSHIP:
            continue
        try:
            found.append(
                estimate(each.provider, writing=each.name, other=small[each.provider], steps=steps)
            )
        except ModelMisconfigured:
            continue
    return found
