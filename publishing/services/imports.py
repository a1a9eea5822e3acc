"""Posts from a file: seen before they are made, made by a worker each once, undone as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.due import Due, due_rows
from config.kernel.errors import Conflict, DomainError, Invalid
from config.kernel.models import claim
from config.kernel.scoping import org_atomic, scope
from config.kernel.states import move
from config.kernel.tasks import record_work
from organizations.models import ActorKind, User
from organizations.services.audit import record
from publishing.models import (
    Composition,
    ImportStatus,
    PendingPost,
    PendingStatus,
    PostImport,
    SocialAccount,
)

from .compositions import compose, delete_composition
from .compositions_following import locked_composition
from .compositions_placing import place_composition
from .imports_checking import (
    AT_ITS_TIME,
    DRAFT,
    IN_QUEUE,
    LANDS,
    Wishes,
    check_lines,
    lines_of,
    words_of_row,
)
from .imports_columns import checked_columns, guess_columns
from .imports_reading import read_table
from .imports_times import ORDERS
from .pending_posts import reject_post

LEASE_SECONDS: Final = 180.0
A_STEP: Final = 10
"""Rows made in one transaction: what a crash undoes, and what one look at the progress moves by."""
MOST_ATTEMPTS: Final = 5
IMPORTS_A_SWEEP: Final = 20
_LEFT: Final = (PendingStatus.PUBLISHING, PendingStatus.PUBLISHED)
_UNSENT: Final = (
    *(PendingStatus.DRAFT, PendingStatus.PENDING),
    *(PendingStatus.APPROVED, PendingStatus.AUTO_APPROVED),
    PendingStatus.FAILED,
)


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
        row = _locked(post_import)
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
        row = _locked(post_import)
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
        row = _locked(post_import)
        if row.status not in (ImportStatus.CHECKED, ImportStatus.QUEUED) or row.made_count:
            raise Conflict("Its posts are being made. Undo the import when it is done.")
        move(row, ImportStatus.CANCELLED, due_at=None)
        record(action="import.cancelled", target=row, by=by)
    return row


def undo_import(*, post_import: PostImport, by: User | None) -> int:
    """Take back everything that an import made; gives the number of drafts that are gone.

    Raises Conflict when it is not done, or as soon as one of its posts has left: nothing is taken
    back then.
    """
    with org_atomic():
        row = _locked(post_import)
        if row.status != ImportStatus.DONE:
            raise Conflict("Only an import that is done can be undone.")
        made = Composition.objects.filter(import_batch=row)
        posts = PendingPost.objects.filter(variant__composition__import_batch=row)
        if left := posts.filter(status__in=_LEFT).count():
            raise Conflict(
                f"{left} of its posts {'is' if left == 1 else 'are'} out already, so the whole can "
                "no longer be undone. Reject the others one by one."
            )
        count = 0
        for composition in made.order_by("pk"):
            _take_back(composition, by)
            count += 1
        move(row, ImportStatus.UNDONE)
        record(action="import.undone", target=row, by=by, data={"drafts": count})
    return count


def _take_back(composition: Composition, by: User | None) -> None:
    # The composition before its posts, as everywhere.
    row = locked_composition(composition)
    for post in PendingPost.objects.filter(variant__composition=row, status__in=_UNSENT):
        reject_post(post=post, reason="The import was undone.", by=by)
    delete_composition(composition=row, by=by)


def due_imports(*, most: int = IMPORTS_A_SWEEP) -> list[Due]:
    return due_rows(PostImport, moment=now(), most=most)


def sweep_imports(*, most: int = IMPORTS_A_SWEEP) -> int:
    """Make the rows of every confirmed import here. Gives how many were this worker's."""
    return sum(make_import(row.organization_id, row.id) for row in due_imports(most=most))


def make_import(organization_id: UUID, import_id: UUID) -> bool:
    """Make all rows of one import; False when another worker has it. Safe to run twice: a row and
    the note that it was made are one transaction."""
    with scope(organization_id):
        open_import = PostImport.objects.filter(
            pk=import_id, status__in=[ImportStatus.QUEUED, ImportStatus.RUNNING]
        )
        claimed = claim(
            open_import, lease_seconds=LEASE_SECONDS, changes={"status": ImportStatus.RUNNING}
        )
        for row in claimed:
            while _step(row.pk, row.fence):
                pass
            record_work("post_import")
    return bool(claimed)


def _step(import_id: UUID, fence: int) -> bool:
    """The next rows, in one transaction under the import's lock; False when there are no more."""
    with org_atomic():
        row = (
            PostImport.objects.select_for_update(no_key=True, of=("self",))
            .select_related("brand", "created_by")
            .filter(pk=import_id, fence=fence, status=ImportStatus.RUNNING)
            .first()
        )
        if row is None:
            return False
        waiting = [each for each in row.rows if _is_to_make(each)]
        # What ends the worker again and again ends alone, and not with nine others.
        if row.attempts > MOST_ATTEMPTS and waiting:
            waiting[0]["error"] = "It could not be made: the work on it ended again and again."
            row.attempts = 1
        for each in waiting[: A_STEP if row.attempts <= 2 else 1]:
            _make(row, each)
        row.made_count = sum(bool(each["made"]) for each in row.rows)
        row.save(update_fields=["rows", "made_count", "attempts", "updated_at"])
        if any(_is_to_make(each) for each in row.rows):
            return True
        move(row, ImportStatus.DONE, due_at=None, claimed_until=None)
        failed = sum(bool(each["error"]) for each in row.rows)
        record(
            action="import.done",
            target=row,
            kind=ActorKind.SYSTEM,
            data={"made": row.made_count, "failed": failed},
        )
    return False


def _is_to_make(row: Mapping[str, Any]) -> bool:
    return not (row["problems"] or row["made"] or row["error"])


def _make(post_import: PostImport, row: dict[str, Any]) -> None:
    """One row, whole or not at all; a refusal stands at the row and stops no other."""
    if row["error"]:
        return
    try:
        with org_atomic():
            row["made"] = str(_composed(post_import, row).pk)
    except DomainError as error:
        row["error"] = error.message


def _composed(post_import: PostImport, row: Mapping[str, Any]) -> Composition:
    accounts = list(SocialAccount.objects.filter(pk__in=row["accounts"]))
    by = post_import.created_by
    composition = compose(
        brand=post_import.brand,
        by=by,
        accounts=accounts,
        import_batch=post_import,
        **words_of_row(row),
    )
    if row["becomes"] == AT_ITS_TIME:
        place_composition(composition=composition, by=by, wall=row["wall"], zone=row["zone"])
    elif row["becomes"] == IN_QUEUE:
        queue = post_import.brand.queues.filter(pk=row["queue"]).first()
        if queue is None:
            raise Conflict("Its queue was deleted meanwhile.")
        place_composition(composition=composition, by=by, queue=queue)
    return composition


def _locked(post_import: PostImport) -> PostImport:
    rows = PostImport.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("brand").get(pk=post_import.pk)


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
