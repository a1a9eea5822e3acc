"""What a policy is told of one text, what it consists of, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

SUPERLATIVE = "superlative"


@dataclass(frozen=True, slots=True)
class Failed:
    """A guard that the text did not pass, and why, as a sentence."""

    guard: str
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """One text and everything about it that a clause asks for.

    `topics` are the pillar and the keywords of what it was written from. `claims` are the kinds of
    risky claims in it (superlative, health, finance, legal). `posts_today` and `credits_today` are
    counted in the policy's day, this text not among them; `credits` is what sending it costs.
    `reviewed` are the account's posts that a person let go. `is_hosted`: the account is our own
    page, where nobody needs to get to know it first.
    """

    text: str
    account_id: UUID
    moment: datetime
    topics: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    crisis: tuple[str, ...] = ()
    new_domains: tuple[str, ...] = ()
    failed: tuple[Failed, ...] = ()
    posts_today: int = 0
    credits_today: int = 0
    credits: int = 1
    reviewed: int = 0
    is_hosted: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """A policy as values. Empty topics, days, times and accounts mean: any."""

    number: int = 1
    signed_by: str = ""
    topics: tuple[str, ...] = ()
    topics_excluded: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    days: frozenset[int] = frozenset()
    opens: time | None = None
    closes: time | None = None
    zone: str = "UTC"
    posts_per_day: int = 3
    credits_per_day: int | None = None
    account_ids: frozenset[UUID] = frozenset()
    first_posts_reviewed: int = 20
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One clause's word on a text: whether it holds, and the sentence that says so.

    `moment` when the clause moves the post; `kinds` name what always asks a person, for counting.
    """

    holds: bool
    words: str
    moment: datetime | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """`allowed` when every clause holds. `clauses` are those that do, in their order, each as
    {"clause", "words"}; `obstacles` the sentences of the others. `moment` is when it may go out."""

    allowed: bool
    clauses: tuple[Mapping[str, str], ...]
    obstacles: tuple[str, ...]
    moment: datetime
    kinds: tuple[str, ...] = ()
    sentence: str = ""
    """The policy and the clause that let it go, in words; empty when it may not."""
