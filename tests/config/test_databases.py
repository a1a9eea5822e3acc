"""The roles on the test database, and what the test set-up itself promises."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connections, transaction
from django.db.utils import ProgrammingError

ALL = ["default", "owner", "operator"]


def rows(alias: str, statement: str, *values: Any) -> list[Any]:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_the_application_owns_nothing_and_bypasses_nothing() -> None:
    assert rows("default", "SELECT current_user, session_user") == [("warren_app", "warren_app")]
    owned = "SELECT relname FROM pg_class WHERE relowner = current_user::regrole"
    assert rows("default", owned) == []
    functions = "SELECT proname FROM pg_proc WHERE proowner = current_user::regrole"
    assert rows("default", functions) == []
    role = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
    assert rows("default", f"{role} WHERE rolname = current_user") == [(False,) * 4]
    member = "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole"
    assert rows("default", member, "warren_app") == []


@pytest.mark.django_db(databases=ALL)
def test_a_new_table_of_the_owner_may_be_used_but_never_truncated_by_the_others() -> None:
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            cursor.execute("CREATE TABLE brand_new (id serial)")
        for role in ("warren_app", "warren_operator"):
            rights = "SELECT has_table_privilege(%s, 'brand_new', one) FROM unnest(%s::text[]) one"
            may = ["SELECT", "INSERT", "UPDATE", "DELETE"]
            assert rows("owner", rights, role, may) == [(True,)] * 4
            assert (
                rows("owner", rights, role, ["TRUNCATE", "REFERENCES", "TRIGGER"]) == [(False,)] * 3
            )
            sequence = "SELECT has_sequence_privilege(%s, 'brand_new_id_seq', 'USAGE')"
            assert rows("owner", sequence, role) == [(True,)]
        transaction.set_rollback(True, using="owner")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine (id int)", "TRUNCATE organizations_user", "SET ROLE warren_operator"],
)
def test_the_application_may_not(statement: str) -> None:
    with pytest.raises(ProgrammingError), connections["default"].cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(databases=["default", "operator"])
def test_the_operator_sees_what_the_test_has_not_committed() -> None:
    users = get_user_model()
    users.objects.create(email="uncommitted@example.com")
    found = users.objects.using("operator").get(email="uncommitted@example.com")
    with transaction.atomic(using="operator"):
        users.objects.using("operator").filter(pk=found.pk).update(is_active=False)
    assert not users.objects.get(pk=found.pk).is_active
    assert rows("default", "SELECT current_user") == [("warren_app",)]
    assert rows("operator", "SELECT current_user") == [("warren_operator",)]


@pytest.mark.django_db(databases=["default", "operator"])
def test_a_failed_statement_of_the_operator_leaves_the_application_its_role() -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(using="operator"):
        rows("operator", "SELECT no_such_column")
    assert rows("default", "SELECT current_user") == [("warren_app",)]


@pytest.mark.django_db
def test_the_test_before_this_one_left_nothing() -> None:
    assert not get_user_model().objects.filter(email="uncommitted@example.com").exists()


@pytest.mark.django_db(transaction=True, databases=ALL)
def test_a_test_that_commits_is_seen_by_the_operator_too() -> None:
    get_user_model().objects.create(email="committed@example.com")
    assert get_user_model().objects.using("operator").filter(email="committed@example.com").exists()


@pytest.mark.django_db(transaction=True)
def test_the_tables_are_empty_after_a_test_that_committed() -> None:
    assert not get_user_model().objects.filter(email="committed@example.com").exists()


def test_no_alias_names_anybodys_real_database() -> None:
    names = {connection["NAME"] for connection in settings.DATABASES.values()}
    assert len(names) == 1
    assert names.pop().startswith("test_warren_")


def test_a_test_may_not_reach_another_machine() -> None:
    with socket.socket() as client, pytest.raises(RuntimeError, match="stay on this machine"):
        client.connect(("192.0.2.1", 80))


def test_a_test_may_not_sleep() -> None:
    with pytest.raises(RuntimeError, match="slept"):
        time.sleep(0.01)
