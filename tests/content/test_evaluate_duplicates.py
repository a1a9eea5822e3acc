from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command

from config.kernel.embeddings import Embedded
from config.kernel.embeddings.providers import lexical
from config.kernel.embeddings.weights import LEXICAL, MINILM
from content.evaluation.duplicates import Pair, load_pairs, measure


def test_there_are_pairs_enough_of_every_kind_in_several_languages() -> None:
    pairs = load_pairs()
    kinds = Counter(pair.kind for pair in pairs)
    assert kinds["near copy"] >= 40 and kinds["paraphrase"] >= 40 and kinds["different"] >= 80
    assert {pair.language for pair in pairs} == {"en", "de", "fr", "es"}
    assert len({(pair.one, pair.other) for pair in pairs}) == len(pairs)
    assert all(pair.one != pair.other for pair in pairs)


def test_shared_words_find_the_copies_and_call_nothing_new_a_copy() -> None:
    rows = measure(load_pairs(), lambda texts: Embedded(lexical.embed(texts), LEXICAL), "by words")
    own = next(row for row in rows if row.use == "refuses")
    assert own.precision == 1.0 and own.recall_of_copies >= 0.95
    assert [(row.threshold, row.use) for row in rows] == [
        (0.85, ""),
        (0.70, "refuses"),
        (0.60, "warns"),
    ]


def test_precision_and_recall_are_what_they_are_called() -> None:
    pairs = [
        Pair("near copy", "en", "a", "b"),
        Pair("paraphrase", "en", "a", "c"),
        Pair("different", "en", "a", "d"),
    ]
    vectors = {"a": (1.0, 0.0), "b": (1.0, 0.0), "c": (0.0, 1.0), "d": (1.0, 0.0)}

    def embed(texts: Sequence[str]) -> Embedded:
        return Embedded(np.array([vectors[text] for text in texts], dtype=np.float32), MINILM)

    row, _ = measure(pairs, embed, "made up")
    assert (row.found, row.wrong, row.precision) == (2, 1, 0.5)
    assert (row.recall, row.recall_of_copies, row.recall_of_paraphrases) == (0.5, 1.0, 0.0)
    assert row.nearest_different == 1.0


def test_the_command_prints_a_table_and_the_same_as_json(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from content.management.commands import evaluate_duplicates

    monkeypatch.setattr(evaluate_duplicates, "weights_folder", lambda: None)
    out = StringIO()
    call_command("evaluate_duplicates", stdout=out)
    assert "Precision" in out.getvalue() and LEXICAL in out.getvalue()
    out = StringIO()
    call_command("evaluate_duplicates", "--json", stdout=out)
    assert {row["threshold"] for row in json.loads(out.getvalue())} >= {0.85}
