"""What an import made is taken back, a few drafts at a time, as it was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from config.kernel.clock import now
from config.kernel.errors import Conflict, DomainError
from config.kernel.models import claim
from config.kernel.scoping import org_atomic, scope
from config.kernel.states import move
from config.kernel.tasks import record_work
from organizations.models import User
from organizations.services.audit import record
from publishing.models import Composition, ImportStatus, PendingPost, PendingStatus, PostImport

from .compositions import delete_composition
from .compositions_following import locked_composition
from .imports_making import A_STEP, LEASE_SECONDS, MOST_ATTEMPTS, locked_import
from .pending_posts import reject_post

ENDED_AGAIN: Final = (
    "It stays: the work on taking it back ended again and again. Reject its posts and delete its "
    "draft by hand."
)

_LEFT: Final = (PendingStatus.PUBLISHING, PendingStatus.PUBLISHED)
_UNSENT: Final = (
    *(PendingStatus.DRAFT, PendingStatus.PENDING),
    *(PendingStatus.APPROVED, PendingStatus.AUTO_APPROVED),
    PendingStatus.FAILED,
)


def undo_import(*, post_import: PostImport, by: User) -> PostImport:
    """Have a worker take back everything that an import made.

    Raises Conflict when it is not done, or one of its posts has left: nothing is taken back then.
    """
    with org_atomic():
        row = locked_import(post_import)
        if row.status != ImportStatus.DONE:
            raise Conflict("Only an import that is done can be undone.")
        posts = PendingPost.objects.filter(variant__composition__import_batch=row)
        if left := posts.filter(status__in=_LEFT).count():
            raise Conflict(
                f"{left} of its posts {'is' if left == 1 else 'are'} out already, so the whole can "
                "no longer be undone. Reject the others one by one."
            )
        move(row, ImportStatus.UNDOING, due_at=now(), attempts=0, undone_by=by)
        record(action="import.undone", target=row, by=by, data={"drafts": row.made_count})
    return row


def take_back_import(organization_id: UUID, import_id: UUID) -> bool:
    """Take back all drafts of one import; False when another worker has it. Safe to run twice."""
    with scope(organization_id):
        undoing = PostImport.objects.filter(pk=import_id, status=ImportStatus.UNDOING)
        claimed = claim(undoing, lease_seconds=LEASE_SECONDS)
        for row in claimed:
            while _step(row.pk, row.fence):
                pass
            record_work("post_import")
    return bool(claimed)


def _step(import_id: UUID, fence: int) -> bool:
    """The next drafts, in one transaction under the import's lock; False when there are no more.

    In steps also because what changes one row thousands of times in one transaction, such as the
    organization's trail, reads all of its versions each time.
    """
    with org_atomic():
        row = (
            PostImport.objects.select_for_update(no_key=True, of=("self",))
            .select_related("undone_by")
            .filter(pk=import_id, fence=fence, status=ImportStatus.UNDOING)
            .first()
        )
        if row is None:
            return False
        made = [each for each in row.rows if _is_to_take_back(each)]
        # As in making, what ends the worker again and again ends alone.
        if row.attempts > MOST_ATTEMPTS and made:
            made.pop(0)["error"] = ENDED_AGAIN
            row.attempts = 1
        for each in made[: A_STEP if row.attempts <= 2 else 1]:
            _take_back(row, each)
        row.made_count = sum(bool(each["made"]) for each in row.rows)
        row.save(update_fields=["rows", "made_count", "attempts", "updated_at"])
        if any(_is_to_take_back(each) for each in row.rows):
            return True
        move(row, ImportStatus.UNDONE, due_at=None, claimed_until=None)
    return False


def _is_to_take_back(row: Mapping[str, Any]) -> bool:
    return bool(row["made"]) and not row["error"]


def _take_back(post_import: PostImport, row: dict[str, Any]) -> None:
    """One row's draft with its posts; what cannot be taken back stays, and its row says why."""
    try:
        with org_atomic():
            _reject_and_delete(UUID(row["made"]), post_import.undone_by)
    except DomainError as error:
        row["error"] = f"It stays: {error.message}"
    else:
        row["made"], row["is_taken_back"] = "", True


def _reject_and_delete(composition_id: UUID, by: User | None) -> None:
    composition = Composition.objects.filter(pk=composition_id).first()
    if composition is None:
        return  # Somebody deleted it by hand.
    # The composition before its posts, as everywhere.
    row = locked_composition(composition)
    posts = PendingPost.objects.filter(variant__composition=row)
    if posts.filter(status__in=_LEFT).exists():
        raise Conflict("A post of it was out before it could be taken back.")
    for post in posts.filter(status__in=_UNSENT):
        reject_post(post=post, reason="The import was undone.", by=by)
    delete_composition(composition=row, by=by)
