"""Papers of strategy: asked for, edited, compared, taken back. Working them out is strategy_work's.

Every state of the words is a version of its own; nothing that was written is ever lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.db import transaction

from brands.models import BrandProfile, StrategyKind, StrategyPaper, StrategyStatus, StrategyVersion
from brands.strategy.layout import LAYOUTS, as_markdown, as_text, parts_of, tidied
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid, NotFound
from config.kernel.language.changes import Change, word_changes
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.states import move
from config.kernel.tasks import hint
from organizations.models import User
from organizations.services.audit import record

MOST_PAPERS: Final = 200  # of one brand
WRITER_KEYWORDS: Final = 8

Inputs = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class PartChange:
    label: str
    pieces: tuple[Change, ...]

    @property
    def is_changed(self) -> bool:
        return any(piece.kind != "same" for piece in self.pieces)


def request_paper(
    *, brand: BrandProfile, kind: str, inputs: Inputs, by: User | None, title: str = ""
) -> StrategyPaper:
    """Ask for a paper; the row is the queue, and a worker works it out within seconds.

    Raises Invalid for a kind that there is not, and when the brand has too many papers.
    """
    if kind not in StrategyKind.values:
        raise Invalid("There is no such kind of paper. Choose one of the five.", field="kind")
    with org_atomic():
        if StrategyPaper.objects.filter(brand=brand).count() >= MOST_PAPERS:
            raise Invalid(f"A brand has at most {MOST_PAPERS} papers. Delete one first.")
        paper = StrategyPaper.objects.create(
            brand=brand,
            kind=kind,
            title=_title(title) or f"{LAYOUTS[kind].label} of {brand.name}"[:200],
            inputs=dict(inputs),
            due_at=now(),
            created_by=by,
        )
        record(action="strategy.requested", target=paper, by=by, data={"kind": kind})
        _hint(paper)
    return paper


def rework_paper(*, paper: StrategyPaper, inputs: Inputs, by: User | None) -> StrategyPaper:
    """Have a paper worked out again; the versions so far stay. Raises Conflict while it is."""
    with org_atomic():
        is_moved = paper.status in (StrategyStatus.READY, StrategyStatus.FAILED) and move(
            paper,
            StrategyStatus.QUEUED,
            inputs=dict(inputs),
            error="",
            attempts=0,
            due_at=now(),
            claimed_until=None,
        )
        if not is_moved:
            raise Conflict("It is being worked out. Wait until it is there, then ask again.")
        record(action="strategy.requested", target=paper, by=by, data={"kind": paper.kind})
        _hint(paper)
    return paper


def add_version(
    *,
    paper: StrategyPaper,
    result: Mapping[str, Any],
    by: User | None,
    note: str = "",
    is_edited: bool = False,
    model_used: str = "",
    cost_micros: int = 0,
) -> StrategyVersion:
    """The next version, which is the paper's words from then on. Call it in a transaction that
    holds the paper's row."""
    paper.current_number += 1
    paper.save(update_fields=["current_number", "updated_at"])
    return StrategyVersion.objects.create(
        paper=paper,
        number=paper.current_number,
        result=tidied(paper.kind, result),
        note=note[:300],
        is_edited=is_edited,
        model_used=model_used,
        cost_micros=cost_micros,
        created_by=by,
    )


def edit_paper(
    *, paper: StrategyPaper, result: Mapping[str, Any], seen: int, title: str, by: User
) -> StrategyPaper:
    """Keep what a person wrote as a new version; the same words make none.

    `seen` is the number of the version that they had before them. Raises Conflict when there is a
    newer one by now, and Invalid for a title that is empty.
    """
    with org_atomic():
        fresh = _locked(paper)
        if not (named := _title(title)):
            raise Invalid("Give the paper a title.", field="title")
        if fresh.current_number != seen:
            raise Conflict(
                f"Somebody saved version {fresh.current_number} while you wrote. Copy your words, "
                "open the paper again, and put them in."
            )
        current = version_of(fresh)
        wanted = tidied(fresh.kind, result)
        if fresh.title != named:
            fresh.title = named
            fresh.save(update_fields=["title", "updated_at"])
        elif wanted == current.result:
            return fresh
        if wanted != current.result:
            add_version(paper=fresh, result=wanted, by=by, is_edited=True)
        record(action="strategy.edited", target=fresh, by=by, data={"number": fresh.current_number})
    return fresh


