"""Erases an organization or a person for good, in every table, and keeps a receipt without names.

Both are generated from the models and the registry of marks. Each step may be run again: what a
broken run left is what the next one finds.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.apps import apps
from django.db import connections, models, transaction

from config.kernel import vault
from config.kernel.clock import now
from config.kernel.hooks import Registry
from config.kernel.scoping import org_atomic, scope, unscoped
from organizations.models import (
    ActorKind,
    AuditCategory,
    Erasure,
    Organization,
    OrganizationRequest,
    PersonRequest,
    Suppression,
    User,
)
from organizations.selectors import belongings_of_user
from organizations.services.audit import record
from organizations.services.regions import media_roots
from organizations.services.suppression import PURPOSE as SUPPRESSION

from .digests import keyed, keyed_ever, normalised
from .marks import Category, Table, tables
from .purge import enders, erasers
from .sections import address_in, has_organization
from .sessions import end_sessions
from .subjects import FOLDER, addresses_of

log = structlog.get_logger(__name__)

ERASURE = "erasure"

# What ends outside before the rows go that know of it, such as a plan that is paid every month.
# Called in the organization's scope with no transaction open; what raises Unavailable is awaited.
farewells: Registry[Callable[[], object]] = Registry("farewells", callable)


def erase_organization(
    organization_id: UUID, *, requested_at: datetime, is_replay: bool = False
) -> dict[str, int]:
    """End an organization: its keys first, then its files, then every row of every table.

    Nobody gets in from the first step on, and no secret of it opens again, from no backup. Returns
    counts a table, which the receipt keeps. Raises DatabaseError, OSError or Unavailable; run it
    again then.
    """
    receipt = _begun(Erasure.Subject.ORGANIZATION, organization_id, requested_at)
    with unscoped(f"erase organization {organization_id}"):
        Organization.with_deleted.filter(pk=organization_id).update(
            status=Organization.Status.DELETED
        )
    with scope(organization_id):
        for say_farewell in farewells.values():
            say_farewell()
    with unscoped(f"erase organization {organization_id}"):
        keys = vault.shred(organization_id)
    files = _remove_files(organization_id)
    with unscoped(f"erase organization {organization_id}"), transaction.atomic(using="operator"):
        counts = Counter(_erase_rows(organization_id))
        counts.update({"data keys": keys, "files": files})
        _finished(receipt, counts, is_replay=is_replay)
    log.info("organization_erased", erasure=receipt.digest[:8], rows=sum(counts.values()))
    return dict(counts)


def erase_person(user: User, *, requested_at: datetime, is_replay: bool = False) -> dict[str, int]:
    """End a person's account: rows about them go, rows by them lose their name.

    The e-mail address is suppressed where a team had it without an account, so that it is not taken
    in again. Returns counts a table. Raises DatabaseError; run it again then.
    """
    receipt = _begun(Erasure.Subject.PERSON, user.pk, requested_at)
    person, addresses = user.pk, addresses_of(user)
    copies = list(PersonRequest.objects.filter(user_id=person).values_list("pk", flat=True))
    teams = [each.id for each in belongings_of_user(person)]
    with unscoped("erase a person who asked for it"), transaction.atomic(using="operator"):
        counts = Counter({"sessions": end_sessions(person)})
        for table in tables():
            counts.update(_forget(table, person, addresses))
        _forget_in_admin_log([str(person)], User)
        _count(counts, User.with_deleted.using("operator").filter(pk=person).delete())
        _finished(receipt, counts, is_replay=is_replay)
    for copy in copies:
        _remove_copy(copy)
    for team in teams:
        _tell_team(team)
    log.info("person_erased", erasure=receipt.digest[:8], rows=sum(counts.values()))
    return dict(counts)


def _tell_team(organization_id: UUID) -> None:
    """The team reads that somebody is gone; who it was, nobody knows any more."""
    with org_atomic(organization_id):
        record(
            action="member.erased",
            target=None,
            kind=ActorKind.SYSTEM,
            category=AuditCategory.PRIVACY,
            reason="A member's account was erased, as they asked.",
        )


def was_erased(subject: str, pk: UUID) -> list[str]:
    """The digests under which the erasure of this person or organization may be known."""
    return keyed_ever(ERASURE, f"{subject}:{pk}")


def _begun(subject: Erasure.Subject, pk: UUID, requested_at: datetime) -> Erasure:
    known = Erasure.objects.using("operator").filter(digest__in=was_erased(subject, pk)).first()
    if known is not None:
        return known
    return Erasure.objects.using("operator").create(
        subject=subject, digest=keyed(ERASURE, f"{subject}:{pk}"), requested_at=requested_at
    )


def _finished(receipt: Erasure, counts: Counter[str], *, is_replay: bool) -> None:
    moment = now()
    # A replay erases what a backup brought back; the first receipt stays true.
    if is_replay and receipt.finished_at is not None:
        receipt.replayed_at = moment
        receipt.save(using="operator", update_fields=["replayed_at", "updated_at"])
        return
    # A run that broke off has already done a part of it.
    receipt.counts = {name: number for name, number in sorted(counts.items()) if number}
    receipt.finished_at = moment
    receipt.replayed_at = moment if is_replay else None
    receipt.save(
        using="operator", update_fields=["counts", "finished_at", "replayed_at", "updated_at"]
    )


def _remove_files(organization_id: UUID) -> int:
    """Files go by what each app says of an organization, then copies and what nobody claimed."""
    with scope(organization_id):
        with unscoped("which copies there are"):
            copies = list(
                OrganizationRequest._base_manager.filter(
                    organization_id=organization_id
                ).values_list("pk", flat=True)
            )
        removed = sum(
            1
            for root in media_roots()
            for path in (root / str(organization_id)).rglob("*")
            if path.is_file()
        )
        if eraser := erasers.get("organizations.organization"):
            eraser(Organization(pk=organization_id))
    for copy in copies:
        _remove_copy(copy)
    for root in media_roots():
        shutil.rmtree(root / str(organization_id), ignore_errors=True)
    return removed


def _remove_copy(request_id: UUID) -> None:
    for root in media_roots():
        shutil.rmtree(root / FOLDER / str(request_id), ignore_errors=True)
        (root / FOLDER / f"{request_id}.zip").unlink(missing_ok=True)


def _erase_rows(organization_id: UUID) -> dict[str, int]:
    """Every row of every table that names the organization; links are checked at the end."""
    counts = {}
    with connections["operator"].cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model in _owned_models():
            table = model._meta.db_table
            column = "id" if model is Organization else "organization_id"
            _forget_in_admin_log_of(cursor, model, column, organization_id)
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [organization_id])  # noqa: S608
            counts[model._meta.label_lower] = cursor.rowcount
        # Here and not at the end of the transaction, so that what still points at a row is named.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return counts


def _owned_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model is Organization or has_organization(model)
    ]


def _forget_in_admin_log_of(cursor: Any, model: Any, column: str, organization_id: UUID) -> None:
    cursor.execute(
        f"""UPDATE django_admin_log SET object_repr = '', change_message = ''
        WHERE content_type_id = (
          SELECT id FROM django_content_type WHERE app_label = %s AND model = %s)
        AND object_id IN (
          SELECT id::text FROM {model._meta.db_table} WHERE {column} = %s)""",  # noqa: S608
        [model._meta.app_label, model._meta.model_name, organization_id],
    )


def _forget_in_admin_log(object_ids: list[str], model: type[models.Model]) -> None:
    with connections["operator"].cursor() as cursor:
        cursor.execute(
            """UPDATE django_admin_log SET object_repr = '', change_message = ''
            WHERE object_id = ANY(%s) AND content_type_id = (
              SELECT id FROM django_content_type WHERE app_label = %s AND model = %s)""",
            [object_ids, model._meta.app_label, model._meta.model_name],
        )


def _forget(table: Table, person: UUID, addresses: list[str]) -> Counter[str]:
    """What becomes of one table's rows when a person goes; generated from its marks."""
    counts: Counter[str] = Counter()
    rows = table.found()._base_manager.using("operator")
    for name in table.about:
        _count(counts, rows.filter(**{name: person}).delete())
    if table.address:
        mine = rows.filter(address_in(table.address, addresses))
        _suppress(table, mine, addresses)
        _count(counts, mine.delete())
    for name in table.by:
        changed = rows.filter(**{name: person}).update(**{name: None})
        counts[f"{table.model} without a name"] += changed
    for name in _other_addresses(table):
        mine = rows.filter(address_in(name, addresses))
        _suppress(table, mine, addresses)
        counts[f"{table.model}.{name}"] += mine.update(**{name: ""})
    return counts


