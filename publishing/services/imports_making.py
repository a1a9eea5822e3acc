"""The rows of a confirmed file become posts, a few at a time, each once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from config.kernel.errors import Conflict, DomainError
from config.kernel.models import claim
from config.kernel.scoping import org_atomic, scope
from config.kernel.states import move
from config.kernel.tasks import record_work
from organizations.models import ActorKind
from organizations.services.audit import record
from publishing.models import Composition, ImportStatus, PostImport, SocialAccount

from .compositions import compose
from .compositions_placing import place_composition
from .imports_checking import AT_ITS_TIME, IN_QUEUE, words_of_row

LEASE_SECONDS: Final = 180.0
A_STEP: Final = 10
"""Rows made in one transaction: what a crash undoes, and what one look at the progress moves by."""
MOST_ATTEMPTS: Final = 5


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


def locked_import(post_import: PostImport) -> PostImport:
    rows = PostImport.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("brand").get(pk=post_import.pk)
