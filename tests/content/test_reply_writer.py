"""Replies to comments: from what the brand knows, or by a person."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from config.kernel.llm import double
from config.kernel.llm.answers import answer_store
from config.kernel.llm.errors import AnswerInvalid
from config.kernel.llm.options import option_source
from config.kernel.llm.routes import route_source
from content.agents.briefs import BrandBrief, PassageBrief
from content.agents.reply_writer import Replied, ReplyInput, ReplyOutput, _wrong, write_reply

ORGANIZATION = uuid4()
BRAND = BrandBrief(name="Miller's Bakery", tone=["friendly"], words_to_avoid=["artisanal"])
PASSAGES = [
    PassageBrief(id="c1", label="Hours", text="The shop opens at 7 a.m. on weekdays."),
    PassageBrief(id="c2", label="Bread", text="Our rye bread contains no milk. It rests 22 hours."),
]


@pytest.fixture(autouse=True)
def _nobody_keeps_books(monkeypatch: pytest.MonkeyPatch) -> None:
    for slot in (answer_store, route_source, option_source):
        monkeypatch.setattr(slot, "_value", None)


def reply(comment: str, **changes: Any) -> Replied:
    given: dict[str, Any] = {"passages": PASSAGES, "post": "Our rye is back.", **changes}
    return write_reply(comment, BRAND, organization_id=ORGANIZATION, step_key="s", **given)


@pytest.mark.parametrize(
    "comment",
    [
        "I was poisoned by your bread!",
        "Worst shop ever, I want a refund",
        "Ich bin sehr enttäuscht von euch.",
        "Our union is on strike because of you",
    ],
)
def test_crisis_and_complaint_go_to_a_person_before_any_model_is_asked(comment: str) -> None:
    with double.script({}) as calls:
        found = reply(comment, crisis_words=["strike"])

    assert (found.decision, found.text, calls) == ("ask_person", "", [])
    assert "Answer it yourself" in found.reason


def test_offline_a_question_is_answered_by_the_sentence_that_knows() -> None:
    found = reply("Does your rye bread contain milk?")

    assert (found.decision, found.text) == ("reply", "Our rye bread contains no milk.")
    assert found.cited == ("c2",) and found.is_offline


def test_offline_what_nobody_knows_goes_to_a_person() -> None:
    found = reply("Do you deliver wedding cakes to Leeds?")

    assert (found.decision, found.cited) == ("ask_person", ())


@pytest.mark.parametrize(
    ("comment", "says"),
    [
        ("I love this!", "Thank you"),
        ("Danke, das Brot ist toll und ich mag es sehr!", "Vielen Dank"),
    ],
)
def test_offline_praise_is_thanked_for(comment: str, says: str) -> None:
    assert says in reply(comment).text


def test_a_comment_without_words_needs_no_reply() -> None:
    assert reply("🔥🔥").decision == "no_reply"


def test_a_models_reply_cites_its_passages() -> None:
    said = ReplyOutput(decision="reply", text="We open at 7 a.m. on weekdays.", cited=[1])
    with double.script({"reply_writer": [said]}) as calls:
        found = reply("When do you open?")

    assert (found.decision, found.cited, found.model_used) == ("reply", ("c1",), "double:double")
    asked = calls[0].values
    assert isinstance(asked, ReplyInput)
    assert asked.passages[0].startswith("1. The shop opens") and "avoid: artisanal" in asked.rules


def test_a_model_that_finds_no_safe_reply_leaves_it_to_a_person() -> None:
    with double.script({"reply_writer": [AnswerInvalid("no")]}):
        assert reply("When do you open?").decision == "ask_person"


@pytest.mark.parametrize(
    ("text", "cited", "says"),
    [
        ("We promise it will be there.", [1], "promises something"),
        ("We open at 6 a.m.", [1], "stand in no passage: 6"),
        ("See https://elsewhere.example/x", [1], "is not ours"),
        ("We open at 7 a.m.", [], "is answered from a passage"),
        ("We open at 7 a.m.", [9], "Cite passages by their number, 1 to 2"),
        ("x" * 600, [1], "1 to 500 characters"),
    ],
)
def test_a_reply_promises_nothing_and_invents_nothing(
    text: str, cited: list[int], says: str
) -> None:
    asked = ReplyInput(
        brand="b",
        voice="",
        rules=[],
        post="",
        passages=[f"{n}. {each.text}" for n, each in enumerate(PASSAGES, start=1)],
        comment="When do you open?",
    )

    assert says in str(_wrong(asked, ReplyOutput(decision="reply", text=text, cited=cited)))
