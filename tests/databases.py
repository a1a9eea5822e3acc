"""The test database: made by the owner, used by the application's role, one for each slot.

A test marked `django_db` runs as warren_app inside a transaction that is rolled back. One that also
names the alias `operator` needs to see, as the operator, what the application has not committed:
for it both aliases share one session that changes its role before each statement. A transactional
test (live server, other processes) commits on real connections, and the tables are emptied after
it; pytest-django runs those last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

if TYPE_CHECKING:
    from tests.world import World

# Every slot's database is copied from this one, which holds what migrations make and nothing else.
TEMPLATE = "test_warren_template"
# Rows that migrations and post_migrate write once, and every test counts on.
KEPT = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "billing_plan",
    "billing_creditprice",
}


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """The slot in the settings tells workers apart already; no suffix."""


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[None]:
    """Make the test database, or take the last run's if the migrations are still the same."""
    reuse = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():
        fingerprint = _fingerprint()
        if reuse and _remembered(settings.DATABASES["owner"]["NAME"]) == fingerprint:
            empty_tables()
            made: list[Any] = []
        else:
            made = _copy_of_the_template(fingerprint)
            _remember(fingerprint)
        _spare_the_kept()
    yield
    with django_db_blocker.unblock():
        if not django_db_keepdb:
            teardown_databases(made, verbosity=0)
        for connection in connections.all(initialized_only=True):
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]


@pytest.fixture
def _django_db_helper(_around_the_transaction: None, _django_db_helper: None) -> None:
    """pytest-django's own fixture of this name opens the test's transaction; ours goes first."""


@pytest.fixture
def _around_the_transaction(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Build the world before the transaction; empty the tables after a test that commits."""
    with django_db_blocker.unblock():
        if _is_transactional(request):
            start_afresh()
        if "world" in request.fixturenames:
            _ensure_world()
        if _is_transactional(request):
            # Django's own flush would take what migrations wrote, if the test names the owner.
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: None)
                yield
            empty_tables()
        elif "operator" in _aliases(request):
            with one_session():
                yield
        else:
            yield


@pytest.fixture
def world(_django_db_helper: None) -> World:
    """One organization with its people, and a stranger: see world.py. Needs a database test."""
    return _ensure_world()


_built: World | None = None


def _ensure_world() -> World:
    global _built
    if _built is None:
        from tests.world import build_world

        _built = build_world()
    return _built


def start_afresh() -> None:
    """Close what an earlier test left open: it may have ended the session on the server's side."""
    for connection in connections.all(initialized_only=True):
        connection.close()


def empty_tables() -> None:
    """Empty every table that has rows, as its owner, in one statement."""
    tables = [
        table for table in connections["operator"].introspection.table_names() if table not in KEPT
    ]
    global _built
    _built = None
    if not tables:
        return
    ask = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")"  # noqa: S608
        for table in tables
    )
    with connections["operator"].cursor() as cursor:
        cursor.execute(ask)
        full = [f'"{table}"' for (table,) in cursor.fetchall()]
    if full:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(full)} RESTART IDENTITY CASCADE")


def _copy_of_the_template(fingerprint: str) -> list[Any]:
    """Migrating takes half a minute, so the first of several processes does it for all of them."""
    owner = connections["owner"]
    test: dict[str, Any] = owner.settings_dict["TEST"]
    name = test["NAME"]
    with owner._nodb_cursor() as cursor:
        # Let go with the session, when this block ends.
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [TEMPLATE])
        if _remembered(TEMPLATE) != fingerprint:
            test["NAME"] = TEMPLATE
            _create_database()
            _remember(fingerprint)
            # Nobody may be in a database that is copied.
            owner.close()
            owner.close_pool()  # type: ignore[attr-defined]
        test.update(NAME=name, TEMPLATE=TEMPLATE)
        return _create_database()


def _create_database() -> list[Any]:
    return setup_databases(
        verbosity=0, interactive=False, aliases={"owner": None}, serialized_aliases=[]
    )


def _spare_the_kept() -> None:
    """Django flushes after a test that commits and names the owner; these rows must stay."""
    introspection = connections["owner"].introspection
    names = introspection.django_table_names

    def all_but_kept(*args: Any, **kwargs: Any) -> list[str]:
        return [name for name in names(*args, **kwargs) if name not in KEPT]

    introspection.django_table_names = all_but_kept  # type: ignore[method-assign]


@contextmanager
def one_session() -> Iterator[None]:
    """Put one session, which changes its role, behind `default` and `operator`."""
    before = {alias: connections[alias] for alias in ("default", "operator")}
    application = connections.create_connection("default")
    application.settings_dict = {
        **application.settings_dict,
        "USER": settings.DATABASES["owner"]["USER"],
        "PASSWORD": settings.DATABASES["owner"]["PASSWORD"],
    }
    operator: Any = connections.create_connection("operator")
    application.connect()
    operator.connection = application.connection
    operator.connect = lambda: None
    operator.is_usable = lambda: True
    operator._set_autocommit = lambda autocommit: None
    operator._rollback = lambda: None
    operator._commit = lambda: None
    operator.autocommit = True
    app_role, operator_role = (str(before[alias].settings_dict["USER"]) for alias in before)
    _set_role(application, app_role)

    def as_operator(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        _set_role(application, operator_role)
        try:
            return execute(sql, params, many, context)
        finally:
            _set_role(application, app_role)

    operator.execute_wrappers.append(as_operator)
    connections["default"], connections["operator"] = application, operator
    try:
        yield
    finally:
        connections["default"], connections["operator"] = before["default"], before["operator"]
        application.close()


def _set_role(connection: BaseDatabaseWrapper, role: str) -> None:
    from psycopg.pq import TransactionStatus

    session: Any = connection.connection
    # In a failed transaction nothing runs; its rollback takes the role back too.
    if session.info.transaction_status != TransactionStatus.INERROR:
        session.execute(f'SET ROLE "{role}"')


def _fingerprint() -> str:
    """Changes with every migration that could make another database."""
    digest = hashlib.sha256()
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        for file in sorted(Path(app.path).glob("migrations/*.py")):
            digest.update(f"{app.label}/{file.name}".encode())
            digest.update(file.read_bytes())
    for shared in ("config/kernel/migrations.py", "organizations/management/commands/migrate.py"):
        digest.update((settings.BASE_DIR / shared).read_bytes())
    return digest.hexdigest()


def _remembered(name: str) -> str | None:
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _remember(fingerprint: str) -> None:
    with connections["owner"].cursor() as cursor:
        name = connections["owner"].settings_dict["NAME"]
        cursor.execute(f"COMMENT ON DATABASE \"{name}\" IS '{fingerprint}'")


def _is_transactional(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    named = bool(marker and (marker.kwargs.get("transaction") or (marker.args and marker.args[0])))
    return named or bool({"transactional_db", "live_server"} & set(request.fixturenames))


def _aliases(request: pytest.FixtureRequest) -> set[str]:
    marker = request.node.get_closest_marker("django_db")
    asked = marker.kwargs.get("databases") if marker else None
    if asked == "__all__":
        return set(connections)
    return set(asked or ["default"])
