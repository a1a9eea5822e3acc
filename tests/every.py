"""A row of any table, its fields filled by their kind, with a mark in every text."""

from __future__ import annotations

from dataclasses import asdict
from datetime import time, timedelta
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import ProgrammingError, connection, models, transaction
from pgvector.django import VectorField

from config.kernel.clock import now
from config.kernel.fields import EncryptedJSON, EncryptedText
from config.kernel.models import OrgOwned
from config.kernel.scoping import org_atomic
from organizations.models import User
from publishing.channels.base import Connection

OURS = ("organizations", "billing", "brands", "content", "publishing", "analytics")


# What the checks of a table demand of several fields together; ... is filled as any other field.
BOUND: dict[str, dict[str, Any]] = {
    "brands.knowledgebucket": {"kind": "campaign"},
    "brands.knowledgechunk": {"document": ...},
    "publishing.connectattempt": {"user": ...},
    "organizations.whitelabel": {"accent": "#2563EB"},
    "publishing.recurrence": {"rule": "FREQ=DAILY"},
}


def our_models() -> list[type[models.Model]]:
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def fill_empty_tables(organization_id: Any, user: User, mark: str) -> list[models.Model]:
    """Put one row into every table of ours in which this organization (or nobody) has none.

    Tables that others point at come first, so that each link has something to point at.
    """
    made: list[models.Model] = []
    with org_atomic(organization_id):
        open_ones = [model for model in our_models() if _may_write(model)]
        waiting = [model for model in open_ones if not _has_rows(model, organization_id)]
        while waiting:
            ready = [model for model in waiting if not _needs_one_of(model, waiting)]
            assert ready, f"These wait for each other: {waiting}"
            for model in ready:
                # Saving a secret makes the key that it is sealed with.
                if not _has_rows(model, organization_id):
                    made.append(_made(model, user, mark))
            waiting = [model for model in waiting if model not in ready]
    return made


def _may_write(model: type[models.Model]) -> bool:
    """Some tables belong to nobody, and only the operator writes them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'INSERT')", [model._meta.db_table])
        return bool(cursor.fetchone()[0])


def _has_rows(model: type[models.Model], organization_id: Any) -> bool:
    rows = model._base_manager.all()
    if issubclass(model, OrgOwned):
        rows = rows.filter(organization_id=organization_id)
    try:
        with transaction.atomic():
            return bool(rows.exists())
    except ProgrammingError:
        # What strangers wrote the application may not read.
        return False


def _needs_one_of(model: type[models.Model], waiting: list[type[models.Model]]) -> bool:
    bound = BOUND.get(model._meta.label_lower, {})
    return any(
        isinstance(field, models.ForeignKey)
        and (not field.null or field.name in bound)
        and field.related_model in waiting
        and field.related_model is not model
        for field in model._meta.fields
    )


def _made(model: type[models.Model], user: User, mark: str) -> models.Model:
    values = {
        field.name: _value(field, user, mark)
        for field in model._meta.fields
        if not (field.primary_key or field.has_default() or _is_filled(model, field))
        and not (field.null and not isinstance(field, EncryptedText | EncryptedJSON))
    }
    values |= {
        name: _value(model._meta.get_field(name), user, mark) if value is ... else value
        for name, value in BOUND.get(model._meta.label_lower, {}).items()
    }
    row = model(**values)
    row.save(force_insert=True)
    return row


def _is_filled(model: type[models.Model], field: Any) -> bool:
    """Whether saving says whose the row is."""
    return field.name == "organization" and issubclass(model, OrgOwned)


def offered_account(mark: str) -> dict[str, Any]:
    """An account that a network opened, as it waits to be chosen."""
    secret = {"access_token": mark}
    return {**asdict(Connection("1", "Page", "page", "", "", secret)), "scopes": []}


def _value(field: Any, user: User, mark: str) -> Any:
    if isinstance(field, models.ForeignKey):
        return _target(field, user)
    if isinstance(field, EncryptedText):
        return mark
    if isinstance(field, EncryptedJSON):
        return [offered_account(mark)] if field.name == "offered" else {"value": mark}
    if isinstance(field, models.BinaryField):
        return mark.encode()
    if isinstance(field, ArrayField):
        return []
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.EmailField):
        return f"{mark}@example.com"
    if isinstance(field, models.URLField):
        return f"https://example.com/{mark}"
    if isinstance(field, models.CharField | models.TextField):
        return mark[: field.max_length] if field.max_length else mark
    if isinstance(field, models.DateTimeField):
        return now() + timedelta(days=1)
    if isinstance(field, models.DateField):
        return now().date()
    if isinstance(field, models.TimeField):
        return time(9)
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.UUIDField):
        return user.pk
    if isinstance(field, VectorField):
        return [0.5] * (field.dimensions or 1)
    return 1


def _target(field: Any, user: User) -> Any:
    if field.related_model is User:
        return user
    found = field.related_model._default_manager.order_by("-pk").first()
    assert found is not None, f"{field} has nothing to point at"
    return found
