"""The strategist without a model: what is known, put in order. It invents nothing.

What was said somewhere is repeated with the place where it was said (`basis`); what nobody said is
named with the place where to say it (`missing`). Figures are never made up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from config.kernel.language.keywords import keywords_of
from config.kernel.language.sentences import sentences_of
from config.kernel.language.words import has_words

from .known import CompetitorPage, Known
from .layout import STAGES
from .searches import searches_for

MOST: Final = 6

_PROFILE: Final = "the brand's profile"
_STAGE: Final[Mapping[str, tuple[str, str, str]]] = {
    # goal, content, measured by
    "awareness": (
        "People who could need it know that {brand} is there.",
        "Short posts that show one fact each, from the materials",
        "Impressions and reach, per post",
    ),
    "engagement": (
        "People who know {brand} react, ask and come back to its page.",
        "Questions, how-to posts, answers to comments",
        "Engagement ratio: reactions, comments and shares by impressions",
    ),
    "conversion": (
        "Those who are interested take the next step: they ask, book or buy.",
        "Posts with one offer and one link",
        "Clicks on links, and what follows them on the website",
    ),
    "retention": (
        "Customers stay, return and tell others.",
        "News for customers, their stories, thanks",
        "Returning customers, as your own books count them",
    ),
}
_MEASURES: Final[tuple[tuple[str, str, str], ...]] = (
    # words of an objective, metric, where it comes from
    ("awareness reach known brand", "Impressions a week", "Each network, read by Warren"),
    ("engage community follow social", "Engagement ratio a post", "Each network, read by Warren"),
    ("traffic website visit click", "Clicks on links a week", "Each network, read by Warren"),
    ("lead inquir enquir request contact", "Enquiries a month", "Your inbox or CRM"),
    ("sale sell revenue order buy book", "Orders a month", "Your shop or books"),
    ("retention loyal return repeat keep", "Share of returning customers", "Your shop or books"),
    ("newsletter e-mail email subscri", "New subscribers a month", "Your e-mail service"),
)


def work_out(kind: str, known: Known) -> dict[str, Any]:
    """A flat output of the strategist, as a model would give it, with `basis` and `missing`."""
    return _BY_KIND[kind](known, _Notes(known))


class _Notes:
    """Where each thing comes from, and what is not there; every sentence once."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.basis: dict[str, None] = {}
        self.missing: dict[str, None] = {}

    def use(self, sentence: str) -> None:
        self.basis[sentence] = None

    def lack(self, sentence: str) -> None:
        self.missing[sentence] = None

    def audience(self) -> str:
        if asked := self.known.text("audience"):
            self.use(f"Whom it speaks to: {asked}")
            return asked
        if self.known.audience:
            self.use(f"Whom it speaks to, from {_PROFILE}: {self.known.audience}")
            return self.known.audience
        self.lack("Whom it speaks to. Say it under Identity.")
        return ""

    def points(self) -> list[str]:
        points = list(self.known.selling_points)[:MOST]
        if points:
            self.use(f"What sets it apart, from {_PROFILE}.")
        else:
            self.lack("What sets the brand apart. Say it under Identity, one point a line.")
        return points

    def business(self) -> str:
        said = self.known.text("business_type") or self.known.business_type
        if said:
            self.use(f"What it does: {said}")
        else:
            self.lack("What the brand does. Say it under Identity.")
        return said

    def added(self, output: dict[str, Any]) -> dict[str, Any]:
        return {**output, "basis": list(self.basis), "missing": list(self.missing)}


def _positioning(known: Known, notes: _Notes) -> dict[str, Any]:
    audience, points, business = notes.audience(), notes.points(), notes.business()
    tone = list(dict.fromkeys([*known.voice_tone, *known.tone]))
    if known.voice_tone:
        notes.use("Tone, from the confirmed voice.")
    if not tone:
        notes.lack("A tone. Choose one under Tone, or have the voice analysed.")
    return notes.added(
        {
            "statement": _statement(known, audience, business, points),
            "differentiators": points,
            "tone": tone,
            "company": _company(known, notes, business),
            "customer": _sentence("It speaks to", _lower(audience))
            + _quotes(known, notes, audience),
            "competition": _competition_text(known, notes),
            "recommendations": _recommendations(known, notes, points),
        }
    )


def _statement(known: Known, audience: str, business: str, points: list[str]) -> str:
    """“For A, B is the C that D”, as far as A, C and D are known."""
    if not (audience or business or points):
        return ""
    start = f"For {_lower(audience)}, {known.brand}" if audience else known.brand
    what = f" is {_article(business)}" if business else " is the choice"
    place = f" in {known.location}" if known.location else ""
    why = f": {points[0].rstrip('.')}" if points else ""
    return f"{start}{what}{place}{why}."


