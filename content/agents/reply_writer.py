"""The reply writer: an answer to a comment in the brand's voice, from what the brand knows.

It answers, or says that a person should, or that no answer is needed. Code decides first: crisis
words, complaints and what no passage knows never become a reply, whatever a model would say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from config.kernel.language.addresses import addresses_in
from config.kernel.language.detection import languages_of
from config.kernel.language.sentences import NUMBER, sentences_of, words_of
from config.kernel.llm import AgentSpec, is_offline, run
from config.kernel.llm.agents import agents
from config.kernel.llm.errors import AnswerInvalid
from content.agents.briefs import OFFLINE, BrandBrief, PassageBrief
from content.agents.offline.replies import (
    COMPLAINT,
    CRISIS,
    PRAISE,
    PROMISES,
    THANKS,
    first_of,
)

PURPOSE = "reply"
VERSION = "1"
COMMENT_CHARACTERS = 2_000
POST_CHARACTERS = 2_000
PASSAGE_CHARACTERS = 800
MOST_PASSAGES = 5
REPLY_CHARACTERS = 500
KNOWN_RATIO = 0.5  # of a question's telling words that the sentence answering it must hold

Decision = Literal["reply", "ask_person", "no_reply"]

INSTRUCTIONS = """
Someone commented on a post of the brand. Write the brand's reply, in its voice and in the language
of the comment, or hand it to a person.

- Answer only from the slots post and passages. Each passage begins with its number. Give in cited
  the numbers of those that the reply is taken from; with facts and no passage the answer is wrong.
- decision ask_person when it is a complaint, a crisis, a legal, medical or private matter, or when
  post and passages do not hold the answer. Never guess. reason: one sentence on why.
- decision no_reply for spam, a bare tag of a friend, or a comment that needs none.
- decision reply otherwise: one to three short sentences, friendly, no hashtags, no new link.
- Promise nothing: no refund, no date, no discount, no exception that a passage does not state.
- Never argue, never mention other customers, never ask for private data in public.
"""


class ReplyInput(BaseModel):
    brand: str
    voice: str
    rules: list[str]
    post: str
    passages: list[str]
    comment: str


class ReplyOutput(BaseModel):
    decision: Decision
    text: str = Field(default="", description="The reply; empty unless the decision is reply.")
    cited: list[int] = Field(default_factory=list, description="Numbers of the passages used.")
    reason: str = Field(default="", description="One sentence on the decision.")


@dataclass(frozen=True)
class Replied:
    """`cited` are ids of passages. `reason` is for the person who is asked or looks.

    `model_used` is "offline" or "provider:model"; `cost_micros` millionths of a dollar.
    """

    decision: Decision
    text: str
    reason: str
    cited: tuple[str, ...]
    model_used: str
    cost_micros: int = 0

    @property
    def is_offline(self) -> bool:
        return self.model_used == OFFLINE


def write_reply(
    comment: str,
    brand: BrandBrief,
    *,
    post: str = "",
    passages: Sequence[PassageBrief] = (),
    crisis_words: Sequence[str] = (),
    organization_id: UUID | None,
    step_key: str,
) -> Replied:
    """A reply, or that a person should answer, or that nobody needs to.

    `passages` are what the brand's knowledge says on the comment, best first; `crisis_words` the
    brand's own. A model's answer that promises, invents a figure or a link, or cites nothing for a
    question is not taken, also after its repair turn: a person is asked. Raises what
    `config.kernel.llm.run` raises of everything else.
    """
    if reason := _needs_person(comment, crisis_words):
        return Replied("ask_person", "", reason, (), OFFLINE)
    asked = _asked(comment, brand, post, passages)
    if is_offline(organization_id, PURPOSE, SPEC.name):
        return _replied(try_offline(asked), passages, OFFLINE, 0)
    try:
        answer = run(SPEC, asked, step_key=step_key, organization_id=organization_id)
    except AnswerInvalid:
        return Replied(
            "ask_person", "", "The model found no reply that is safe to give.", (), OFFLINE
        )
    return _replied(
        answer.output, passages, f"{answer.provider}:{answer.model}", answer.cost_micros
    )


def try_offline(asked: ReplyInput) -> ReplyOutput:
    """Thanks for praise, the passage's own sentence for a question, else a person."""
    if reason := _needs_person(asked.comment, ()):
        return ReplyOutput(decision="ask_person", reason=reason)
    if "?" in asked.comment:
        return _looked_up(asked)
    if word := first_of(asked.comment, PRAISE):
        thanks = THANKS.get(_language(asked.comment))
        if thanks:
            return ReplyOutput(decision="reply", text=thanks, reason=f"Praise: “{word}”.")
    if not words_of(asked.comment):
        return ReplyOutput(decision="no_reply", reason="The comment holds no words.")
    return ReplyOutput(
        decision="ask_person", reason="Nobody asked for a fact, and no model is there to talk."
    )


