"""Posts from a file: seen before they are made, made by a worker each once, undone as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.due import Due, due_rows
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from config.kernel.states import move
from organizations.models import User
from organizations.services.audit import record
from publishing.models import (
    ImportStatus,
    PostImport,
)

from .imports_checking import (
    AT_ITS_TIME,
    DRAFT,
    LANDS,
    Wishes,
    check_lines,
    lines_of,
)
from .imports_columns import checked_columns, guess_columns
from .imports_making import locked_import, make_import
from .imports_reading import read_table
from .imports_times import ORDERS
from .imports_undoing import take_back_import

IMPORTS_A_SWEEP: Final = 20


def check_file(*, brand: BrandProfile, name: str, data: bytes, by: User | None) -> PostImport:
    """Read a file and say what it would become; nothing is made.

    Raises Invalid, field "upload", for what is no table of posts.
    """
    table = read_table(data)
    columns = guess_columns(table.columns)
    is_timed = any(each in columns for each in ("when", "date", "queue"))
    wishes = Wishes(columns, AT_ITS_TIME if is_timed else DRAFT)
    rows = check_lines(brand=brand, wishes=wishes, lines=table.lines)
    with org_atomic():
        row = PostImport.objects.create(
            brand=brand,
            created_by=by,
            name=" ".join(name.split())[:200] or f"posts.{table.kind}",
            kind=table.kind,
            mapping={**_as_json(wishes), "all_columns": list(table.columns)},
            lands=wishes.lands,
            rows=rows,
        )
        record(action="import.checked", target=row, by=by, data={"rows": len(rows)})
    return row


def check_again(*, post_import: PostImport, wishes: Wishes, by: User | None) -> PostImport:
    """The same file with other columns or wishes. Raises Conflict once it is confirmed."""
    _refuse_wishes(wishes)
    with org_atomic():
        row = locked_import(post_import)
        if row.status != ImportStatus.CHECKED:
            raise Conflict("This import was confirmed already, so it can no longer be changed.")
        columns = checked_columns(wishes.columns, row.mapping["all_columns"])
        wishes = Wishes(
            columns, wishes.lands, wishes.date_order, tuple(wishes.accounts), wishes.queue
        )
        row.rows = check_lines(brand=row.brand, wishes=wishes, lines=lines_of(row.rows))
        row.mapping = {**_as_json(wishes), "all_columns": row.mapping["all_columns"]}
        row.lands, row.queue_id = wishes.lands, UUID(wishes.queue) if wishes.queue else None
        row.save(update_fields=["rows", "mapping", "lands", "queue", "updated_at"])
        record(action="import.changed", target=row, by=by)
    return row


def confirm_import(*, post_import: PostImport, by: User | None, only_whole: bool) -> PostImport:
    """Have what is right made by a worker. With `only_whole` nothing is made while a row is wrong.

    Raises Conflict when there is nothing to make, or it was confirmed already.
    """
    with org_atomic():
        row = locked_import(post_import)
        wrong = sum(bool(each["problems"]) for each in row.rows)
        if row.status != ImportStatus.CHECKED:
            raise Conflict("This import was confirmed already.")
        if wrong and only_whole:
            raise Conflict(
                f"{wrong} row{'' if wrong == 1 else 's'} cannot be made, and you asked for all or "
                "nothing. Mend the file and upload it again, or leave those rows out."
            )
        if wrong == len(row.rows):
            raise Conflict("No row can be made as it is. Look at what each one says.")
        move(row, ImportStatus.QUEUED, due_at=now(), attempts=0)
        record(action="import.confirmed", target=row, by=by, data={"rows": len(row.rows) - wrong})
    return row


def cancel_import(*, post_import: PostImport, by: User | None) -> PostImport:
    """Forget a file of which nothing was made. Raises Conflict once a worker is at it."""
    with org_atomic():
        row = locked_import(post_import)
        if row.status not in (ImportStatus.CHECKED, ImportStatus.QUEUED) or row.made_count:
            raise Conflict("Its posts are being made. Undo the import when it is done.")
        move(row, ImportStatus.CANCELLED, due_at=None)
        record(action="import.cancelled", target=row, by=by)
    return row


def due_imports(*, most: int = IMPORTS_A_SWEEP) -> list[Due]:
    return due_rows(PostImport, moment=now(), most=most)


def sweep_imports(*, most: int = IMPORTS_A_SWEEP) -> int:
    """Make the rows of every confirmed import here, and take back those of every import that is
    being undone. Gives how many were this worker's."""
    return sum(carry_on(row.organization_id, row.id) for row in due_imports(most=most))


def carry_on(organization_id: UUID, import_id: UUID) -> bool:
    """Whatever is to be done with an import. Safe to run twice."""
    made = make_import(organization_id, import_id)
    return made or take_back_import(organization_id, import_id)


def _refuse_wishes(wishes: Wishes) -> None:
    if wishes.lands not in LANDS or wishes.date_order not in ORDERS:
        raise Invalid("Choose what becomes of the rows.", field="lands")


def _as_json(wishes: Wishes) -> dict[str, Any]:
    return {
        "columns": dict(wishes.columns),
        "date_order": wishes.date_order,
        "accounts": list(wishes.accounts),
        "queue": wishes.queue,
    }


def wishes_of(post_import: PostImport) -> Wishes:
    kept = post_import.mapping
    accounts: Iterable[str] = kept.get("accounts", ())
    return Wishes(
        kept.get("columns", {}),
        post_import.lands,
        kept.get("date_order", ""),
        tuple(accounts),
        kept.get("queue", ""),
    )
