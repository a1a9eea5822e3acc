"""Migration operations that carry the tenancy: a table is born locked."""

from __future__ import annotations

from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from .models import TenantForeignKey

# `current_setting` is '' and not NULL once a setting was used and its transaction ended; without
# nullif the cast would raise. No other function: a volatile one made the policy 109 times slower.
IN_SCOPE = "NULLIF(current_setting('app.org', true), '')::uuid"


class _Sql(Operation):
    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing in Django's model state changes."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for statement in self.forwards(app_label, to_state.apps):
            schema_editor.execute(statement)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for statement in self.backwards(app_label, from_state.apps):
            schema_editor.execute(statement)

    def forwards(self, app_label: str, apps: Apps) -> list[str]:
        return []

    def backwards(self, app_label: str, apps: Apps) -> list[str]:
        return []


class EnableRLS(_Sql):
    """Enable and force row-level security on one table, by the column that names its owner."""

    def __init__(self, model: str, column: str = "organization_id") -> None:
        self.model = model
        self.column = column

    def forwards(self, app_label: str, apps: Apps) -> list[str]:
        table = apps.get_model(app_label, self.model)._meta.db_table
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"""CREATE POLICY tenant ON {table} USING ({self.column} = {IN_SCOPE})
            WITH CHECK ({self.column} = {IN_SCOPE})""",
        ]

    def backwards(self, app_label: str, apps: Apps) -> list[str]:
        table = apps.get_model(app_label, self.model)._meta.db_table
        return [
            f"DROP POLICY tenant ON {table}",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ]

    def describe(self) -> str:
        return f"Lock {self.model} by row-level security"


class CompositeForeignKey(_Sql):
    """Hold one TenantForeignKey by (organization_id, column) -> (organization_id, id)."""

    def __init__(self, model: str, field: str) -> None:
        self.model = model
        self.field = field

    def forwards(self, app_label: str, apps: Apps) -> list[str]:
        model = apps.get_model(app_label, self.model)
        table, column, target = _link(model._meta.get_field(self.field))
        return [
            f"""ALTER TABLE {table} ADD CONSTRAINT {_name(table, column)}
            FOREIGN KEY (organization_id, {column}) REFERENCES {target} (organization_id, id)
            DEFERRABLE INITIALLY DEFERRED"""
        ]

    def backwards(self, app_label: str, apps: Apps) -> list[str]:
        model = apps.get_model(app_label, self.model)
        table, column, _ = _link(model._meta.get_field(self.field))
        return [f"ALTER TABLE {table} DROP CONSTRAINT {_name(table, column)}"]

    def describe(self) -> str:
        return f"Hold {self.model}.{self.field} inside one organization"


class SecureTables(_Sql):
    """Everything new tenant tables need: row security, a key to point at, composite foreign keys.

    All keys are made before the first link, because tables of one migration point at each other.
    """

    def __init__(self, *models: str) -> None:
        self.models = models

    def forwards(self, app_label: str, apps: Apps) -> list[str]:
        statements = []
        for name, model in self._models(app_label, apps):
            table = model._meta.db_table
            statements.append(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_org_key UNIQUE (organization_id, id)"
            )
            statements += EnableRLS(name).forwards(app_label, apps)
        for link in self._links(app_label, apps):
            statements += link.forwards(app_label, apps)
        return statements

    def backwards(self, app_label: str, apps: Apps) -> list[str]:
        statements: list[str] = []
        for link in self._links(app_label, apps):
            statements += link.backwards(app_label, apps)
        for name, model in self._models(app_label, apps):
            table = model._meta.db_table
            statements += EnableRLS(name).backwards(app_label, apps)
            statements.append(f"ALTER TABLE {table} DROP CONSTRAINT {table}_org_key")
        return statements

    def describe(self) -> str:
        return f"Lock {', '.join(self.models)} inside their organization"

    def _models(self, app_label: str, apps: Apps) -> list[tuple[str, type[models.Model]]]:
        return [(name, apps.get_model(app_label, name)) for name in self.models]

    def _links(self, app_label: str, apps: Apps) -> list[CompositeForeignKey]:
        return [
            CompositeForeignKey(name, field.name)
            for name, model in self._models(app_label, apps)
            for field in model._meta.fields
            if isinstance(field, TenantForeignKey)
        ]


