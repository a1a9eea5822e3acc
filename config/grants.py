"""What the roles need of an empty database before it is migrated or restored into."""

from __future__ import annotations

from typing import Any

import psycopg.sql
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections
from django.db.utils import ProgrammingError

ALIASES = ("default", "operator")


def prepare_database() -> None:
    """Give the extension, the schema and the default privileges, as the owner; safe to repeat.

    Raises CommandError when the extension is away and the owner may not create it.
    """
    users = ", ".join(_quoted(settings.DATABASES[alias]["USER"]) for alias in ALIASES)
    dispatch = _quoted(settings.DATABASE_DISPATCH_ROLE)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'")
        if cursor.fetchone() is None:
            _create_vector(cursor)
        # CREATE on the schema is what owning a function in it asks for.
        cursor.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {dispatch}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {users}")
        give = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT"
        # No TRUNCATE: it walks past row-level security.
        cursor.execute(f"{give} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {users}")
        cursor.execute(f"{give} USAGE, SELECT ON SEQUENCES TO {users}")
        # Nothing for the dispatcher: each door in a migration names the tables that it reads.


def _quoted(role: str) -> str:
    return psycopg.sql.Identifier(role).as_string()


def _create_vector(cursor: Any) -> None:
    try:
        cursor.execute("CREATE EXTENSION vector")
    except ProgrammingError as error:
        raise CommandError(
            "This database lacks the extension vector (pgvector), and its owner may not create "
            "it. As a superuser, in this database: CREATE EXTENSION vector;"
        ) from error
