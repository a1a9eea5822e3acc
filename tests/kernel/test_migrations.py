"""The operations that lock tables: what they make, that they can be undone, what the doors show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, connection, connections, transaction
from django.db.migrations.loader import MigrationLoader

from config.kernel.clock import now
from config.kernel.due import by_organization, due_rows
from config.kernel.migrations import (
    AddVectorIndex,
    AppendOnly,
    CompositeForeignKey,
    Door,
    EnableRLS,
    ExposeDue,
    MayWrite,
    OnlyRead,
    SecureTables,
    _Sql,
)
from config.kernel.models import Claimable, OrgOwned
from config.kernel.scoping import org_atomic, scope
from content.models import Material, MaterialStatus
from publishing.models import PendingPost, Schedule
from tests.world import World


def operations() -> Iterator[tuple[str, Any, Any]]:
    """Every locking operation of the project, in order: (app, operation, models at that time)."""
    loader = MigrationLoader(None)
    seen: set[tuple[str, str]] = set()
    for leaf in loader.graph.leaf_nodes():
        for key in loader.graph.forwards_plan(leaf):
            found = [
                operation
                for operation in loader.disk_migrations[key].operations
                if isinstance(operation, _Sql)
            ]
            if found and key not in seen:
                state = loader.project_state(key).apps
                yield from ((key[0], operation, state) for operation in found)
            seen.add(key)


def ask(alias: str, sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def locks() -> dict[str, list[tuple[Any, ...]]]:
    """Everything that the operations make, as the catalogue has it."""
    return {
        "rows": ask(
            "owner",
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class "
            "WHERE relkind = 'r' AND relrowsecurity ORDER BY 1",
        ),
        "policies": ask(
            "owner",
            "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies ORDER BY 1",
        ),
        "keys": ask(
            "owner",
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE conname ~ '_org(_key)?$' ORDER BY 1, 2",
        ),
        "doors": ask(
            "owner",
            "SELECT oid::regprocedure::text, prosrc, prosecdef, proowner::regrole::text, "
            "proacl::text, proconfig::text FROM pg_proc "
            "WHERE pronamespace = 'public'::regnamespace AND prosecdef ORDER BY 1",
        ),
    }


def run(label: str, operation: Any, state: Any, *, back: bool = False) -> None:
    statements = (operation.backwards if back else operation.forwards)(label, state)
    with connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.django_db(databases=["owner"])
def test_every_lock_can_be_undone_and_made_again_exactly_as_it_was() -> None:
    every, before = list(operations()), (locks(), rights())
    assert all(before[0].values())
    for step in reversed(every):
        run(*step, back=True)
    assert locks() == {"rows": [], "policies": [], "keys": [], "doors": []}
    assert {len(each) for _, each in rights()} == {4}, "without its locks a table is like any other"
    for step in every:
        run(*step)
    assert (locks(), rights()) == before


def rights() -> list[tuple[str, frozenset[str]]]:
    """What the application may do with each table, where it is not only about columns."""
    given: dict[str, set[str]] = {}
    for table, right in ask(
        "owner",
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
        "WHERE grantee = %s",
        settings.DATABASES["default"]["USER"],
    ):
        given.setdefault(table, set()).add(right)
    return sorted((table, frozenset(each)) for table, each in given.items())


@pytest.mark.django_db(databases=["owner"])
def test_the_application_adds_to_its_books_and_changes_nothing_in_them() -> None:
    kept = {table for table, each in rights() if each == {"SELECT", "INSERT"}}
    assert kept == {
        "organizations_auditrecord",
        "organizations_auditseal",
        "organizations_consent",
        "billing_credittransaction",
    }
    columns = ask(
        "owner",
        "SELECT table_name, column_name FROM information_schema.column_privileges "
        "WHERE grantee = %s AND privilege_type = 'UPDATE' AND table_name = ANY(%s)",
        settings.DATABASES["default"]["USER"],
        list(kept),
    )
    assert sorted(columns) == [
        ("organizations_auditrecord", "actor_id"),
        ("organizations_auditrecord", "seal_id"),
    ]


@pytest.mark.django_db(databases=["owner"])
def test_what_strangers_write_to_the_operators_the_application_cannot_read() -> None:
    assert dict(rights())["organizations_contactmessage"] == {"INSERT"}


def test_every_operation_says_what_it_does_and_writes_itself_down() -> None:
    kinds = (
        EnableRLS
        | SecureTables
        | CompositeForeignKey
        | ExposeDue
        | Door
        | AppendOnly
        | MayWrite
        | AddVectorIndex
        | OnlyRead
    )
    for _, operation, _ in operations():
        assert isinstance(operation, kinds) and operation.describe()
        name, args, kwargs = operation.deconstruct()
        again: Any = type(operation)(*args, **kwargs)
        assert name == type(operation).__name__
        assert again.deconstruct() == (name, args, kwargs)


def test_a_composite_key_is_named_by_its_table_and_column() -> None:
    [made] = CompositeForeignKey("Material", "brand").forwards("content", apps)
    [gone] = CompositeForeignKey("Material", "brand").backwards("content", apps)
    assert "content_material_brand_id_org" in made and "content_material_brand_id_org" in gone
    assert "(organization_id, brand_id) REFERENCES brands_brandprofile (organization_id, id)" in (
        " ".join(made.split())
    )


@pytest.mark.django_db(databases=["owner"])
def test_a_fresh_table_is_locked_against_its_own_owner() -> None:
    with connections["owner"].schema_editor() as editor, transaction.atomic(using="owner"):
        editor.execute("CREATE TABLE scratch (id uuid, organization_id uuid)")

        class Fake:
            def get_model(self, *names: str) -> Any:
                return type("Scratch", (), {"_meta": type("Meta", (), {"db_table": "scratch"})})

        for statement in EnableRLS("Scratch").forwards("content", Fake()):  # type: ignore[arg-type]
            editor.execute(statement)
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(using="owner"),
        ):
            editor.execute("INSERT INTO scratch VALUES (gen_random_uuid(), gen_random_uuid())")
        assert ask("owner", "SELECT count(*) FROM scratch") == [(0,)]
        editor.execute("DROP TABLE scratch")


# -- The doors -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_door_belongs_to_the_dispatcher_and_only_our_roles_may_use_it() -> None:
    doors = ask(
        "default",
        "SELECT proname, proowner::regrole::text, proconfig, proacl::text FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace AND prosecdef",
    )
    assert {name for name, *_ in doors} >= {"organizations_of_user", "due_content_material"}
    for name, owner, config, rights in doors:
        assert owner == settings.DATABASE_DISPATCH_ROLE, name
        assert config == ["search_path=public, pg_temp"], name
        users = {entry.split("=")[0] for entry in rights.strip("{}").split(",")}
        assert users == {"warren_app", "warren_operator", "warren_dispatch"}, name


@pytest.mark.django_db
def test_every_table_of_due_work_has_a_door() -> None:
    claimable = {
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, Claimable) and issubclass(model, OrgOwned)
    }
    tables = claimable | {Schedule._meta.db_table, PendingPost._meta.db_table}
    doors = {name for (name,) in ask("default", "SELECT proname FROM pg_proc WHERE prosecdef")}
    assert {f"due_{table}" for table in tables} <= doors


def due_material(organization: Any, count: int, minutes: int, **fields: Any) -> list[Any]:
    with org_atomic(organization.id):
        rows = [
            Material(
                kind="text",
                name=str(number),
                due_at=now() - timedelta(minutes=minutes, seconds=-number),
                **fields,
            )
            for number in range(count)
        ]
        return [row.pk for row in Material.objects.bulk_create(rows)]


@pytest.mark.django_db
def test_the_due_of_all_organizations_are_dealt_out_in_turns(world: World) -> None:
    loud = due_material(world.organization, 30, minutes=60)
    quiet = due_material(world.foreign, 2, minutes=5)
    rows = due_rows(Material, moment=now(), most=6)
    assert [row.id for row in rows] == [loud[0], quiet[0], loud[1], quiet[1], loud[2], loud[3]]
    assert {row.organization_id for row in rows} == {world.id, world.foreign.id}
    assert by_organization(rows) == {
        world.id: [loud[0], loud[1], loud[2], loud[3]],
        world.foreign.id: quiet,
    }


@pytest.mark.django_db
def test_a_door_shows_what_is_due_and_nothing_else(world: World) -> None:
    [due] = due_material(world.organization, 1, minutes=1)
    due_material(world.organization, 1, minutes=-5)
    due_material(world.organization, 1, minutes=1, status=MaterialStatus.READY)
    due_material(world.organization, 1, minutes=1, deleted_at=now())
    due_material(world.organization, 1, minutes=1, claimed_until=now() + timedelta(minutes=1))
    moment = now()
    assert [row.id for row in due_rows(Material, moment=moment, most=9)] == [due]
    with org_atomic(world.id):
        Material.objects.filter(pk=due).update(claimed_until=moment - timedelta(seconds=1))
    assert [row.id for row in due_rows(Material, moment=moment, most=9)] == [due]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM due_content_material(%s, 9)", [moment])
        assert [column.name for column in cursor.description] == [
            "organization_id",
            "id",
            "due_at",
        ]


@pytest.mark.django_db
def test_what_a_door_names_still_needs_its_organization_to_be_read(world: World) -> None:
    [pk] = due_material(world.organization, 1, minutes=1)
    [row] = due_rows(Material, moment=now(), most=9)
    with scope(world.foreign.id):
        assert not Material.objects.filter(pk=row.id).exists()
    with org_atomic(row.organization_id):
        assert Material.objects.get(pk=row.id).pk == pk


@pytest.mark.django_db
def test_a_person_sees_their_own_living_organizations_through_the_door(world: World) -> None:
    seen = "SELECT slug, role FROM organizations_of_user(%s)"
    assert ask("default", seen, world.viewer.pk) == [(world.organization.slug, "viewer")]
    assert ask("default", seen, world.stranger.pk) == [(world.foreign.slug, "owner")]
    with org_atomic(world.id):
        type(world.organization).objects.filter(pk=world.id).update(status="suspended")
    assert ask("default", seen, world.viewer.pk) == []


@pytest.mark.django_db(databases=["owner"])
def test_the_dispatcher_may_read_what_its_doors_name_and_write_nothing() -> None:
    named: set[str] = set()
    for label, operation, state in operations():
        if isinstance(operation, ExposeDue):
            named.add(state.get_model(label, operation.model)._meta.db_table)
        elif isinstance(operation, Door):
            named |= set(operation.reads)
    rights = ask(
        "owner",
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
        "WHERE grantee = %s",
        settings.DATABASE_DISPATCH_ROLE,
    )
    assert set(rights) == {(table, "SELECT") for table in named}
