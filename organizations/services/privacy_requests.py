"""What people ask of their data: a copy, an end after a grace, and their wish taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, BinaryIO, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction

from config.kernel.clock import now
from config.kernel.errors import Conflict, Gone, Invalid, NotFound
from config.kernel.scoping import current_organization_id, org_atomic, scope
from config.kernel.states import move
from config.kernel.tasks import hint
from config.kernel.throttle import throttle
from organizations.models import (
    OPEN_STATES,
    AuditCategory,
    Organization,
    OrganizationRequest,
    PersonRequest,
    RequestKind,
    RequestState,
    Role,
    User,
)
from organizations.privacy.digests import digest_of, is_token, token
from organizations.privacy.exports import is_open
from organizations.privacy.posting import tell_of_account_ending, tell_of_team_closing
from organizations.privacy.subjects import OrganizationSubject, PersonSubject, Subject
from organizations.selectors import belongings_of_user

from .audit import record

Wish = TypeVar("Wish", OrganizationRequest, PersonRequest)

COPIES_A_DAY = 3
DAY_SECONDS = 86_400.0
TEAM_GRACE_DAYS = (30, 7)
"""A team may be ended sooner, but never at once: others work in it, and an owner's stolen session
must not be enough. Secrets can be removed at once on their own pages."""
ACCOUNT_GRACE_DAYS = (30, 0)
"""A person may also go at once, for instance after a leak; it is said to be final."""

BEGUN = "begun"


def ask_for_team_copy(*, by: User) -> OrganizationRequest:
    """Have a copy of everything of the organization in scope made, for its owner `by`.

    Raises TooMany beyond three a day, Conflict while one is being made.
    """
    organization_id = current_organization_id()
    throttle("team copy", str(organization_id), limit=COPIES_A_DAY, per_seconds=DAY_SECONDS)
    with org_atomic():
        wish = _opened(
            OrganizationRequest(kind=RequestKind.EXPORT, requested_by=by, due_at=now()),
            "A copy of this team is being made already. It is on this page when it is ready.",
        )
        record(action="copy.requested", target=wish, by=by, category=AuditCategory.PRIVACY)
        transaction.on_commit(lambda: _hint_team(organization_id, wish.pk))
    return wish


def ask_for_own_copy(*, by: User) -> PersonRequest:
    """Have a copy of everything about a person made. Raises TooMany and Conflict as above."""
    throttle("own copy", str(by.pk), limit=COPIES_A_DAY, per_seconds=DAY_SECONDS)
    with transaction.atomic():
        wish = _opened(
            PersonRequest(kind=RequestKind.EXPORT, user=by, due_at=now()),
            "A copy of your data is being made already. It is on this page when it is ready.",
        )
        transaction.on_commit(lambda: _hint_person(wish.pk))
    return wish


def ask_for_team_end(*, by: User, days: int) -> OrganizationRequest:
    """Close the organization in scope now, and have it erased for good after `days`.

    From now on nothing is written, posted or measured for it; people may still look, and take it
    back (`keep_team`). Raises Invalid for another grace, Conflict when it is closing already.
    """
    if days not in TEAM_GRACE_DAYS:
        raise Invalid("Choose 30 or 7 days, so that there is time to think again.", field="days")
    with org_atomic():
        team = Organization.objects.select_for_update(no_key=True).get()
        if team.status != Organization.Status.ACTIVE:
            raise Conflict("This team is being closed already, or is suspended.")
        wish = _opened(
            OrganizationRequest(
                kind=RequestKind.DELETION, requested_by=by, due_at=now() + timedelta(days=days)
            ),
            "This team is being closed already.",
        )
        wish.token_digest = digest_of(keeping_token(wish))
        wish.save(update_fields=["token_digest"])
        team.status = Organization.Status.CLOSING
        team.save(update_fields=["status", "updated_at"])
        record(
            action="team.closing",
            target=team,
            by=by,
            category=AuditCategory.PRIVACY,
            before={"status": str(Organization.Status.ACTIVE)},
            after={"status": str(Organization.Status.CLOSING), "days": days},
        )
        tell_of_team_closing(team=team, wish=wish, to=by, word=keeping_token(wish))
    return wish


def keep_team(*, wish: OrganizationRequest, by: User | None) -> None:
    """Take the end of an organization back: it works on from now, and nothing is made up for.

    `by` None: somebody with the link from the letter. Raises Conflict once erasing has begun.
    """
    with org_atomic(wish.organization_id):
        fresh = OrganizationRequest.objects.select_for_update().filter(pk=wish.pk).first()
        _cancel(fresh)
        Organization.objects.filter(status=Organization.Status.CLOSING).update(
            status=Organization.Status.ACTIVE, updated_at=now()
        )
        record(
            action="team.kept",
            target=Organization.objects.get(),
            by=by,
            category=AuditCategory.PRIVACY,
            before={"status": str(Organization.Status.CLOSING)},
            after={"status": str(Organization.Status.ACTIVE)},
            reason="" if by else "The link in the letter was used.",
        )


def ask_for_own_end(*, by: User, days: int) -> PersonRequest:
    """Have a person's account erased for good after `days`.

    Raises Invalid for another grace, Conflict for who owns a team that is not being closed: nobody
    could decide there any more.
    """
    if days not in ACCOUNT_GRACE_DAYS:
        raise Invalid("Choose 30 days or at once.", field="days")
    if teams := teams_in_the_way(by):
        raise Conflict(_owns(teams), code="owns_teams")
    with transaction.atomic():
        wish = _opened(
            PersonRequest(kind=RequestKind.DELETION, user=by, due_at=now() + timedelta(days=days)),
            "Your account is going to be deleted already.",
        )
        wish.token_digest = digest_of(keeping_token(wish))
        wish.save(update_fields=["token_digest"])
        tell_of_account_ending(wish=wish, to=by, word=keeping_token(wish))
        if not days:
            transaction.on_commit(lambda: _hint_person(wish.pk))
    return wish


def keep_account(*, wish: PersonRequest) -> None:
    """Take the end of an account back. Raises Conflict once erasing has begun."""
    with transaction.atomic():
        _cancel(PersonRequest.objects.select_for_update().filter(pk=wish.pk).first())


def teams_in_the_way(user: User) -> list[str]:
    """Names of teams that a person owns and that are not being closed."""
    return [
        each.name
        for each in belongings_of_user(user.pk)
        if each.role == Role.OWNER and not each.is_closing
    ]


def keeping_token(wish: Any) -> str:
    """The word in the letter's link that takes an end back."""
    return token("keep", f"{wish.pk}|{wish.created_at.isoformat()}")


