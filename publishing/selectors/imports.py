"""An import as its page shows it: how many rows are right, and each row with what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.kernel.pagination import Page, paginate
from publishing.models import ImportStatus, PostImport, SocialAccount
from publishing.services.imports_checking import AT_ITS_TIME, IN_QUEUE

ROWS_A_PAGE = 50
_MOVING = (ImportStatus.QUEUED, ImportStatus.RUNNING, ImportStatus.UNDOING)


@dataclass(frozen=True, slots=True)
class ImportRow:
    number: int
    text: str
    becomes: str
    accounts: Sequence[SocialAccount]
    problems: Sequence[Mapping[str, str]]
    notes: Sequence[str]
    made: str
    error: str
    is_taken_back: bool


@dataclass(frozen=True, slots=True)
class ImportShown:
    post_import: PostImport
    rows: Sequence[ImportRow]
    whole: int
    """Rows in all, and of them: right, wrong, failed while they were made, and taken back."""
    right: int
    wrong: int
    failed: int
    taken_back: int
    only_wrong: bool
    page: int
    pages: int

    @property
    def is_moving(self) -> bool:
        """Whether a worker is at it."""
        return self.post_import.status in _MOVING

    @property
    def to_take_back(self) -> int:
        return self.taken_back + self.post_import.made_count

    @property
    def done(self) -> int:
        return self.post_import.made_count + self.failed


def imports_for_list(*, cursor: str | None = None) -> Page[PostImport]:
    """Newest first, 25 a page, without their rows."""
    rows = PostImport.objects.select_related("brand", "created_by").defer("rows", "mapping")
    return paginate(rows, order=("-created_at", "-id"), cursor=cursor, size=25)


def import_shown(
    post_import: PostImport, *, page: int = 1, only_wrong: bool = False
) -> ImportShown:
    rows = post_import.rows
    wrong = [each for each in rows if each["problems"]]
    failed = [each for each in rows if each["error"]]
    listed = sorted([*wrong, *failed], key=lambda each: each["number"]) if only_wrong else rows
    pages = max(1, -(-len(listed) // ROWS_A_PAGE))
    page = min(max(1, page), pages)
    shown = listed[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
    return ImportShown(
        post_import,
        _rows(post_import, shown),
        whole=len(rows),
        right=len(rows) - len(wrong),
        wrong=len(wrong),
        failed=len(failed),
        taken_back=sum(bool(each.get("is_taken_back")) for each in rows),
        only_wrong=only_wrong,
        page=page,
        pages=pages,
    )


def _rows(post_import: PostImport, rows: Sequence[Mapping[str, Any]]) -> list[ImportRow]:
    ids = {pk for row in rows for pk in row["accounts"]}
    named = {
        str(each.pk): each
        for each in SocialAccount.objects.filter(pk__in=ids).only("name", "platform", "handle")
    }
    queues = {str(pk): name for pk, name in post_import.brand.queues.values_list("pk", "name")}
    return [
        ImportRow(
            row["number"],
            row["words"]["text"] or row["words"]["title"],
            _becomes(row, queues),
            [named[pk] for pk in row["accounts"] if pk in named],
            row["problems"],
            row["notes"],
            row["made"],
            row["error"],
            bool(row.get("is_taken_back")),
        )
        for row in rows
    ]


def _becomes(row: Mapping[str, Any], queues: Mapping[str, str]) -> str:
    if row["becomes"] == AT_ITS_TIME:
        return f"{row['wall']}, {row['zone']}"
    if row["becomes"] == IN_QUEUE:
        return f"Next free time of “{queues.get(row['queue'], 'a queue')}”"
    return "Draft"
