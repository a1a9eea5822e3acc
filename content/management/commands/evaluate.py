from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from config.kernel.embeddings import Embedded
from config.kernel.embeddings.weights import LEXICAL
from config.kernel.errors import DomainError
from config.kernel.scoping import scope, unscoped
from content.evaluation.cases import Case, load_cases
from content.evaluation.models import model_writer
from content.evaluation.scoring import CaseScore, score_case, totals_of
from content.evaluation.tables import as_json, notes_of, table_of
from content.evaluation.writing import Embed, OfflineWriter, Writer, write_case
from content.services.similarity import vectors_of
from organizations.models import Organization

OFFLINE = "offline"
WIDTH = 130


class Command(BaseCommand):
    help = (
        "Have forty fixed brand and material pairs written and score what comes of it by code: "
        "guards passed, facts traced, length, variety, nearness to earlier posts, voice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "models",
            nargs="*",
            help="provider:name of each model to measure, “configured” for the one that would be "
            "asked, “offline” for the writer without a model. Without any: offline.",
        )
        parser.add_argument("--organization", help="Slug: with its keys, and on its budget.")
        parser.add_argument("--pair", action="append", help="Slug of a pair; may be repeated.")
        parser.add_argument("--json", action="store_true", help="Everything as JSON, with texts.")
        parser.add_argument("--texts", action="store_true", help="Print the texts too.")
        parser.add_argument("--lexical", action="store_true", help="Compare by words alone: quick.")
        parser.add_argument("--strict", action="store_true", help="Fail when a goal is missed.")

    def handle(self, *args: Any, **options: Any) -> None:
        cases = load_cases(options["pair"] or ())
        if not cases:
            raise CommandError("There is no such pair. Leave --pair out to see their names.")
        embed = _lexical if options["lexical"] else vectors_of
        results = []
        try:
            for name in options["models"] or [OFFLINE]:
                with _writer(name, options["organization"]) as writer:
                    scores = list(_scored(cases, writer, embed))
                results.append((name, scores, totals_of(scores)))
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            found = [as_json(scores, totals, name) for name, scores, totals in results]
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        else:
            self._print(results, texts=options["texts"])
        if options["strict"] and not all(totals.meets_goals for _, _, totals in results):
            raise CommandError("A goal was missed.")

    def _print(self, results: list[Any], *, texts: bool) -> None:
        console = Console(file=cast(IO[str], self.stdout), width=WIDTH)
        for name, scores, totals in results:
            console.print(table_of(scores, totals, name))
            for note in notes_of(scores, totals):
                console.print(note, markup=False, highlight=False)
            if texts:
                _print_texts(console, scores)


def _print_texts(console: Console, scores: list[CaseScore]) -> None:
    for score in scores:
        for text in score.texts:
            console.rule(f"{score.slug} {text.label}, {text.angle}", align="left")
            console.print(text.text, markup=False, highlight=False)


def _scored(cases: list[Case], writer: Writer, embed: Embed) -> Iterator[CaseScore]:
    for case in cases:
        yield score_case(write_case(case, writer, embed), embed)


def _lexical(texts: Any) -> Embedded:
    from config.kernel.embeddings.providers import lexical

    return Embedded(lexical.embed(texts), LEXICAL)


@contextmanager
def _writer(name: str, slug: str | None) -> Iterator[Writer]:
    if name == OFFLINE:
        yield OfflineWriter()
        return
    organization = _organization(slug) if slug else None
    entered = scope(organization.pk) if organization else nullcontext()
    model = "" if name == "configured" else name
    with entered, model_writer(organization.pk if organization else None, model) as writer:
        yield writer


def _organization(slug: str) -> Organization:
    with unscoped("evaluate: the organization whose keys and budget are used"):
        found = Organization.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no organization “{slug}”.")
    return found
