"""The clauses, each held against the facts by itself, in the order in which people read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from config.kernel.clock import in_words
from config.kernel.language.words import has_words
from content.guards.base import quoted

from .facts import SUPERLATIVE, Facts, Finding, Judgement, Terms
from .hours import next_allowed

Clause = Callable[[Facts, Terms], Finding]

ALWAYS: Final = {
    "crisis": "words of a grave matter",
    "price": "a price or an offer",
    "health": "a claim about health",
    "finance": "a promise about money",
    "legal": "a legal claim",
    "person": "a named person",
    "domain": "an address that is new",
    "guard": "a check that it did not pass",
}
"""What no policy can let go: kinds and how people call them."""


def channels(facts: Facts, terms: Terms) -> Finding:
    if terms.account_ids and facts.account_id not in terms.account_ids:
        return Finding(False, "The policy does not name this channel.")
    named = "It names this channel." if terms.account_ids else "Any channel of the brand."
    return Finding(True, named)


def topics(facts: Facts, terms: Terms) -> Finding:
    """One of the policy's topics in the pillar, the keywords or the text, and none that it leaves
    out."""
    if unwanted := [each for each in terms.topics_excluded if _speaks_of(facts, each)]:
        return Finding(False, f"It speaks of {quoted(unwanted)}, which the policy leaves out.")
    if not terms.topics:
        return Finding(True, "Any topic.")
    if found := [each for each in terms.topics if _speaks_of(facts, each)]:
        return Finding(True, f"It speaks of {quoted(found)}.")
    return Finding(False, f"It speaks of none of the policy's topics: {quoted(terms.topics)}.")


def claims(facts: Facts, terms: Terms) -> Finding:
    """Superlatives only where the policy names them; other risky claims are clause 8's."""
    if SUPERLATIVE not in facts.claims:
        return Finding(True, "It compares itself with nobody.")
    if SUPERLATIVE in terms.claims:
        return Finding(True, "Superlatives may go out when a source has them.")
    return Finding(False, "It makes a superlative or comparison, which the policy does not name.")


def hours(facts: Facts, terms: Terms) -> Finding:
    """Outside its hours a post is moved, not refused."""
    moment = next_allowed(facts.moment, terms)
    if moment is None:
        return Finding(False, "The policy has no hours at which anything may go out.")
    if moment == facts.moment:
        return Finding(True, "Within its hours.")
    when = in_words(moment, terms.zone, at=facts.moment)
    return Finding(True, f"Outside its hours, so it is moved to {when}.", moment)


def volume(facts: Facts, terms: Terms) -> Finding:
    count = facts.posts_today + 1
    if count > terms.posts_per_day:
        return Finding(
            False,
            f"{_posts(terms.posts_per_day)} a day may go out by themselves, and that many have "
            "for that day.",
        )
    return Finding(True, f"Post {count} of {terms.posts_per_day} that day.")


def budget(facts: Facts, terms: Terms) -> Finding:
    if terms.credits_per_day is None:
        return Finding(True, "No budget of its own.")
    needed = facts.credits_today + facts.credits
    if needed > terms.credits_per_day:
        return Finding(
            False,
            f"It would take {needed} of the {terms.credits_per_day} credits that the policy gives "
            "a day.",
        )
    return Finding(True, f"{needed} of {terms.credits_per_day} credits that day.")


def first_posts(facts: Facts, terms: Terms) -> Finding:
    """A person gets to know what the agent writes for an account before it writes alone."""
    if facts.is_hosted:
        return Finding(True, "Our own page needs no first look.")
    if facts.reviewed < terms.first_posts_reviewed:
        return Finding(
            False,
            f"A person looks at the first {terms.first_posts_reviewed} posts of this channel; "
            f"{facts.reviewed} were looked at so far.",
        )
    return Finding(True, f"{facts.reviewed} posts of this channel were looked at by a person.")


def always_a_person(facts: Facts, terms: Terms) -> Finding:
    """Whatever else the policy says."""
    found: dict[str, str] = {}
    for kind, named in (
        ("crisis", facts.crisis),
        ("price", facts.prices),
        ("person", facts.persons),
        ("domain", facts.new_domains),
    ):
        if named:
            found[kind] = f"{ALWAYS[kind]}: {quoted(named)}"
    found |= {kind: ALWAYS[kind] for kind in ("health", "finance", "legal") if kind in facts.claims}
    sentences = [f"It has {', '.join(found.values())}. A person decides."] if found else []
    if facts.failed:
        found["guard"] = ALWAYS["guard"]
        sentences += dict.fromkeys(each.reason for each in facts.failed)
    if found:
        return Finding(False, " ".join(filter(None, sentences)), kinds=tuple(found))
    return Finding(True, "Nothing in it that always asks a person.")


def term(facts: Facts, terms: Terms) -> Finding:
    if terms.ends_at is not None and _moved(facts, terms) >= terms.ends_at:
        when = in_words(terms.ends_at, terms.zone, at=facts.moment)
        return Finding(False, f"The policy ends before that: {when}.")
    return Finding(True, "It is in force.")


CLAUSES: Final[dict[str, tuple[str, Clause]]] = {
    "channels": ("Channels", channels),
    "topics": ("Topics", topics),
    "claims": ("Claims", claims),
    "hours": ("Hours", hours),
    "volume": ("Volume", volume),
    "budget": ("Budget", budget),
    "first_posts": ("First posts", first_posts),
    "always_a_person": ("Always a person", always_a_person),
    "term": ("Term", term),
}
"""By name: how it is called, and the clause. Its number is its place, counted from 1."""


def judge(facts: Facts, contract: Terms) -> Judgement:
    """Hold a text against a policy. Every clause must hold; each says why it does or does not."""
    found = {name: clause(facts, contract) for name, (_, clause) in CLAUSES.items()}
    held = tuple(
        {"clause": f"{place} {CLAUSES[name][0]}", "words": finding.words}
        for place, (name, finding) in enumerate(found.items(), start=1)
        if finding.holds
    )
    # What always asks a person is said first: the rest would not help.
    order = sorted(found, key=lambda name: name != "always_a_person")
    obstacles = tuple(found[name].words for name in order if not found[name].holds)
    kinds = found["always_a_person"].kinds or tuple(
        name for name, finding in found.items() if not finding.holds
    )
    moment = found["hours"].moment or facts.moment
    sentence = "" if obstacles else _sentence(found["topics"], found["hours"], contract)
    return Judgement(not obstacles, held, obstacles, moment, kinds, sentence)


def _sentence(topic: Finding, hour: Finding, terms: Terms) -> str:
    by = f", signed by {terms.signed_by}" if terms.signed_by else ""
    said = f"Policy {terms.number}{by}: clause 2 let it go ({topic.words.rstrip('.').lower()})"
    moved = f" {hour.words}" if hour.moment else ""
    return f"{said}, and no other clause stood against it.{moved}"


def _speaks_of(facts: Facts, topic: str) -> bool:
    wanted = topic.strip().casefold()
    if any(wanted == each.strip().casefold() for each in facts.topics):
        return True
    return has_words(facts.text, topic) or any(has_words(each, topic) for each in facts.topics)


def _moved(facts: Facts, terms: Terms) -> datetime:
    return next_allowed(facts.moment, terms) or facts.moment


def _posts(count: int) -> str:
    return "One post" if count == 1 else f"{count} posts"
