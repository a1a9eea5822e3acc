"""How well an embeddings provider tells what was said before from what is new.

Forty posts of eight made-up brands, in four languages. Each has a near copy, as somebody makes it
who posts the same again with a word changed, and a paraphrase, which says the same in other words.
Any two posts of one brand are different: they share their subject, which is what makes it hard.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

import numpy as np

from config.kernel.embeddings import Embedded, thresholds

FOLDER = Path(__file__).parent / "pairs"
AT = 0.85  # specification 1c: from here on a text is refused as said before

Kind = Literal["near copy", "paraphrase", "different"]
KINDS: tuple[Kind, ...] = ("near copy", "paraphrase", "different")


@dataclass(frozen=True, slots=True)
class Pair:
    kind: Kind
    language: str
    one: str
    other: str

    @property
    def is_duplicate(self) -> bool:
        return self.kind != "different"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one threshold finds. `use` says what it is for here: "refuses", "warns" or nothing.
    `precision` is the share of the found that are duplicates, None
    where nothing was found; `recall` the share of the duplicates that were found, by kind too."""

    provider: str
    threshold: float
    use: str
    found: int
    wrong: int
    precision: float | None
    recall: float
    recall_of_copies: float
    recall_of_paraphrases: float
    nearest_different: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def load_pairs() -> list[Pair]:
    """All labelled pairs, in the order of their files."""
    found: list[Pair] = []
    for path in sorted(FOLDER.glob("*.toml")):
        for brand in tomllib.loads(path.read_text(encoding="utf-8"))["brand"]:
            language, posts = brand["language"], brand["post"]
            for post in posts:
                found.append(Pair("near copy", language, post["text"], post["copy"]))
                found.append(Pair("paraphrase", language, post["text"], post["paraphrase"]))
            texts = [post["text"] for post in posts]
            found += [Pair("different", language, a, b) for a, b in combinations(texts, 2)]
    return found


def measure(
    pairs: Sequence[Pair], embed: Callable[[Sequence[str]], Embedded], provider: str
) -> list[Measured]:
    """At 0.85 and at the model's own thresholds, the strictest first. Raises what `embed` does."""
    texts = sorted({text for pair in pairs for text in (pair.one, pair.other)})
    model, vectors = _embedded(texts, embed)
    scores = [float(vectors[pair.one] @ vectors[pair.other]) for pair in pairs]
    own = thresholds(model)
    uses = {AT: "", own.warn: "warns", own.reject: "refuses"}
    return [
        _measured(pairs, scores, limit, provider, use) for limit, use in sorted(uses.items())[::-1]
    ]


def _embedded(
    texts: Sequence[str], embed: Callable[[Sequence[str]], Embedded]
) -> tuple[str, dict[str, np.ndarray]]:
    found = embed(texts)
    return found.model, dict(zip(texts, found.vectors, strict=True))


def _measured(
    pairs: Sequence[Pair], scores: Sequence[float], limit: float, provider: str, use: str
) -> Measured:
    hit = [score >= limit for score in scores]
    found = sum(hit)
    wrong = sum(hit[place] and not pair.is_duplicate for place, pair in enumerate(pairs))
    different = [score for pair, score in zip(pairs, scores, strict=True) if not pair.is_duplicate]
    return Measured(
        provider=provider,
        threshold=limit,
        use=use,
        found=found,
        wrong=wrong,
        precision=(found - wrong) / found if found else None,
        recall=_recall(pairs, hit, ("near copy", "paraphrase")),
        recall_of_copies=_recall(pairs, hit, ("near copy",)),
        recall_of_paraphrases=_recall(pairs, hit, ("paraphrase",)),
        nearest_different=max(different, default=0.0),
    )


def _recall(pairs: Sequence[Pair], hit: Sequence[bool], kinds: Sequence[Kind]) -> float:
    wanted = [place for place, pair in enumerate(pairs) if pair.kind in kinds]
    return sum(hit[place] for place in wanted) / len(wanted) if wanted else 0.0
