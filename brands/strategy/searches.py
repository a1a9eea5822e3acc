"""Ways in which people ask for something, by language. Patterns, not counts: nobody was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from .known import Known

Search = tuple[str, str, str, str, str]
"""Keyword, intent, cluster, priority, idea."""

# Question, price, comparison, place: {q} is what is looked for and {p} where.
_ASKED: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "en": ("how does {q} work", "{q} price", "{q} comparison", "{q} in {p}"),
    "de": ("wie funktioniert {q}", "{q} Preis", "{q} Vergleich", "{q} in {p}"),
    "fr": ("comment marche {q}", "{q} prix", "{q} comparatif", "{q} à {p}"),
    "es": ("cómo funciona {q}", "{q} precio", "{q} comparativa", "{q} en {p}"),
    "it": ("come funziona {q}", "{q} prezzo", "{q} confronto", "{q} a {p}"),
    "nl": ("hoe werkt {q}", "{q} prijs", "{q} vergelijken", "{q} in {p}"),
    "pt": ("como funciona {q}", "{q} preço", "{q} comparação", "{q} em {p}"),
}


def searches_for(query: str, known: Known, terms: Sequence[str]) -> list[Search]:
    """The query, the ways to ask for it, and the brand's own terms with it; each once."""
    question, price, comparison, place = _ASKED.get(known.language[:2], _ASKED["en"])
    where = known.text("place") or known.location
    rows: list[Search] = [
        (query, "commercial", query, "high", f"A page that says what {query} is here"),
        (
            question.format(q=query),
            "informational",
            "How it works",
            "high",
            f"Explain {query} in five steps, with a picture each",
        ),
        (
            price.format(q=query),
            "transactional",
            "Price",
            "medium",
            f"Say what {query} costs and what that depends on",
        ),
        (
            comparison.format(q=query),
            "commercial",
            "Choosing",
            "medium",
            "Say for whom it is right, and for whom it is not",
        ),
        (f"{known.brand} {query}", "navigational", known.brand, "low", "Your own page, first"),
    ]
    if where:
        local = place.format(q=query, p=where)
        rows.append(
            (local, "transactional", "Nearby", "high", f"Show work that you did in {where}")
        )
    rows += [
        (f"{query} {term}", "informational", term, "medium", f"A post on {term}, for {query}")
        for term in terms[:8]
    ]
    found = {row[0].casefold(): row for row in reversed(rows)}
    return list(reversed(found.values()))
