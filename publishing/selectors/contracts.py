"""A brand's policy for people: as sentences, its history, and what a draft would have done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from brands.models import BrandProfile
from config.kernel.clock import to_zone
from publishing.autopilot.permission import facts_of
from publishing.autopilot.policy import Terms, judge
from publishing.autopilot.policy.clauses import ALWAYS, CLAUSES
from publishing.models import (
    ContractStatus,
    PendingPost,
    PolicyContract,
    SocialAccount,
)
from publishing.services.contracts import terms_of

TRIED: Final = 20
DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
KINDS: Final = {
    "crisis": "grave words",
    "price": "prices or offers",
    "health": "health claims",
    "finance": "money claims",
    "legal": "legal claims",
    "person": "named persons",
    "domain": "new addresses",
    "guard": "failed checks",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    number: int
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What a policy would have done with the agent's last posts."""

    total: int
    gone: int
    why: Sequence[tuple[str, int]]

    @property
    def waited(self) -> int:
        return self.total - self.gone

    @property
    def reasons(self) -> str:
        return ", ".join(f"{name} {count}" for name, count in self.why)


@dataclass(frozen=True, slots=True)
class ContractPage:
    signed: PolicyContract | None
    draft: PolicyContract | None
    sentences: Sequence[Sentence]
    draft_sentences: Sequence[Sentence]
    history: Sequence[PolicyContract]
    trial: Trial | None


def contract_page(brand: BrandProfile) -> ContractPage:
    rows = list(
        PolicyContract.objects.filter(brand=brand)
        .select_related("signed_by", "ended_by")
        .order_by("-number")
    )
    signed = next((each for each in rows if each.status == ContractStatus.SIGNED), None)
    draft = next((each for each in rows if each.status == ContractStatus.DRAFT), None)
    names = _account_names(brand)
    tried = draft or signed
    return ContractPage(
        signed=signed,
        draft=draft,
        sentences=sentences_of(terms_of(signed), names) if signed else (),
        draft_sentences=sentences_of(terms_of(draft), names) if draft else (),
        history=[each for each in rows if each.status != ContractStatus.DRAFT],
        trial=trial_of(brand, terms_of(tried)) if tried else None,
    )


def sentences_of(terms: Terms, accounts: Mapping[Any, str]) -> list[Sentence]:
    """A policy as people read it before they sign."""
    said = {
        "channels": _channels(terms, accounts),
        "topics": _topics(terms),
        "claims": (
            "Superlatives and comparisons may go out when a source has them."
            if terms.claims
            else "No superlatives and no comparisons."
        ),
        "hours": _hours(terms),
        "volume": f"At most {_many(terms.posts_per_day, 'post')} a day, over all channels.",
        "budget": (
            f"At most {_many(terms.credits_per_day, 'credit')} a day."
            if terms.credits_per_day is not None
            else "No budget of its own: the plan’s credits are the limit."
        ),
        "first_posts": (
            f"A person looks at the first {_many(terms.first_posts_reviewed, 'post')} of every "
            "channel. The page that Warren hosts needs no first look."
            if terms.first_posts_reviewed
            else "No first look: the agent may write alone from the first post on."
        ),
        "always_a_person": (
            f"Whatever else is signed, a person decides about {', '.join(ALWAYS.values())}."
        ),
        "term": (
            f"It ends on {to_zone(terms.ends_at, terms.zone):%d %B %Y}. After that every text "
            "waits for a person."
            if terms.ends_at
            else "It holds until somebody withdraws it or signs another one."
        ),
    }
    return [
        Sentence(place, CLAUSES[name][0], said[name]) for place, name in enumerate(CLAUSES, start=1)
    ]


def trial_of(brand: BrandProfile, terms: Terms) -> Trial:
    """The agent's last posts under these terms. Each is held against them by itself: how many went
    out on its day is not counted again, and a first look is taken as done."""
    posts = (
        PendingPost.objects.filter(brand=brand, generation__isnull=False)
        .select_related("brand", "account", "material", "candidate")
        .order_by("-created_at")[:TRIED]
    )
    open_terms = Terms(
        number=terms.number,
        topics=terms.topics,
        topics_excluded=terms.topics_excluded,
        claims=terms.claims,
        days=terms.days,
        opens=terms.opens,
        closes=terms.closes,
        zone=terms.zone,
        posts_per_day=1_000_000,
        account_ids=terms.account_ids,
        first_posts_reviewed=0,
    )
    judgements = [judge(facts_of(post, post.candidate, open_terms), open_terms) for post in posts]
    why = Counter(kind for each in judgements if not each.allowed for kind in each.kinds)
    named = [
        (KINDS.get(kind) or CLAUSES[kind][0].lower(), count) for kind, count in why.most_common()
    ]
    return Trial(len(judgements), sum(each.allowed for each in judgements), named)


def accounts_of(brand: BrandProfile) -> list[SocialAccount]:
    linked = SocialAccount.objects.filter(brand_links__brand=brand).distinct()
    return list(linked.order_by("platform", "name"))


def _account_names(brand: BrandProfile) -> dict[Any, str]:
    return {each.pk: each.name for each in accounts_of(brand)}


def _channels(terms: Terms, accounts: Mapping[Any, str]) -> str:
    if not terms.account_ids:
        return "Every channel that the brand uses."
    named = sorted(accounts.get(pk, "a channel that is gone") for pk in terms.account_ids)
    return f"Only {_listed(named)}."


def _topics(terms: Terms) -> str:
    said = f"Only texts about {_listed(terms.topics)}." if terms.topics else "Any topic."
    if terms.topics_excluded:
        said += f" Nothing about {_listed(terms.topics_excluded)}."
    return said


def _hours(terms: Terms) -> str:
    days = "Every day" if not terms.days or len(terms.days) == 7 else ""
    days = (
        days
        or f"On {_listed([DAYS[each] for each in (1, 2, 3, 4, 5, 6, 0) if each in terms.days])}"
    )
    if terms.opens is None or terms.closes is None:
        return f"{days}, at any time that a schedule names."
    return (
        f"{days} from {terms.opens:%H:%M} until {terms.closes:%H:%M} ({terms.zone}). What is due "
        "outside is moved to the next of these times."
    )


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _many(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"
