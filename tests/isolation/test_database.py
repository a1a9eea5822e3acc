"""The application's role against every table, past the ORM: row security alone must hold."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from config.kernel.models import OrgOwned
from config.kernel.scoping import org_atomic
from tests.isolation.ground import BOOKS, prepare, tenant_models
from tests.world import World

pytestmark = pytest.mark.django_db


def run(sql: str, *params: Any) -> int:
    """Rows touched or found; a refusal comes as DatabaseError and undoes only itself."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def leave() -> None:
    run("SELECT set_config('app.org', '', true)")


def copied(model: type[OrgOwned]) -> str:
    """An INSERT of a row like the one in the temporary table `one`, under a new key."""
    columns = [field.column for field in model._meta.fields]
    values = ", ".join("gen_random_uuid()" if name == "id" else f'"{name}"' for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM one"  # noqa: S608


@pytest.fixture
def ground(world: World) -> World:
    prepare(world)
    return world


def test_every_table_has_rows_to_lose(ground: World) -> None:
    with org_atomic(ground.id):
        empty = [model for model in tenant_models() if not model._base_manager.exists()]
    assert empty == []


@pytest.mark.parametrize("who", ["nobody", "a stranger"])
def test_no_table_shows_changes_or_takes_a_row_of_ours(ground: World, who: str) -> None:
    for model in tenant_models():
        table = model._meta.db_table
        with org_atomic(ground.id):
            run("DROP TABLE IF EXISTS one")
            run(f"CREATE TEMPORARY TABLE one AS SELECT * FROM {table} LIMIT 1")  # noqa: S608
        with org_atomic(ground.foreign.id):
            if who == "nobody":
                leave()
            which = f"FROM {table} WHERE organization_id = %s"
            assert run(f"SELECT 1 {which}", ground.id) == 0, table  # noqa: S608
            if table not in BOOKS:
                mine = f"UPDATE {table} SET created_at = now() WHERE organization_id = %s"  # noqa: S608
                assert run(mine, ground.id) == 0, table
                assert run(f"DELETE {which}", ground.id) == 0, table
            with pytest.raises(DatabaseError, match="row-level security"):
                run(copied(model))


def test_no_row_can_be_given_to_another_organization(ground: World) -> None:
    for model in tenant_models():
        table = model._meta.db_table
        with org_atomic(ground.id), pytest.raises(DatabaseError) as refused:
            run(f"UPDATE {table} SET organization_id = %s", ground.foreign.id)  # noqa: S608
        expected = "permission denied" if table in BOOKS else "row-level security"
        assert expected in str(refused.value), table


def test_no_table_can_be_emptied_dropped_or_opened(ground: World) -> None:
    for model in tenant_models():
        table = model._meta.db_table
        for sql in (
            f"TRUNCATE {table}",
            f"DROP TABLE {table}",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            f"CREATE POLICY open ON {table} USING (true)",
            f"CREATE MATERIALIZED VIEW seen AS SELECT * FROM {table}",
        ):
            with org_atomic(ground.foreign.id), pytest.raises(DatabaseError):
                run(sql)


def test_the_role_cannot_become_another(ground: World) -> None:
    for sql in ("SET ROLE warren_owner", "SET ROLE warren_operator", "SET ROLE warren_dispatch"):
        with pytest.raises(DatabaseError, match="permission denied"):
            run(sql)
    assert run("SET LOCAL row_security = off") <= 0
    with pytest.raises(DatabaseError, match="row-level security"):
        run("SET LOCAL row_security = off; SELECT 1 FROM brands_brandprofile")
