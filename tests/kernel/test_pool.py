"""Two organizations over one pooled connection: no row of the other, no setting left over."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import ProgrammingError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from config.kernel.scoping import org_atomic
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)

TRANSACTIONS = 2_000


@contextmanager
def pooled(*, checked: bool = False) -> Iterator[BaseDatabaseWrapper]:
    """This thread's `default`, taken from a pool that holds one connection for all threads.

    `checked` as in earnest: the pool asks a connection whether it lives before it lends it.
    """
    before = connections["default"]
    connection = connections.create_connection("default")
    options = {**before.settings_dict["OPTIONS"], "pool": {"min_size": 1, "max_size": 1}}
    connection.settings_dict = {
        **before.settings_dict,
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": checked,
    }
    # The pools are kept by alias; ours must not be taken for the others'.
    connection.alias = "pooled"
    connections["default"] = connection
    try:
        yield connection
    finally:
        connections["default"] = before
        connection.close()


@pytest.fixture(autouse=True)
def one_pool() -> Iterator[None]:
    yield
    from django.db.backends.postgresql.base import DatabaseWrapper

    pools: Any = DatabaseWrapper._connection_pools  # type: ignore[attr-defined]
    if pool := pools.pop("pooled", None):
        pool.close()


def ask(sql: str) -> Any:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def nothing_is_left() -> bool:
    """As the next borrower finds the connection: nobody entered, no row to be seen."""
    entered = ask("SELECT coalesce(current_setting('app.org', true), '')")
    return entered == "" and not seen()


def seen() -> set[UUID]:
    """Whose brands a forgotten filter would show."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT organization_id FROM brands_brandprofile")
        return {row[0] for row in cursor.fetchall()}


def test_two_organizations_alternate_over_one_connection(world: World) -> None:
    sessions = set()
    with pooled() as connection:
        for turn in range(TRANSACTIONS):
            mine = (world.id, world.foreign.id)[turn % 2]
            with org_atomic(mine):
                assert seen() == {mine}
            if turn % 50 == 0:
                assert nothing_is_left()
                sessions.add(ask("SELECT pg_backend_pid()"))
            connection.close()
    assert len(sessions) == 1


def test_two_threads_share_the_one_connection_and_never_mix(world: World) -> None:
    wrong: list[object] = []
    sessions: set[int] = set()

    def work(mine: UUID) -> None:
        try:
            with pooled() as connection:
                for turn in range(150):
                    with org_atomic(mine):
                        if seen() != {mine}:
                            wrong.append(seen())
                        if turn % 25 == 0:
                            sessions.add(ask("SELECT pg_backend_pid()"))
                    connection.close()
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(each,)) for each in (world.id, world.foreign.id)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (wrong, len(sessions)) == ([], 1)


@pytest.mark.parametrize("how", ["raised", "rolled back", "nested", "broken"])
def test_whatever_ends_a_transaction_leaves_nothing_to_the_next_borrower(
    world: World, how: str
) -> None:
    with pooled() as connection:
        for _ in range(10):
            if how == "raised":
                with pytest.raises(ZeroDivisionError), org_atomic(world.id):
                    assert seen() == {world.id}
                    1 / 0  # noqa: B018
            elif how == "rolled back":
                with org_atomic(world.id):
                    transaction.set_rollback(True, using="default")
            elif how == "nested":
                with org_atomic(world.id):
                    with org_atomic(world.foreign.id):
                        assert seen() == {world.foreign.id}
                    assert seen() == {world.id}
            else:
                with pytest.raises(ProgrammingError), org_atomic(world.id):
                    ask("SELECT nothing_like_this()")
            connection.close()
            assert nothing_is_left()
            with org_atomic(world.foreign.id):
                assert seen() == {world.foreign.id}
            connection.close()


def test_a_connection_that_dies_is_replaced_and_the_next_one_is_clean(world: World) -> None:
    with pooled(checked=True) as connection:
        with org_atomic(world.id):
            session = ask("SELECT pg_backend_pid()")
        connection.close()
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [session])
        other.close()
        with org_atomic(world.foreign.id):
            assert seen() == {world.foreign.id}
            assert ask("SELECT pg_backend_pid()") != session