def _company(known: Known, notes: _Notes, business: str) -> str:
    facts = [
        _sentence(f"{known.brand} is", _article(business) if business else ""),
        _sentence("It is in", known.location),
        _sentence("Its prices:", known.price_range),
        _sentence("It talks about", ", ".join(known.pillars)),
    ]
    return "".join(facts) + _quotes(known, notes, business or known.brand)


def _competition_text(known: Known, notes: _Notes) -> str:
    pages = _read(known, notes)
    named = known.lines("competitors")
    if not named:
        notes.lack("Competitors. Name them when you have this worked out again.")
        return ""
    said = [f"{page.name} says: “{_first(page, known)}”" for page in pages if _first(page, known)]
    others = [name for name in named if name not in {page.name for page in pages}]
    if others:
        notes.lack(
            f"What {', '.join(others)} say of themselves. Give the addresses of their sites."
        )
    return "\n".join([*said, *(f"{name}: nothing read." for name in others)])


def _recommendations(known: Known, notes: _Notes, points: list[str]) -> list[str]:
    advice = [f"Say what you lack: {sentence}" for sentence in notes.missing]
    if points:
        advice.append(
            f"Prove “{points[0].rstrip('.')}” in every third post, with a fact each time."
        )
    if len(points) > 1:
        advice.append("Lead with one point of difference a post, not with all of them.")
    if known.pillars:
        advice.append(f"Give each pillar its turn: {', '.join(known.pillars)}.")
    return advice


def _funnel(known: Known, notes: _Notes) -> dict[str, Any]:
    audience, points, business = notes.audience(), notes.points(), notes.business()
    channels = known.lines("channels")
    if not channels:
        notes.lack("Channels. Name where you reach people when you have this worked out again.")
    if not (offer := known.text("offer")):
        notes.lack("What the next step is: an offer, an appointment, a purchase.")
    messages = (
        _sentence(f"{known.brand} is", _article(business) if business else ""),
        _sentence(f"For {_lower(audience)}:" if audience else "", next(iter(points), "")),
        offer or (points[1] if len(points) > 1 else ""),
        points[2] if len(points) > 2 else "",
    )
    notes.use("Goals, contents and measures are what is usual for each stage.")
    return notes.added(
        {
            "goals": [_STAGE[stage][0].format(brand=known.brand) for stage in STAGES],
            "messages": [message.strip() or "not known" for message in messages],
            "contents": [_STAGE[stage][1] for stage in STAGES],
            "channels": [", ".join(channels) or "not known" for _ in STAGES],
            "metrics": [_STAGE[stage][2] for stage in STAGES],
        }
    )


def _competition(known: Known, notes: _Notes) -> dict[str, Any]:
    pages, points = _read(known, notes), notes.points()
    named = list(dict.fromkeys([*(page.name for page in known.pages), *known.lines("competitors")]))
    by_name = {page.name: page for page in pages}
    own = [point for point in points if not any(_says(page, point, known) for page in pages)]
    theirs = [
        f"{page.name} speaks of {', '.join(terms)}; our profile does not."
        for page in pages
        if (terms := _terms_apart(page, known))
    ]
    if not pages:
        notes.lack("What competitors say. Give addresses of sites that may be read.")
    notes.lack(
        "Whom competitors speak to: their pages do not say it in a way that can be read off."
    )
    only = own[0] if pages and own else ""
    return notes.added(
        {
            "our_brand": _company(known, notes, notes.business()),
            "competitors": named,
            "competitor_messages": [_message(by_name.get(name), known) for name in named],
            "competitor_channels": [
                ", ".join(by_name[name].hosts[:MOST]) if name in by_name else "" for name in named
            ],
            "messaging": [f"Only we say: {point}" for point in own] if pages else [],
            "channel": _channel_gaps(pages, known),
            "audience": [],
            "content": theirs,
            "differentiator": only,
        }
    )


def _channel_gaps(pages: Iterable[CompetitorPage], known: Known) -> list[str]:
    ours = " ".join(known.lines("channels")).casefold()
    found = dict.fromkeys(host for page in pages for host in page.hosts)
    apart = [host for host in found if host.split(".")[0].casefold() not in ours]
    return [f"Competitors link to {host}; you did not name it." for host in apart[:MOST]]