class ExposeDue(_Sql):
    """Let sweepers see (organization, id, due) of due rows of one table, and nothing else of it.

    The function belongs to a role that bypasses row-level security; the application may only call
    it. It deals the rows out in turns, one of each organization after another, so that a noisy
    organization never stands in front of the others. `instead_of` is the earlier `where` of the
    table, when this one takes its place.
    """

    def __init__(
        self,
        model: str,
        *,
        where: str,
        due: str = "due_at",
        claimed: str = "claimed_until",
        instead_of: str = "",
    ) -> None:
        self.model = model
        self.where = where
        self.due = due
        self.claimed = claimed
        self.instead_of = instead_of

    def forwards(self, app_label: str, apps: Apps) -> list[str]:
        table = apps.get_model(app_label, self.model)._meta.db_table
        earlier = [_drop_due(table)] if self.instead_of else []
        return [*earlier, *self._create(table, self.where)]

    def _create(self, table: str, where: str) -> list[str]:
        free = f"AND ({self.claimed} IS NULL OR {self.claimed} < moment)" if self.claimed else ""
        signature = f"due_{table}(timestamptz, integer)"
        return [
            f"""CREATE FUNCTION due_{table}(moment timestamptz, most integer)
            RETURNS TABLE (organization_id uuid, id uuid, due_at timestamptz)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
              SELECT turn.organization_id, turn.id, turn.due FROM (
                SELECT t.organization_id, t.id, t.{self.due} AS due, row_number() OVER (
                  PARTITION BY t.organization_id ORDER BY t.{self.due}, t.id) AS place
                FROM {table} t WHERE t.{self.due} <= moment AND ({where}) {free}
              ) turn ORDER BY turn.place, turn.due LIMIT most
            $$""",
            *hand_over(signature, reads=[table]),
        ]

    def backwards(self, app_label: str, apps: Apps) -> list[str]:
        table = apps.get_model(app_label, self.model)._meta.db_table
        earlier = self._create(table, self.instead_of) if self.instead_of else []
        return [_drop_due(table), *earlier]

    def describe(self) -> str:
        return f"Show sweepers which rows of {self.model} are due"


def _drop_due(table: str) -> str:
    return f"DROP FUNCTION due_{table}(timestamptz, integer)"


class AppendOnly(_Sql):
    """Let the application add rows to a table and never change or remove one.

    `but` names columns that it may still write, such as the person who has left since. Erasure and
    the end of an organization are the operator's. What it may not even read is `readable=False`.
    """

    def __init__(self, model: str, *, but: tuple[str, ...] = (), readable: bool = True) -> None:
        self.model = model
        self.but = but
        self.readable = readable

    def forwards(self, app_label: str, apps: Apps) -> list[str]:
        table, application = self._names(app_label, apps)
        columns = ", ".join(self.but)
        return [
            f"REVOKE UPDATE, DELETE ON {table} FROM {application}",
            *([] if self.readable else [f"REVOKE SELECT ON {table} FROM {application}"]),
            *([f"GRANT UPDATE ({columns}) ON {table} TO {application}"] if self.but else []),
        ]

    def backwards(self, app_label: str, apps: Apps) -> list[str]:
        table, application = self._names(app_label, apps)
        return [
            # Takes what was given for single columns along.
            f"REVOKE UPDATE ON {table} FROM {application}",
            f"GRANT SELECT, UPDATE, DELETE ON {table} TO {application}",
        ]

    def describe(self) -> str:
        return f"Keep what was written into {self.model}"

    def _names(self, app_label: str, apps: Apps) -> tuple[str, str]:
        table = apps.get_model(app_label, self.model)._meta.db_table
        return table, str(settings.DATABASES["default"]["USER"])


class OnlyRead(_Sql):
    """Let the application read a table that belongs to nobody; only the operator writes it."""

    def __init__(self, *models: str) -> None:
        self.models = models

    def forwards(self, app_label: str, apps: Apps) -> list[str]:
        return [
            f"REVOKE INSERT, UPDATE, DELETE {on} FROM {_user()}" for on in self._on(app_label, apps)
        ]

    def backwards(self, app_label: str, apps: Apps) -> list[str]:
        return [
            f"GRANT INSERT, UPDATE, DELETE {on} TO {_user()}" for on in self._on(app_label, apps)
        ]

    def describe(self) -> str:
        return f"Let the application only read {', '.join(self.models)}"

    def _on(self, app_label: str, apps: Apps) -> list[str]:
        return [f"ON {apps.get_model(app_label, name)._meta.db_table}" for name in self.models]


