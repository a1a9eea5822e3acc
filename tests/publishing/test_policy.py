"""The clauses of a policy, with texts that pass and texts that wait; and what none allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.autopilot.policy import CLAUSES, Facts, Failed, Terms, judge
from publishing.autopilot.policy import clauses as c
from publishing.autopilot.policy.hours import next_allowed
from publishing.autopilot.policy.persons import own_names, persons_in

HERE, THERE = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
FACTS = Facts(text="Masts in twelve days.", account_id=HERE, moment=NOON, reviewed=30)
TERMS = Terms(number=4, signed_by="Robin Tide")


def facts(**fields: Any) -> Facts:
    return replace(FACTS, **fields)


TABLE = [
    (c.channels, {}, {}, True),
    (c.channels, {}, {"account_ids": frozenset({HERE})}, True),
    (c.channels, {}, {"account_ids": frozenset({THERE})}, False),
    (c.topics, {}, {}, True),
    (c.topics, {"topics": ("Craft",)}, {"topics": ("craft",)}, True),
    (c.topics, {}, {"topics": ("masts",)}, True),
    (c.topics, {"topics": ("wooden masts",)}, {"topics": ("masts",)}, True),
    (c.topics, {"topics": ("Offers",)}, {"topics": ("Craft",)}, False),
    (c.topics, {}, {"topics_excluded": ("masts",)}, False),
    (c.topics, {}, {"topics": ("masts",), "topics_excluded": ("twelve days",)}, False),
    (c.claims, {}, {}, True),
    (c.claims, {"claims": ("superlative",)}, {}, False),
    (c.claims, {"claims": ("superlative",)}, {"claims": ("superlative",)}, True),
    (c.volume, {"posts_today": 2}, {}, True),
    (c.volume, {"posts_today": 3}, {}, False),
    (c.budget, {"credits_today": 900}, {}, True),
    (c.budget, {"credits_today": 9}, {"credits_per_day": 10}, True),
    (c.budget, {"credits_today": 10}, {"credits_per_day": 10}, False),
    (c.first_posts, {"reviewed": 20}, {}, True),
    (c.first_posts, {"reviewed": 19}, {}, False),
    (c.first_posts, {"reviewed": 0, "is_hosted": True}, {}, True),
    (c.first_posts, {"reviewed": 0}, {"first_posts_reviewed": 0}, True),
    (c.always_a_person, {}, {}, True),
    (c.term, {}, {"ends_at": datetime(2026, 12, 1, tzinfo=UTC)}, True),
    (c.term, {}, {"ends_at": NOON}, False),
]


@pytest.mark.parametrize(("clause", "told", "said", "holds"), TABLE)
def test_a_clause_holds_or_says_why_not(
    clause: c.Clause, told: dict[str, Any], said: dict[str, Any], holds: bool
) -> None:
    finding = clause(facts(**told), replace(TERMS, **said))
    assert finding.holds is holds
    assert finding.words.endswith(".")


ALWAYS: list[dict[str, Any]] = [
    {"crisis": ("funeral",)},
    {"prices": ("£85",)},
    {"persons": ("Helen",)},
    {"new_domains": ("elsewhere.example",)},
    {"claims": ("health",)},
    {"claims": ("finance",)},
    {"claims": ("legal", "superlative")},
    {"failed": (Failed("checks", "This needs a person."),)},
]
WIDEST = Terms(
    claims=("superlative", "health", "finance", "legal"),
    posts_per_day=10_000,
    first_posts_reviewed=0,
)


@pytest.mark.parametrize("told", ALWAYS)
def test_some_things_always_ask_a_person(told: dict[str, Any]) -> None:
    judgement = judge(facts(**told), WIDEST)
    assert not judgement.allowed
    assert judgement.sentence == ""
    assert judgement.kinds


terms = st.builds(
    Terms,
    topics=st.lists(st.sampled_from(["masts", "Craft", "bread"]), max_size=2).map(tuple),
    claims=st.lists(st.sampled_from(["superlative", "health", "finance", "legal"])).map(tuple),
    days=st.frozensets(st.integers(0, 6)),
    opens=st.none() | st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    closes=st.none() | st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
    posts_per_day=st.integers(1, 100),
    credits_per_day=st.none() | st.integers(1, 100),
    account_ids=st.frozensets(st.sampled_from([HERE, THERE])),
    first_posts_reviewed=st.integers(0, 50),
)


@given(terms=terms, told=st.sampled_from(ALWAYS), reviewed=st.integers(0, 100))
def test_no_policy_allows_what_always_asks_a_person(
    terms: Terms, told: dict[str, Any], reviewed: int
) -> None:
    assert not judge(facts(reviewed=reviewed, **told), terms).allowed


@given(terms=terms, posts=st.integers(0, 120), spent=st.integers(0, 120))
def test_what_is_allowed_keeps_to_every_number(terms: Terms, posts: int, spent: int) -> None:
    judgement = judge(facts(posts_today=posts, credits_today=spent), terms)
    assert judgement.allowed is not bool(judgement.obstacles)
    assert len(judgement.clauses) + len(judgement.obstacles) == len(CLAUSES)
    if judgement.allowed:
        assert posts < terms.posts_per_day
        assert terms.credits_per_day is None or spent < terms.credits_per_day
        assert not terms.account_ids or HERE in terms.account_ids


@given(terms=terms)
def test_a_moved_post_is_never_earlier_and_stays_where_it_is_moved_to(terms: Terms) -> None:
    moved = next_allowed(NOON, terms)
    if moved is not None:
        assert moved >= NOON
        assert next_allowed(moved, terms) == moved


DAY = {"opens": time(8), "closes": time(20), "zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("moment", "said", "wanted"),
    [
        ("2026-11-25T12:00", DAY, "2026-11-25T12:00"),
        ("2026-11-25T05:00", DAY, "2026-11-25T07:00"),
        ("2026-11-25T19:30", DAY, "2026-11-26T07:00"),
        ("2026-11-25T12:00", {**DAY, "days": frozenset({1})}, "2026-11-30T07:00"),
        # The clocks go forward on 29 March 2026: eight in Berlin is six in UTC from then on.
        ("2026-03-28T20:00", DAY, "2026-03-29T06:00"),
        ("2026-10-24T20:00", DAY, "2026-10-25T07:00"),
        ("2026-11-25T23:30", {"opens": time(22), "closes": time(2)}, "2026-11-25T23:30"),
        ("2026-11-26T01:30", {"opens": time(22), "closes": time(2)}, "2026-11-26T01:30"),
        ("2026-11-26T03:00", {"opens": time(22), "closes": time(2)}, "2026-11-26T22:00"),
        ("2026-11-25T12:00", {"days": frozenset({4})}, "2026-11-26T00:00"),
    ],
)
def test_outside_the_hours_a_post_is_moved(moment: str, said: dict[str, Any], wanted: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    judgement = judge(facts(moment=at), replace(TERMS, **said))
    assert judgement.allowed
    assert judgement.moment == datetime.fromisoformat(wanted).replace(tzinfo=UTC)
    assert ("moved to" in judgement.sentence) is (moment != wanted)


def test_it_says_which_policy_and_which_clause_let_it_go() -> None:
    judgement = judge(facts(topics=("Craft",)), replace(TERMS, topics=("Craft",)))
    assert judgement.sentence.startswith("Policy 4, signed by Robin Tide: clause 2 let it go")
    assert [each["clause"] for each in judgement.clauses][:2] == ["1 Channels", "2 Topics"]


OWN = own_names("Harbour & Pine", "Masts of Douglas fir")


@pytest.mark.parametrize(
    "text",
    [
        "Our workshop now rebuilds wooden masts in twelve days.",
        "Every mast is planed by hand from Douglas fir.",
        "Harbour & Pine is open on Saturday.",
        "Come to the Spring Fair in New York.",
        "Wir bauen Masten aus Holz, in zwölf Tagen.",
        "Grace and care in every cut. Will you come by?",
        "Twelve Days, Seven Coats, One Mast",
        "The bench by the window is done.",
    ],
)
def test_nobody_is_named(text: str) -> None:
    assert persons_in(text, OWN) == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("“I bake every Sunday,” wrote Helen, who came in March.", "Helen"),
        ("Thomas planes every mast by hand.", "Thomas"),
        ("We asked Dr. Ahrens about varnish.", "Dr. Ahrens"),
        ("Frau Petersen führt jetzt die Werkstatt.", "Frau Petersen"),
        ("The bench was built by our apprentice Inga Solberg last week.", "Inga Solberg"),
        ("Meet Grace Okafor, who leads the night shift.", "Grace Okafor"),
        ("Marta’s first year at the oven.", "Marta"),
    ],
)
def test_a_person_is_named(text: str, name: str) -> None:
    assert name in persons_in(text, OWN)
