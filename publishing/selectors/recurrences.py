"""What repeats, as pages show it: in words, with its next times and what there is to say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from config.kernel.clock import Occurrence
from config.kernel.pagination import Page, paginate
from publishing.models import PendingPost, Recurrence, RecurrenceStatus, Variant
from publishing.services.recurrence_rules import rule_in_words, shortest_gap
from publishing.services.recurrences import next_occurrences

SAME_WORDS_DAYS = 30
"""Within these the agent never says the same again; a person may, and is told."""
SHOWN = 6


@dataclass(frozen=True, slots=True)
class RecurrenceRow:
    recurrence: Recurrence
    words: str
    runs: Sequence[Occurrence]
    note: str

    @property
    def next_run(self) -> Occurrence | None:
        return self.runs[0] if self.runs else None

    @property
    def is_open(self) -> bool:
        return self.recurrence.status != RecurrenceStatus.ENDED


def recurrences_for_list(*, cursor: str | None = None) -> Page[RecurrenceRow]:
    """Newest first, 25 a page."""
    variants = Variant.objects.select_related("account").only(
        "composition_id", "account__name", "account__platform"
    )
    rows = Recurrence.objects.filter(composition__brand__deleted_at=None)
    rows = rows.select_related("composition__brand").prefetch_related(
        Prefetch("composition__variants", variants)
    )
    page = paginate(rows, order=("-created_at", "-id"), cursor=cursor, size=25)
    shown = tuple(recurrence_row(row, count=2) for row in page.items)
    return Page(shown, page.next_cursor, page.previous_cursor)


def recurrence_row(recurrence: Recurrence, *, count: int = SHOWN) -> RecurrenceRow:
    runs = next_occurrences(recurrence, count=count)
    return RecurrenceRow(recurrence, rule_in_words(recurrence.rule), runs, note_on(runs))


def note_on(runs: Sequence[Occurrence], last: date | None = None) -> str:
    """A sentence when the same words come again within a month; empty when they do not."""
    gap = shortest_gap([each.date for each in runs] + ([last] if last else []))
    if gap is None or gap >= SAME_WORDS_DAYS:
        return ""
    days = "every day" if gap == 1 else f"after {gap} days"
    return (
        f"The same words come again {days}. Some networks take that for spam; change the "
        "draft between two times, and what comes later says the new words."
    )


def posts_of_recurrence(recurrence: Recurrence) -> list[PendingPost]:
    """What was made of it so far, newest time first."""
    posts = PendingPost.objects.select_related("account").filter(recurrence=recurrence)
    return list(posts.order_by("-scheduled_for", "-id")[:20])
