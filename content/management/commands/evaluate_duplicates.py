from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from config.kernel.embeddings import Embedded, current_model, embed
from config.kernel.embeddings.weights import LEXICAL, MINILM, weights_folder
from config.kernel.errors import DomainError
from content.evaluation.duplicates import KINDS, Measured, Pair, load_pairs, measure

_COLUMNS = (
    "Embeddings",
    "From",
    "Precision",
    "Recall",
    "Copies",
    "Paraphrases",
    "Wrong",
    "Nearest",
)


class Command(BaseCommand):
    help = (
        "Measure duplicate control on labelled pairs of posts: precision and recall at 0.85 and at "
        "the thresholds in use, for each embeddings provider that is available here."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="The figures as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        pairs = load_pairs()
        try:
            found = [row for name, by in _providers() for row in measure(pairs, by, name)]
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            rows = [row.as_json() for row in found]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        console = Console(file=cast(IO[str], self.stdout), width=120)
        console.print(_table(found))
        console.print(_note(pairs), highlight=False)


def _providers() -> Iterator[tuple[str, Callable[[Sequence[str]], Embedded]]]:
    """The model on this machine where its weights are, shared words, and what is configured."""
    from config.kernel.embeddings.providers import lexical, minilm

    if weights_folder():
        yield MINILM, lambda texts: Embedded(minilm.embed(texts), MINILM)
    yield LEXICAL, lambda texts: Embedded(lexical.embed(texts), LEXICAL)
    configured = current_model()
    if configured not in (MINILM, LEXICAL):
        yield configured, embed


def _table(found: Sequence[Measured]) -> Table:
    table = Table(title="Duplicates found", title_justify="left")
    for number, column in enumerate(_COLUMNS):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    for row in found:
        table.add_row(
            row.provider,
            f"{row.threshold:.2f} {row.use}".strip(),
            "none found" if row.precision is None else f"{row.precision:.1%}",
            f"{row.recall:.1%}",
            f"{row.recall_of_copies:.1%}",
            f"{row.recall_of_paraphrases:.1%}",
            str(row.wrong),
            f"{row.nearest_different:.2f}",
        )
    return table


def _note(pairs: Sequence[Pair]) -> str:
    kinds = Counter(pair.kind for pair in pairs)
    languages = ", ".join(sorted({pair.language for pair in pairs}))
    counted = ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS)
    return (
        f"Pairs: {counted}, in {languages}. Near copies and paraphrases count as duplicates; "
        "“Nearest” is the highest similarity of two different posts of one brand."
    )