def _needs_person(comment: str, crisis_words: Sequence[str]) -> str:
    """Why a person must answer, before any model is asked; empty when none has to."""
    if word := first_of(comment, (*crisis_words, *CRISIS)):
        return f"The comment says “{word}”: this may be a crisis. Answer it yourself, soon."
    if word := first_of(comment, COMPLAINT):
        return f"The comment says “{word}”: this is a complaint. Answer it yourself."
    return ""


def _looked_up(asked: ReplyInput) -> ReplyOutput:
    """The one sentence that holds most of a question's telling words, as it is written there."""
    wanted = _telling(asked.comment)
    best, most, cited = "", 0.0, 0
    for number, passage in enumerate(asked.passages, start=1):
        for sentence in sentences_of(passage.partition(". ")[2], language=_spoken(asked)):
            share = len(wanted & _telling(sentence.text)) / len(wanted) if wanted else 0.0
            if share > most and len(sentence.text) <= REPLY_CHARACTERS and not sentence.leans:
                best, most, cited = sentence.text, share, number
    if most < KNOWN_RATIO:
        return ReplyOutput(
            decision="ask_person", reason="Nothing that the brand knows answers this question."
        )
    return ReplyOutput(decision="reply", text=best, cited=[cited], reason="A passage says it.")


def _spoken(asked: ReplyInput) -> str:
    return _language(" ".join(asked.passages) or asked.comment)


def _language(text: str) -> str:
    seen = languages_of(text)
    return next(iter(seen)) if len(seen) == 1 else "en"


def _telling(text: str) -> set[str]:
    """Words that carry a question, cut to their first letters so that forms of one word meet."""
    return {word.casefold()[:5] for word in words_of(text) if len(word) > 3}


def _asked(
    comment: str, brand: BrandBrief, post: str, passages: Sequence[PassageBrief]
) -> ReplyInput:
    return ReplyInput(
        brand=brand.name,
        voice=", ".join(brand.tone)
        + (f". {brand.voice_direction}" if brand.voice_direction else ""),
        rules=[*(f"avoid: {word}" for word in brand.words_to_avoid), *brand.writing_rules],
        post=post[:POST_CHARACTERS],
        passages=[
            f"{number}. {each.text[:PASSAGE_CHARACTERS]}"
            for number, each in enumerate(passages[:MOST_PASSAGES], start=1)
        ],
        comment=comment[:COMMENT_CHARACTERS],
    )


def _wrong(asked: ReplyInput, found: ReplyOutput) -> str | None:
    """What the repair turn is told, or None. A second wrong answer is not taken."""
    if found.decision != "reply":
        return None
    known = "\n".join([asked.post, *asked.passages])
    if not found.text.strip() or len(found.text) > REPLY_CHARACTERS:
        return f"A reply has 1 to {REPLY_CHARACTERS} characters."
    if word := first_of(found.text, PROMISES):
        return f"The reply promises something (“{word}”). Promise nothing, or ask a person."
    if any(not 1 <= number <= len(asked.passages) for number in found.cited):
        return f"Cite passages by their number, 1 to {len(asked.passages)}."
    if new := sorted(_figures(found.text) - _figures(known) - _figures(asked.comment)):
        return (
            f"These figures stand in no passage: {', '.join(new)}. Leave them out or ask a person."
        )
    if links := [each for each in addresses_in(found.text) if each not in known]:
        return f"The link {links[0]} is not ours to give."
    if "?" in asked.comment and not found.cited:
        return "A question is answered from a passage: cite it, or ask a person."
    return None


def _figures(text: str) -> set[str]:
    return {match.group().strip() for match in NUMBER.finditer(text)}


def _replied(
    found: ReplyOutput, passages: Sequence[PassageBrief], model_used: str, cost_micros: int
) -> Replied:
    answers = found.decision == "reply"
    return Replied(
        decision=found.decision,
        text=found.text.strip() if answers else "",
        reason=found.reason.strip(),
        cited=tuple(passages[number - 1].id for number in found.cited) if answers else (),
        model_used=model_used,
        cost_micros=cost_micros,
    )


SPEC = AgentSpec(
    name="reply_writer",
    version=VERSION,
    purpose=PURPOSE,
    instructions=INSTRUCTIONS,
    input_type=ReplyInput,
    output_type=ReplyOutput,
    temperature=0.4,
    max_tokens=500,
    deadline_seconds=30.0,
    check=_wrong,
    offline=try_offline,
    varying=("post", "passages", "comment"),
)
agents.register(SPEC.name, SPEC)
