"""The platform adapter: one text that was written for one network, made to suit another.

Specification 1c, several platforms: expanded when it is under half of a longer limit; compressed by
cutting at sentence ends first and by a model second; otherwise only its hashtags are exchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from config.kernel.errors import Invalid
from config.kernel.language.sentences import NUMBER, words_of
from config.kernel.language.spans import sentence_spans
from config.kernel.llm import AgentSpec, is_offline, run
from config.kernel.llm.agents import agents
from content.agents.briefs import OFFLINE, BrandBrief, Draft, PlatformRules

PURPOSE = "adaptation"
VERSION = "1"
FACTS_SENT = 7
LONGEST_EXPANDED = 1_200  # characters: no feed is read to the end of its limit
MOST_ADDED = 3  # sentences that the offline path adds
SHORTEST_CUT_RATIO = 0.4  # of the room: a cut that leaves less says too little

Way = Literal["hashtags", "expanded", "cut", "compressed"]

INSTRUCTIONS = """
Rewrite the text for another social network. It stays the same post: the same thought, the same
facts, the same angle, voice and language.

- The slot task says whether to make it longer or shorter, and the size to stay within. Hashtags and
  link are added after your text and already counted out.
- Keep every figure, price, date, name and quotation of the text exactly. When you shorten, leave
  whole thoughts out rather than details of those that stay. When you lengthen, use only the slot
  facts, and those word for word where they hold figures.
- Invent nothing: no figure, no link, no name, no customer, no offer.
- Follow the slot rules. Keep the first line strong. No headings, no lists, no placeholder.
- text: the post without hashtags and without a link.
"""


class AdapterInput(BaseModel):
    brand: str
    voice: str
    rules: list[str]
    facts: list[str]
    text: str
    task: str


class AdapterOutput(BaseModel):
    text: str = Field(description="The post without hashtags and link.")


@dataclass(frozen=True)
class Adapted:
    """`model_used` is "offline" or "provider:model"; `cost_micros` millionths of a dollar."""

    draft: Draft
    way: Way
    model_used: str
    cost_micros: int = 0


def way_for(draft: Draft, rules: PlatformRules, *, written_for: int) -> Way:
    """What has to be done to a text for another network. `written_for` is the limit, in characters,
    of the network that it was written for."""
    if not rules.fits(draft.composed()):
        return "cut"
    is_longer = rules.max_characters > written_for
    if is_longer and 2 * rules.count(draft.text) < min(rules.max_characters, LONGEST_EXPANDED):
        return "expanded"
    return "hashtags"


def adapt(
    draft: Draft,
    brand: BrandBrief,
    rules: PlatformRules,
    *,
    facts: Sequence[str],
    written_for: int,
    written_by: str,
    organization_id: UUID | None,
    step_key: str,
) -> Adapted:
    """The text as the other network takes it; facts and link are kept.

    `facts` are sentences of the material, best first; `written_by` the model or the offline writer
    behind the text, which stays its author where nothing is said anew. Costs something only where
    a model writes. Raises Invalid (code `cannot_adapt`) when the offline path finds no sentence
    that fits, and what `config.kernel.llm.run` raises.
    """
    own = _with_tags(draft, brand, rules)
    way = way_for(own, rules, written_for=written_for)
    if way == "hashtags":
        return Adapted(own, way, written_by)
    if is_offline(organization_id, PURPOSE, SPEC.name):
        return adapt_offline(draft, brand, rules, facts=facts, written_for=written_for)
    if way == "cut":
        if cut := shortened(own, rules, least=SHORTEST_CUT_RATIO):
            return Adapted(cut, way, written_by)
        way = "compressed"
    return _asked(own, brand, rules, way, facts, organization_id, step_key)


def adapt_offline(
    draft: Draft,
    brand: BrandBrief,
    rules: PlatformRules,
    *,
    facts: Sequence[str],
    written_for: int,
) -> Adapted:
    """Without a model: cut at any end of a sentence, or lengthened by the material's own sentences.

    Raises Invalid (code `cannot_adapt`) when no sentence fits.
    """
    own = _with_tags(draft, brand, rules)
    way = way_for(own, rules, written_for=written_for)
    if way == "expanded":
        return Adapted(lengthened(own, rules, facts), way, OFFLINE)
    kept = shortened(own, rules) if way == "cut" else own
    if kept is None:
        raise Invalid(f"No sentence of the text fits {rules.label} by itself.", code="cannot_adapt")
    return Adapted(kept, way, OFFLINE)


def shortened(draft: Draft, rules: PlatformRules, *, least: float = 0.0) -> Draft | None:
    """The longest beginning in whole sentences that fits, or None when it is under `least` of the
    room. A link to what was cut stays."""
    room = rules.max_characters - rules.count(draft.model_copy(update={"text": ""}).composed())
    for end in reversed([end for _, end in sentence_spans(draft.text)]):
        kept = draft.model_copy(update={"text": draft.text[:end].rstrip()})
        if rules.fits(kept.composed()):
            enough = kept.text and rules.count(kept.text) >= least * room
            return kept if enough else None
    return None


def lengthened(draft: Draft, rules: PlatformRules, facts: Sequence[str]) -> Draft:
    """With up to three sentences of the material that the text does not say yet, before its last
    sentence if that asks for something, else at its end."""
    kept = draft
    for fact in facts:
        if len(kept.cited) >= len(draft.cited) + MOST_ADDED:
            break
        if _says(kept.text, fact):
            continue
        longer = kept.model_copy(
            update={"text": _inserted(kept.text, fact.strip()), "cited": [*kept.cited, fact]}
        )
        if rules.fits(longer.composed()) and rules.count(longer.text) <= LONGEST_EXPANDED:
            kept = longer
    return kept


def try_offline(asked: AdapterInput) -> AdapterOutput:
    """What happens to a sample without a model: for the operators' form."""
    draft = Draft(text=asked.text, angle="storytelling")
    room = next((int(word) for word in asked.task.split() if word.isdecimal()), 280)
    rules = PlatformRules(slug="", label="", max_characters=room)
    cut = shortened(draft, rules) if not rules.fits(draft.text) else None
    return AdapterOutput(text=(cut or lengthened(draft, rules, asked.facts)).text)