def team_wish_by_token(*, organization_id: UUID, wish_id: UUID, word: str) -> OrganizationRequest:
    """The open end of a team that a letter's link names. Raises NotFound for any other word."""
    with org_atomic(organization_id):
        wish = OrganizationRequest.objects.filter(pk=wish_id, kind=RequestKind.DELETION).first()
    return _proved(wish, word)


def account_wish_by_token(*, wish_id: UUID, word: str) -> PersonRequest:
    wish = PersonRequest.objects.filter(pk=wish_id, kind=RequestKind.DELETION).first()
    return _proved(wish, word)


def fetch_team_copy(*, wish_id: UUID, by: User, word: str) -> tuple[BinaryIO, int]:
    """The finished copy, once: the file is gone from the disk when the stream is closed.

    Raises NotFound for anybody but who asked, Gone after the first time and after 24 hours.
    """
    with org_atomic():
        wish = OrganizationRequest.objects.filter(
            pk=wish_id, kind=RequestKind.EXPORT, requested_by=by
        ).first()
    stream, size = _fetched(_proved(wish, word), OrganizationSubject)
    with org_atomic():
        record(action="copy.downloaded", target=wish, by=by, category=AuditCategory.PRIVACY)
    return stream, size


def fetch_own_copy(*, wish_id: UUID, by: User, word: str) -> tuple[BinaryIO, int]:
    wish = PersonRequest.objects.filter(pk=wish_id, kind=RequestKind.EXPORT, user=by).first()
    return _fetched(_proved(wish, word), PersonSubject)


def latest_wishes(rows: Any) -> dict[str, Any]:
    """The newest request of each kind that still says something: open, or done with."""
    found: dict[str, Any] = {}
    for wish in rows.order_by("-created_at")[:20]:
        found.setdefault(str(wish.kind), wish)
    return found


def _fetched(wish: Any, subject_of: Any) -> tuple[BinaryIO, int]:
    subject: Subject = subject_of(wish)
    if not is_open(wish):
        raise Gone(
            "This copy was fetched already, or its 24 hours are over, and it was deleted. "
            "Ask for a new one.",
            code="copy_gone",
        )
    with subject.entered():
        unused = type(wish).objects.filter(pk=wish.pk, downloaded_at=None)
        is_first = bool(unused.update(downloaded_at=now()))
    try:
        stream = subject.archive.open("rb") if is_first else None
    except FileNotFoundError:
        stream = None
    if stream is None:
        raise Gone("This copy was fetched already and was deleted. Ask for a new one.")
    # The name goes now, the bytes when the last reader closes them: nothing can be left behind.
    subject.archive.unlink(missing_ok=True)
    return stream, int(wish.file_bytes or 0)


def _proved(wish: Wish | None, word: str) -> Wish:
    if wish is None or not is_token(word, wish.token_digest):
        raise NotFound("This link is not valid. Look for the newest letter, or ask again.")
    return wish


def _opened(wish: Wish, taken: str) -> Wish:
    try:
        with transaction.atomic():
            # One that was given up makes room for a new try.
            for failed in _failed_like(wish):
                move(failed, RequestState.CANCELLED)
            wish.save(force_insert=True)
    except IntegrityError:
        raise Conflict(taken) from None
    return wish


def _failed_like(wish: Any) -> Any:
    rows = type(wish).objects.filter(kind=wish.kind, state=RequestState.FAILED)
    return rows.filter(user=wish.user) if isinstance(wish, PersonRequest) else rows


def _cancel(wish: Any) -> None:
    if wish is None or wish.state not in OPEN_STATES or wish.progress.get(BEGUN):
        raise Conflict("This can no longer be taken back: it has begun, or was taken back before.")
    if wish.state == RequestState.RUNNING:
        raise Conflict("This can no longer be taken back: it has begun.")
    move(wish, RequestState.CANCELLED, due_at=None, finished_at=now())


def _owns(teams: list[str]) -> str:
    named = ", ".join(f"“{name}”" for name in teams)
    return (
        f"You own {named}. Without you nobody could decide there, so nothing was deleted. Hand "
        "the team over under Members, or close it under Data and privacy; then come back."
    )


def _hint_team(organization_id: UUID, wish_id: UUID) -> None:
    from organizations.tasks import do_team_request

    with scope(organization_id):
        hint(do_team_request, str(organization_id), str(wish_id))


def _hint_person(wish_id: UUID) -> None:
    from organizations.tasks import do_person_request

    hint(do_person_request, str(wish_id))