def _kpis(known: Known, notes: _Notes) -> dict[str, Any]:
    rows = [_indicator(objective, notes) for objective in known.lines("objectives")]
    if not rows:
        notes.lack("Objectives. Name what is to be reached.")
    else:
        notes.lack("Targets. Measure four weeks first; what you reach then is what to beat.")
    names = ("objectives", "metrics", "targets", "cadences", "sources")
    return notes.added({name: [row[at] for row in rows] for at, name in enumerate(names)})


def _indicator(objective: str, notes: _Notes) -> tuple[str, str, str, str, str]:
    wanted = objective.casefold()
    for words, metric, source in _MEASURES:
        if any(word in wanted for word in words.split()):
            notes.use(f"“{objective}” is usually measured by: {metric.lower()}.")
            cadence = "Every week" if metric.endswith(("week", "post")) else "Every month"
            return objective, metric, "not known", cadence, source
    notes.lack(f"A measure for “{objective}”. Name one that you can count.")
    return objective, "not known", "not known", "Every month", "not known"


def _keywords(known: Known, notes: _Notes) -> dict[str, Any]:
    query = known.text("query")
    terms = _own_terms(known, query, notes)
    found = searches_for(query, known, terms)
    notes.use(f"The words that you gave: {query}")
    notes.use("Ways in which people usually ask. That somebody asks so was not looked up.")
    notes.lack("How often each is looked for: no search engine was asked.")
    names = ("keywords", "intents", "clusters", "priorities", "ideas")
    return notes.added({name: [row[at] for row in found] for at, name in enumerate(names)})


def _own_terms(known: Known, query: str, notes: _Notes) -> list[str]:
    texts = [*known.selling_points, *known.pillars]
    if texts:
        notes.use(f"Words of {_PROFILE}.")
    if known.passages:
        notes.use(f"The knowledge base: {', '.join(dict.fromkeys(t for t, _ in known.passages))}.")
        texts += [text for _, text in known.passages]
    words = keywords_of(sentences_of("\n\n".join(texts), language=known.language), most=8)
    # Short lists have no whole sentence to learn from; pillars are terms as they stand.
    asked = query.casefold()
    return [
        word for word in dict.fromkeys([*known.pillars, *words]) if word.casefold() not in asked
    ]


def _read(known: Known, notes: _Notes) -> list[CompetitorPage]:
    for page in known.pages:
        if page.error:
            notes.lack(f"The site of {page.name}: {page.error}")
        elif page.text:
            notes.use(f"The site of {page.name}: {page.address}")
    return [page for page in known.pages if page.text]


def _message(page: CompetitorPage | None, known: Known) -> str:
    said = _first(page, known) if page else ""
    return f"“{said}”" if said else "not known"


def _first(page: CompetitorPage, known: Known) -> str:
    sentences = sentences_of(page.text, language=known.language)
    return sentences[0].text if sentences else page.title


def _says(page: CompetitorPage, point: str, known: Known) -> bool:
    """Whether half of the telling words of a point of ours are on their page too."""
    words = [word for word in point.split() if len(word) > 4]
    return bool(words) and sum(has_words(page.text, word) for word in words) * 2 >= len(words)


def _terms_apart(page: CompetitorPage, known: Known) -> list[str]:
    ours = " ".join([*known.facts(), *(text for _, text in known.passages)])
    terms = keywords_of(sentences_of(page.text, language=known.language), title=page.title)
    return [term for term in terms if not has_words(ours, term)][:4]


def _quotes(known: Known, notes: _Notes, subject: str) -> str:
    """What the knowledge base says, in its own words."""
    quotes = []
    for title, text in known.passages[:2]:
        sentences = sentences_of(text, language=known.language)
        if sentences and subject:
            quotes.append(f"\n“{sentences[0].text}” ({title})")
            notes.use(f"The knowledge base: {title}.")
    return "".join(quotes)


def _sentence(start: str, rest: str) -> str:
    return f"{start} {rest.strip().rstrip('.')}. ".lstrip() if rest.strip() else ""


def _lower(text: str) -> str:
    """For the middle of a sentence, unless it begins with a name in capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _article(noun: str) -> str:
    bare = noun.strip().rstrip(".")
    if bare.casefold().startswith(("a ", "an ", "the ")):
        return _lower(bare)
    return f"{'an' if bare[:1].casefold() in set('aeiou') else 'a'} {_lower(bare)}"


_BY_KIND: Final[Mapping[str, Callable[[Known, _Notes], dict[str, Any]]]] = {
    "positioning": _positioning,
    "funnel": _funnel,
    "competition": _competition,
    "kpis": _kpis,
    "keywords": _keywords,
}