class MayWrite(_Sql):
    """Let the application write some columns more of a table that is otherwise append-only."""

    def __init__(self, model: str, *columns: str) -> None:
        self.model = model
        self.columns = columns

    def forwards(self, app_label: str, apps: Apps) -> list[str]:
        return [f"GRANT UPDATE ({', '.join(self.columns)}) {self._between(app_label, apps, 'TO')}"]

    def backwards(self, app_label: str, apps: Apps) -> list[str]:
        return [
            f"REVOKE UPDATE ({', '.join(self.columns)}) {self._between(app_label, apps, 'FROM')}"
        ]

    def describe(self) -> str:
        return f"Let {', '.join(self.columns)} of {self.model} be written"

    def _between(self, app_label: str, apps: Apps, word: str) -> str:
        table = apps.get_model(app_label, self.model)._meta.db_table
        return f"ON {table} {word} {settings.DATABASES['default']['USER']}"


def hand_over(signature: str, *, reads: list[str]) -> list[str]:
    """Statements that give a door function to the dispatch role and its use to the application."""
    dispatch = settings.DATABASE_DISPATCH_ROLE
    users = ", ".join(str(settings.DATABASES[alias]["USER"]) for alias in ("default", "operator"))
    return [
        *(f"GRANT SELECT ON {table} TO {dispatch}" for table in reads),
        # First the rights: once it is another's, we may not give or take any, and are only warned.
        f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {signature} TO {users}",
        f"ALTER FUNCTION {signature} OWNER TO {dispatch}",
    ]


class Door(_Sql):
    """One more narrow function over locked tables, written out in the migration that needs it.

    `instead_of` is the earlier body of the same signature, when this one takes its place.
    """

    def __init__(
        self, signature: str, body: str, *, reads: list[str], instead_of: str = ""
    ) -> None:
        self.signature = signature
        self.body = body
        self.reads = reads
        self.instead_of = instead_of

    def forwards(self, app_label: str, apps: Apps) -> list[str]:
        opened = [self.body, *hand_over(self.signature, reads=self.reads)]
        return [*self._closed(), *opened] if self.instead_of else opened

    def backwards(self, app_label: str, apps: Apps) -> list[str]:
        if not self.instead_of:
            return self._closed()
        return [*self._closed(), self.instead_of, *hand_over(self.signature, reads=self.reads)]

    def _closed(self) -> list[str]:
        return [f"DROP FUNCTION {self.signature}"]

    def describe(self) -> str:
        return f"Open the door {self.signature}"


class AddVectorIndex(_Sql):
    """Let nearest neighbours be found without reading every row: HNSW over half-precision numbers.

    For tables where one organization alone may hold so many vectors that an exact scan is too slow.
    Ask for `(column::halfvec(768)) <#> …` to use it, and keep the plain column for exact scans.
    Half precision takes half the room and moves cosines in the fourth digit, which changes no
    neighbour that counts. `links` and `breadth` are pgvector's m and ef_construction.
    """

    def __init__(
        self, model: str, field: str, *, name: str, links: int = 16, breadth: int = 64
    ) -> None:
        self.model = model
        self.field = field
        self.name = name
        self.links = links
        self.breadth = breadth

    def forwards(self, app_label: str, apps: Apps) -> list[str]:
        meta = apps.get_model(app_label, self.model)._meta
        field: Any = meta.get_field(self.field)
        return [
            f"CREATE INDEX {self.name} ON {meta.db_table} USING hnsw "
            f"(({field.column}::halfvec({field.dimensions})) halfvec_ip_ops) "
            f"WITH (m = {self.links}, ef_construction = {self.breadth})"
        ]

    def backwards(self, app_label: str, apps: Apps) -> list[str]:
        return [f"DROP INDEX {self.name}"]

    def describe(self) -> str:
        return f"Find neighbours by {self.model}.{self.field}"


def _user() -> str:
    return str(settings.DATABASES["default"]["USER"])


def _link(field: Any) -> tuple[str, str, str]:
    return field.model._meta.db_table, field.column, field.related_model._meta.db_table


def _name(table: str, column: str) -> str:
    return f"{table}_{column}_org"[-63:]