def _other_addresses(table: Table) -> list[str]:
    """Columns of a team's own row that hold somebody's address, and stay without it."""
    return [
        name
        for name, mark in table.personal.items()
        if mark.category is Category.CONTACT
        and name != table.address
        and table.found() is not User
        and isinstance(table.found()._meta.get_field(name), models.EmailField)
        and not table.about
    ]


def _suppress(table: Table, rows: models.QuerySet[Any], addresses: list[str]) -> None:
    if not has_organization(table.found()):
        return
    for organization_id in set(rows.values_list("organization_id", flat=True)):
        for address in addresses:
            Suppression._base_manager.using("operator").get_or_create(
                organization_id=organization_id,
                digest=keyed(SUPPRESSION, normalised(address)),
                defaults={"reason": Suppression.Reason.ERASED},
            )


def _count(counts: Counter[str], deleted: tuple[int, dict[str, int]]) -> None:
    counts.update({label.lower(): number for label, number in deleted[1].items()})


def _end_deleted_organization(row: Organization) -> None:
    erase_organization(row.pk, requested_at=row.deleted_at or now())


def _end_deleted_person(row: User) -> None:
    erase_person(row, requested_at=row.deleted_at or now())


# Who was deleted 30 days ago ends as thoroughly as who asked for it.
enders.register("organizations.organization", _end_deleted_organization)
enders.register("organizations.user", _end_deleted_person)
