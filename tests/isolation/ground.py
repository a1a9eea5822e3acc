"""Two organizations with a row in every table; each text of ours carries a mark."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from config.kernel.clock import now
from config.kernel.models import OrgOwned
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, Membership, Role, User
from organizations.services.audit import record
from tests.every import fill_empty_tables, our_models
from tests.rows import one_of_each
from tests.world import World, person

MARK = "canary7f3a"
"""Stands in every text of ours; in an answer to anybody else it is a leak."""

# What the application only adds to, never changes: a marked row is added instead.
BOOKS = {
    "organizations_auditrecord",
    "organizations_auditseal",
    "billing_credittransaction",
}


def tenant_models() -> list[type[OrgOwned]]:
    return [model for model in our_models() if issubclass(model, OrgOwned)]


def prepare(world: World) -> dict[str, Any]:
    """Fill every table of both organizations, mark every text of ours; ids for the addresses."""
    ids = one_of_each(world)
    fill_empty_tables(world.id, world.owner, MARK)
    fill_empty_tables(world.foreign.id, world.stranger, "theirs")
    with org_atomic(world.id):
        record(action=MARK, target=world.brand, by=world.owner, reason=MARK, data={"a": MARK})
        for model in tenant_models():
            mark_texts(model)
    return ids


def mark_texts(model: type[OrgOwned]) -> None:
    """Write the mark into every free text of the rows in scope, and into every free JSON."""
    if model._meta.db_table in BOOKS:
        return
    changes = dict(_marked(field) for field in model._meta.fields if _is_free(field))
    if changes:
        assignments = ", ".join(f'"{column}" = {value}' for column, value in changes.items())
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {model._meta.db_table} SET {assignments}")  # noqa: S608


def _is_free(field: Any) -> bool:
    """A text that people read. Codes (a platform, a time zone, a key) must stay what they are."""
    if isinstance(field, ArrayField) or field.choices or isinstance(field, models.SlugField):
        return False
    codes = {"timezone", "platform", "file", "path", "kind", "action", "angle", "key", "event"}
    codes |= {"campaign_name"}  # it stands or is empty by the kind of its row
    codes |= {"provider", "model", "service", "occurrence", "digest", "content_type", "language"}
    codes |= {"rule", "wall_time", "zone", "accent"}
    named = field.name in codes or field.name.endswith(("_hash", "_key", "_digest", "_type"))
    is_text = isinstance(field, models.CharField | models.TextField)
    return is_text and not named


def _marked(field: Any) -> tuple[str, str]:
    text = f"'{MARK} ' || id::text"
    return field.column, f"left({text}, {field.max_length})" if field.max_length else text


def fingerprints(organization_id: UUID) -> dict[str, str]:
    """A digest of every table's rows of one organization, as the application itself sees them."""
    found = {}
    with org_atomic(organization_id), connection.cursor() as cursor:
        for model in tenant_models():
            table = model._meta.db_table
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY id")  # noqa: S608
            rows = "\n".join(row[0] for row in cursor.fetchall())
            found[table] = hashlib.sha256(rows.encode()).hexdigest()
    return found


def outsiders(world: World) -> dict[str, User | None]:
    """Everybody who has no business here: nobody, each role of another team, one who was let go."""
    people: dict[str, User | None] = {"nobody": None, "foreign owner": world.stranger}
    with org_atomic(world.foreign.id):
        for role in (Role.ADMIN, Role.MEMBER, Role.VIEWER):
            user = person(f"foreign-{role}@example.com")
            Membership.objects.create(user=user, role=role, joined_at=now())
            people[f"foreign {role}"] = user
    gone = person("gone@example.com")
    with org_atomic(world.id):
        membership = Membership.objects.create(user=gone, role=Role.ADMIN, joined_at=now())
        record(action="member.removed", target=membership, by=world.owner, kind=ActorKind.PERSON)
        membership.delete()
    return {**people, "former admin": gone}
