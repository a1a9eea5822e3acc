"""Looking things up in one organization's 200,000 passages: by words, by vectors, and by both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db import connections

from brands.knowledge import finding
from brands.knowledge.finding import Shelf, by_vector, by_words, fused
from brands.knowledge.fulltext import languages_for, steps_for
from brands.services.knowledge import find_passages
from config.kernel.embeddings import embed
from config.kernel.scoping import org_atomic, scope

from .figures import at_most, middle, ms, percentile, spread, timed
from .library import Library, stock
from .part import Bench
from .report import Cell, Section

PASSAGES: Final = 200_000
QUICK: Final = 2_000
QUESTIONS: Final = 200
COMPARED: Final = 100
"""Questions whose neighbours are also sought among all vectors, which takes a second each."""
WARM_UP: Final = 60
"""Other questions, asked before: a database that just started finds its pages on the disk."""
MOST_SECONDS: Final = 0.100
LEAST_RECALL: Final = 0.95


def measure(bench: Bench) -> list[Section]:
    library = stock(bench, bench.few(PASSAGES, quick=QUICK))
    questions = library.questions(bench.few(QUESTIONS, quick=20), Random(11))
    embed(questions[:1])  # Opens the model's file, which happens once a process.
    embedding, vectors, model = [], [], ""
    for question in questions:
        seconds, embedded = timed(partial(embed, [question], purpose="query"))
        embedding.append(seconds)
        vectors.append(embedded.vectors[0].tolist())
        model = embedded.model
    section = Section("Knowledge", ("What", "median / 95th percentile", "recall@10"))
    for question in library.questions(bench.few(WARM_UP, quick=2), Random(12)):
        with scope(library.organization_id):
            find_passages(query=question, brand_id=library.brand_id)
    _asked(bench, section, library, questions, vectors, model)
    section.add("Of it the question's own vector (offline model)", ms(middle(embedding)), "")
    _narrow(bench, section, library, vectors, model)
    section.notes.append(
        f"{library.count:,} passages of about 1,000 characters in one organization, as the "
        "application's role behind row-level security. Recall: of the ten nearest by an exact "
        f"scan, how many the index found. Up to {finding.EXACT_UP_TO:,} passages all are compared."
    )
    return [section]


def _asked(
    bench: Bench,
    section: Section,
    library: Library,
    questions: Sequence[str],
    vectors: Sequence[list[float]],
    model: str,
) -> None:
    shelf = Shelf(library.bucket_ids)
    words: list[float] = []
    neighbours: list[float] = []
    together: list[float] = []
    whole: list[float] = []
    with bench.counted("Questions", len(questions)) as step:
        for question, vector in zip(questions, vectors, strict=True):
            word_seconds, found = _inside(library, partial(_words, question, shelf))
            vector_seconds, near = _inside(library, partial(_near, vector, model, shelf))
            words.append(word_seconds)
            neighbours.append(vector_seconds)
            together.append(word_seconds + vector_seconds + timed(partial(fused, found, near))[0])
            with scope(library.organization_id):
                ask = partial(find_passages, query=question, brand_id=library.brand_id)
                whole.append(timed(ask)[0])
            step(1)
    exact, recall = _recall(bench, library, shelf, vectors[:COMPARED], model)
    ratio = f"{middle(exact) / middle(neighbours):.0f} × faster than the exact scan"
    section.add("By words", _both(words), "")
    section.add("By vectors", _both(neighbours), at_least(recall))
    section.add(f"The exact scan of all vectors ({ratio})", _both(exact), "1.00")
    section.add("By both, ranks fused", _goal(together), "")
    section.add("The whole look-up: its vector, both, the passages, the note", _goal(whole), "")


def _narrow(
    bench: Bench, section: Section, library: Library, vectors: Sequence[list[float]], model: str
) -> None:
    """One bucket alone: the filter is where an approximate index loses what it should find."""
    for bucket_id, count in library.buckets[1:]:
        shelf = Shelf((bucket_id,))
        some = vectors[: COMPARED // 2]
        seconds = [_inside(library, partial(_near, each, model, shelf))[0] for each in some]
        _, recall = _recall(bench, library, shelf, some, model)
        section.add(f"By vectors in a bucket of {count:,}", _both(seconds), at_least(recall))


def _recall(
    bench: Bench, library: Library, shelf: Shelf, vectors: Sequence[list[float]], model: str
) -> tuple[list[float], float]:
    """Seconds of each exact scan, and the share of its ten nearest that were found."""
    seconds, shares = [], []
    with bench.counted("Exact scans", len(vectors)) as step:
        for vector in vectors:
            taken, exact = _inside(library, partial(_exact, vector, model, shelf))
            _, near = _inside(library, partial(_near, vector, model, shelf))
            seconds.append(taken)
            shares.append(len(set(exact) & {each for each, _ in near}) / max(1, len(exact)))
            step(1)
    return seconds, float(np.mean(shares))


def _inside(library: Library, act: Callable[[], Any]) -> tuple[float, Any]:
    with org_atomic(library.organization_id):
        return timed(act)


def _words(question: str, shelf: Shelf) -> list[tuple[UUID, int]]:
    return by_words(steps_for(question, languages_for(question)), shelf)


def _near(vector: list[float], model: str, shelf: Shelf) -> list[tuple[UUID, float]]:
    return by_vector(vector, model, shelf, least=-1.0)


def _exact(vector: list[float], model: str, shelf: Shelf) -> list[UUID]:
    values: dict[str, Any] = {
        "vector": "[" + ",".join(map(str, vector)) + "]",
        "model": model,
        "buckets": list(shelf.bucket_ids),
        "hidden": [],
        "most": 10,
    }
    with connections["default"].cursor() as cursor:
        cursor.execute(finding.EXACT, values)
        return [row[0] for row in cursor.fetchall()]


def at_least(recall: float) -> Cell:
    return Cell(f"{recall:.3f}", recall >= LEAST_RECALL)


def _both(seconds: list[float]) -> str:
    return spread(middle(seconds), percentile(seconds, 0.95))


def _goal(seconds: list[float]) -> Cell:
    slowest = percentile(seconds, 0.95)
    return at_most(slowest, MOST_SECONDS, lambda _: _both(seconds))