def _with_tags(draft: Draft, brand: BrandBrief, rules: PlatformRules) -> Draft:
    """The brand's own hashtags for this network first, then the text's: as many as it takes, and
    fewer where the text would have to be cut for them."""
    all_tags = [*brand.default_hashtags, *draft.hashtags]
    first_seen = {tag.casefold(): tag for tag in reversed(all_tags)}
    tags = [first_seen[key] for key in dict.fromkeys(tag.casefold() for tag in all_tags)]
    most = max(len(draft.hashtags), len(brand.default_hashtags))
    tags = tags[: most if rules.hashtags_max is None else min(most, rules.hashtags_max)]
    own = draft.model_copy(update={"hashtags": tags})
    if not rules.fits(draft.model_copy(update={"hashtags": []}).composed()):
        return own
    while own.hashtags and not rules.fits(own.composed()):
        own = own.model_copy(update={"hashtags": own.hashtags[:-1]})
    return own


def _asked(
    draft: Draft,
    brand: BrandBrief,
    rules: PlatformRules,
    way: Way,
    facts: Sequence[str],
    organization_id: UUID | None,
    step_key: str,
) -> Adapted:
    spec = replace(SPEC, check=lambda asked, out: _wrong(draft, asked, out, rules))
    asked = AdapterInput(
        brand=brand.name,
        voice=", ".join(brand.tone)
        + (f". {brand.voice_direction}" if brand.voice_direction else ""),
        rules=_rules(brand),
        facts=list(facts[:FACTS_SENT]) if way == "expanded" else [],
        text=draft.text,
        task=_task(draft, rules, way),
    )
    answer = run(spec, asked, step_key=step_key, organization_id=organization_id)
    added = [fact for fact in facts if way == "expanded" and _says(answer.output.text, fact)]
    adapted = draft.model_copy(
        update={
            "text": answer.output.text.strip(),
            "cited": list(dict.fromkeys([*draft.cited, *added])),
        }
    )
    return Adapted(adapted, way, f"{answer.provider}:{answer.model}", answer.cost_micros)


def _task(draft: Draft, rules: PlatformRules, way: Way) -> str:
    around = rules.count(draft.model_copy(update={"text": ""}).composed())
    room = max(1, rules.max_characters - around - 2)
    if way == "compressed":
        return f"Shorten it to at most {room} characters for {rules.label}."
    most = min(room, LONGEST_EXPANDED)
    return f"Lengthen it to between {most // 2} and {most} characters for {rules.label}."


def _rules(brand: BrandBrief) -> list[str]:
    lines = [f"language: {brand.language}"]
    for label, words in (
        ("words to avoid", brand.words_to_avoid),
        ("required words", brand.required_words),
    ):
        if words:
            lines.append(f"{label}: {', '.join(words)}")
    return [*lines, *brand.writing_rules]


def _wrong(
    draft: Draft, asked: AdapterInput, found: AdapterOutput, rules: PlatformRules
) -> str | None:
    """What the repair turn is told, or None. The guards look at everything else."""
    if not found.text.strip():
        return "The text is empty."
    composed = draft.model_copy(update={"text": found.text.strip()}).composed()
    if not rules.fits(composed):
        return f"It is too long with hashtags and link: {rules.count(composed)} characters. " + (
            asked.task
        )
    known = _figures("\n".join([asked.text, *asked.facts]))
    if new := sorted(_figures(found.text) - known):
        return f"These figures are neither in the text nor in the facts: {', '.join(new)}."
    if asked.facts and (lost := sorted(_figures(asked.text) - _figures(found.text))):
        return f"These figures of the text are missing: {', '.join(lost)}."
    return None


def _figures(text: str) -> set[str]:
    return {match.group().strip() for match in NUMBER.finditer(text)}


def _says(text: str, fact: str) -> bool:
    """Whether most of a sentence's words stand in the text already."""
    words = {word.casefold() for word in words_of(fact)}
    said = {word.casefold() for word in words_of(text)}
    return not words or len(words & said) >= 0.7 * len(words)


def _inserted(text: str, fact: str) -> str:
    spans = sentence_spans(text)
    if len(spans) > 1 and text[slice(*spans[-1])].rstrip().endswith("?"):
        start = spans[-1][0]
        return f"{text[:start].rstrip()} {fact}\n\n{text[start:].strip()}"
    return f"{text.rstrip()} {fact}"


SPEC = AgentSpec(
    name="adapter",
    version=VERSION,
    purpose=PURPOSE,
    instructions=INSTRUCTIONS,
    input_type=AdapterInput,
    output_type=AdapterOutput,
    temperature=0.5,
    max_tokens=800,
    deadline_seconds=40.0,
    offline=try_offline,
    varying=("text", "task"),
)
agents.register(SPEC.name, SPEC)
