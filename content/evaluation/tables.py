"""What was measured, as a table for the terminal and as plain values for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from .scoring import FACTS_GOAL, GUARDS_GOAL, CaseScore, Totals

_COLUMNS = (
    "Pair",
    "Language",
    "Network",
    "Guards",
    "Facts",
    "Length",
    "Variety",
    "History",
    "Voice",
)


def table_of(scores: Sequence[CaseScore], totals: Totals, writer: str) -> Table:
    """A line a pair: texts that passed every guard, facts that were traced, characters of the
    shortest and the longest text, variety, nearness to earlier posts and voice, 0 to 1."""
    table = Table(title=f"{writer}: {totals.pairs} pairs", title_justify="left")
    for number, column in enumerate(_COLUMNS):
        table.add_column(column, justify="right" if number > 2 else "left", no_wrap=True)
    for score in scores:
        table.add_row(*_cells(score))
    table.add_section()
    guards = _judged(totals.guards_passed, GUARDS_GOAL)
    facts = _judged(totals.facts_traced, FACTS_GOAL)
    table.add_row(
        "Together",
        "",
        "",
        guards,
        facts,
        "",
        _figure(totals.variety),
        _figure(totals.near_history),
        _figure(totals.voice),
        style="bold",
    )
    return table


def notes_of(scores: Sequence[CaseScore], totals: Totals) -> list[str]:
    """What stands behind the figures: which guards failed where, what leaked, what was missing."""
    notes = [
        f"Goals: all guards passed by {GUARDS_GOAL:.0%} of the texts, {FACTS_GOAL:.0%} of the "
        f"facts traced. {totals.texts} texts, of which {totals.publishable:.1%} nothing blocks; "
        f"{totals.repeated} repeat an earlier text; {totals.leaked} forbidden words; model use "
        f"${totals.cost_micros / 1_000_000:.4f}."
    ]
    for score in scores:
        for text in score.texts:
            if said := _faults(text.failed, text.untraced, text.leaked):
                notes.append(f"{score.slug} {text.label}: {said}")
        notes += [f"{score.slug} {error}" for error in score.errors]
    return notes


def as_json(scores: Sequence[CaseScore], totals: Totals, writer: str) -> dict[str, Any]:
    return {
        "writer": writer,
        "totals": totals.as_json(),
        "pairs": [asdict(score) for score in scores],
    }


def _cells(score: CaseScore) -> list[str]:
    texts = score.texts
    wanted = len(texts) + len(score.errors)
    facts = sum(text.facts for text in texts)
    lost = sum(len(text.untraced) for text in texts)
    sizes = [text.characters for text in texts]
    near = [text.near_history for text in texts if text.near_history is not None]
    voices = [text.voice for text in texts if text.voice is not None]
    return [
        score.slug,
        score.language,
        score.platform,
        f"{sum(text.is_clean for text in texts)} of {wanted}",
        f"{facts} of {facts + lost}",
        f"{min(sizes)} to {max(sizes)}" if sizes else "",
        _figure(score.variety),
        _figure(max(near, default=None)),
        _figure(min(voices, default=None)),
    ]


def _judged(share: float, goal: float) -> str:
    colour = "green" if share >= goal else "red"
    return f"[{colour}]{share:.1%}[/{colour}]"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _faults(failed: Sequence[str], untraced: Sequence[str], leaked: Sequence[str]) -> str:
    parts = []
    if failed:
        parts.append(f"guards {', '.join(failed)}")
    if untraced:
        parts.append(f"untraced “{untraced[0]}”")
    if leaked:
        parts.append(f"forbidden “{', '.join(leaked)}”")
    return "; ".join(parts)