def restore_version(*, paper: StrategyPaper, number: int, by: User) -> StrategyVersion:
    """Make an older version the words again, as a new one. Raises NotFound."""
    with org_atomic():
        fresh = _locked(paper)
        older = version_of(fresh, number)
        version = add_version(
            paper=fresh, result=older.result, by=by, note=f"Version {number} again", is_edited=True
        )
        record(action="strategy.version_restored", target=fresh, by=by, data={"number": number})
    return version


def delete_paper(*, paper: StrategyPaper, by: User) -> None:
    """Hide a paper with its versions; `restore_paper` brings it back for 30 days."""
    with org_atomic():
        paper.soft_delete()
        record(action="strategy.deleted", target=paper, by=by)


def restore_paper(*, paper: StrategyPaper, by: User) -> None:
    with org_atomic():
        paper.restore()
        record(action="strategy.restored", target=paper, by=by)


def version_of(paper: StrategyPaper, number: int | None = None) -> StrategyVersion:
    """The version that counts, or the one of a number. Raises NotFound."""
    wanted = paper.current_number if number is None else number
    row = StrategyVersion.objects.filter(paper=paper, number=wanted).first()
    if row is None:
        raise NotFound("There is no such version of this paper.")
    return row


def compare_versions(paper: StrategyPaper, older: int, newer: int) -> list[PartChange]:
    """What differs between two versions, part by part, those without a change too."""
    before, after = version_of(paper, older), version_of(paper, newer)
    return [
        PartChange(
            part.label,
            tuple(
                word_changes(
                    as_text(paper.kind, before.result, part),
                    as_text(paper.kind, after.result, part),
                )
            ),
        )
        for part in parts_of(paper.kind)
    ]


def markdown_of(paper: StrategyPaper) -> str:
    return as_markdown(paper.title, paper.kind, version_of(paper).result)


def lines_for_writer(brand: BrandProfile) -> list[str]:
    """What a writer of posts is given of the brand's strategy: the newest positioning statement,
    and the keywords of high priority. Empty where there is none."""
    with org_atomic():
        statement = _newest(brand, StrategyKind.POSITIONING).get("statement", "")
        rows = _newest(brand, StrategyKind.KEYWORDS).get("keywords", [])
    words = [row["keyword"] for row in rows if row.get("priority") == "high"][:WRITER_KEYWORDS]
    lines = [f"Positioning: {statement}"] if statement else []
    return [*lines, f"Keywords, where they fit: {', '.join(words)}"] if words else lines


def _newest(brand: BrandProfile, kind: StrategyKind) -> dict[str, Any]:
    papers = StrategyPaper.objects.filter(brand=brand, kind=kind, current_number__gt=0)
    paper = papers.order_by("-created_at").first()
    return dict(version_of(paper).result) if paper else {}


def _locked(paper: StrategyPaper) -> StrategyPaper:
    row = StrategyPaper.objects.select_for_update().filter(pk=paper.pk).first()
    if row is None:
        raise NotFound("There is no such paper. It may have been deleted.")
    return row


def _title(title: str) -> str:
    return " ".join(title.replace("\x00", "").split())[:200]


def _hint(paper: StrategyPaper) -> None:
    from brands.tasks import work_out_paper

    ids = (str(current_organization_id()), str(paper.pk))
    transaction.on_commit(partial(hint, work_out_paper, *ids))
