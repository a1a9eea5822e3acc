"""Holds the database against the models: what isolates organizations must stand in both.

Asked before a web server or a worker takes its first request. A database that was restored without
its policies, or an application that logs in as somebody with too many rights, would otherwise serve
everybody's rows to everybody, and look healthy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from .models import OrgOwned, TenantForeignKey

# Older ones leak rows or statistics past row security (CVE-2024-10976, CVE-2025-8713).
LEAST_MINOR = {15: 14, 16: 10, 17: 6, 18: 0}


def gaps() -> list[str]:
    """Everything that is missing, a sentence each; empty when the database isolates as it should.

    Four statements on the catalogue as the application's own role, a few milliseconds.
    """
    with connections["default"].cursor() as cursor:
        return [
            *_about_the_server(cursor),
            *_about_the_role(cursor),
            *_about_the_tables(cursor),
            *_about_the_links(cursor),
        ]


def refuse_gaps() -> None:
    """Raise ImproperlyConfigured when there is a gap: serving is worse than standing still."""
    if found := gaps():
        raise ImproperlyConfigured(
            "Warren does not start, because the database does not keep organizations apart:\n- "
            + "\n- ".join(found)
            + "\nRun `python manage.py migrate`, or restore the database with its policies."
        )


def _about_the_server(cursor: Any) -> Iterator[str]:
    version = cursor.connection.info.server_version
    major, minor = divmod(version, 10_000)
    if major < min(LEAST_MINOR) or minor < LEAST_MINOR.get(major, 0):
        yield (
            f"PostgreSQL {major}.{minor} lets rows pass by row-level security. "
            f"Use at least {', '.join(f'{a}.{b}' for a, b in LEAST_MINOR.items())}."
        )


def _about_the_role(cursor: Any) -> Iterator[str]:
    cursor.execute(
        """
        SELECT rolname, rolsuper OR rolbypassrls,
               EXISTS (SELECT FROM pg_class WHERE relowner = r.oid AND relkind IN ('r', 'p'))
        FROM pg_roles r WHERE rolname = current_user
        """
    )
    name, bypasses, owns = cursor.fetchone()
    if bypasses:
        yield f"The role {name} is a superuser or bypasses row-level security."
    if owns:
        yield f"The role {name} owns tables; migrations run as another role."


def _about_the_tables(cursor: Any) -> Iterator[str]:
    cursor.execute(
        """
        SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
               (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname = 'public'
        """
    )
    found = {table: (forced, policies) for table, forced, policies in cursor.fetchall()}
    for model in _tenant_models():
        table = model._meta.db_table
        forced, policies = found.get(table, (None, 0))
        if forced is None:
            yield f"The table {table} is not there."
        elif not forced:
            yield f"The table {table} has no forced row-level security."
        elif policies != 1:
            yield f"The table {table} has {policies} policies instead of one."


def _about_the_links(cursor: Any) -> Iterator[str]:
    cursor.execute(
        """
        SELECT c.conrelid::regclass::text, a.attname
        FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2]
        WHERE c.contype = 'f' AND cardinality(c.conkey) = 2
        """
    )
    held = set(cursor.fetchall())
    for model in _tenant_models():
        for field in model._meta.fields:
            link = (model._meta.db_table, str(field.column))
            if isinstance(field, TenantForeignKey) and link not in held:
                yield f"The link {'.'.join(link)} is not held inside one organization."


def _tenant_models() -> Iterator[type[OrgOwned]]:
    return (model for model in apps.get_models() if issubclass(model, OrgOwned))
