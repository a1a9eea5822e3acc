"""The database held against the models: a tenant table without its locks fails here."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, models, transaction

from billing.models import CreditTransaction
from config.kernel.models import OrgOwned, TenantForeignKey
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord
from tests.world import World

pytestmark = pytest.mark.django_db

# Tables of the installation, each with the reason why no organization owns its rows.
GLOBAL = {
    "organizations.user": "a person may belong to several organizations",
    "organizations.appsetting": "settings of the installation",
    "organizations.installationkey": "wraps the installation's own secrets",
    "organizations.consent": "what a person agreed to, in whatever organization",
    "organizations.personrequest": "a person's wish about all that is theirs",
    "organizations.contactmessage": "from somebody who is not signed in; write-only",
    "organizations.erasure": "outlives the organization whose end it proves",
    "organizations.workdone": "liveness of the installation: a kind, a time, a count",
    "billing.plan": "the price list",
    "billing.creditprice": "the price list",
    "billing.paymentevent": "messages of the payment provider, before anybody knows whose they are",
    "content.languagemodel": "what the providers offer, and its price",
    "content.modeldiscovery": "looks at the providers' lists",
    "content.agentsetting": "how agents work in the whole installation",
    "content.sharedskill": "structure from a closed list of words, of at least five organizations",
    "content.sharingevent": "counts of what was shared, without whose it was",
    "publishing.feedhandle": "public names, unique over all organizations",
    "publishing.linkcode": "public codes, unique over all organizations",
    "publishing.installationstop": "the operator's brake on everybody",
    "publishing.networkstate": "a network that is down is down for everybody: counts and times",
    "publishing.networkquota": "what the installation's app may do over all organizations",
}
OURS = ["analytics", "publishing", "content", "brands", "billing", "organizations"]


def our_models() -> list[type[models.Model]]:
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def tenant_models() -> list[type[OrgOwned]]:
    return [model for model in our_models() if issubclass(model, OrgOwned)]


def rows(sql: str, *params: Any) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def test_every_table_is_owned_by_an_organization_or_has_a_reason_not_to_be() -> None:
    unowned = {
        model._meta.label_lower
        for model in our_models()
        if not issubclass(model, OrgOwned)
        and model._meta.label_lower != "organizations.organization"
        and "user_" not in model._meta.label_lower
    }
    assert unowned == set(GLOBAL)


def test_every_tenant_table_has_row_security_enabled_and_forced() -> None:
    forced = {
        name
        for name, enabled, force in rows(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind = 'r'"
        )
        if enabled and force
    }
    tables = {model._meta.db_table for model in tenant_models()} | {"organizations_organization"}
    assert tables == forced


def test_every_policy_reads_and_writes_by_the_setting_and_calls_nothing_else() -> None:
    for table, using, check in rows("SELECT tablename, qual, with_check FROM pg_policies"):
        assert using == check, table
        assert str(using).count("(") <= 5, using
        assert "current_setting('app.org'" in str(using), table


def test_every_link_between_tenant_tables_is_held_inside_one_organization() -> None:
    composite = {
        (table, column)
        for table, column in rows(
            """
            SELECT c.conrelid::regclass::text, a.attname
            FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2]
            WHERE c.contype = 'f' AND cardinality(c.conkey) = 2
            """
        )
    }
    expected = set()
    for model in tenant_models():
        for field in model._meta.fields:
            if isinstance(field, models.ForeignKey) and issubclass(field.related_model, OrgOwned):
                assert isinstance(field, TenantForeignKey), f"{model.__name__}.{field.name}"
                expected.add((model._meta.db_table, field.column))
    assert composite == expected


def test_every_unique_key_of_a_tenant_table_begins_with_its_organization() -> None:
    loose = [
        (table, name)
        for table, name, columns in rows(
            """
            SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text,
                   array_agg(a.attname ORDER BY k.place)
            FROM pg_index i
            CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
            WHERE i.indisunique AND NOT i.indisprimary
            GROUP BY 1, 2
            """
        )
        if table in {model._meta.db_table for model in tenant_models()}
        and list(columns)[0] != "organization_id"  # type: ignore[call-overload]
    ]
    assert loose == []


def test_the_application_role_owns_nothing_and_cannot_bypass() -> None:
    [(name, superuser, bypass, owned)] = rows(
        """
        SELECT rolname, rolsuper, rolbypassrls,
               (SELECT count(*) FROM pg_class WHERE relowner = r.oid)
        FROM pg_roles r WHERE rolname = current_user
        """
    )
    assert (superuser, bypass, owned) == (False, False, 0), name
    assert not rows(
        "SELECT table_name FROM information_schema.role_table_grants "
        "WHERE grantee = current_user AND privilege_type = 'TRUNCATE'"
    )


def test_without_an_organization_every_tenant_table_is_empty_and_refuses_inserts(
    world: World,
) -> None:
    for model in tenant_models():
        table = model._meta.db_table
        assert rows(f"SELECT count(*) FROM {table}") == [(0,)], table  # noqa: S608


def test_an_insert_for_another_organization_is_refused(world: World) -> None:
    for organization in (None, world.foreign.id):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            if organization:
                rows("SELECT set_config('app.org', %s, true)", str(organization))
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO content_storedanswer (id, created_at, updated_at, step_key, agent,"
                    " agent_version, provider, model, output, usage, cost_micros, organization_id)"
                    " VALUES (gen_random_uuid(), now(), now(), 'k', 'a', '1', 'p', 'm', '{}', '{}',"
                    " 0, %s)",
                    [world.id],
                )


def test_the_stranger_sees_and_changes_no_row_of_ours(world: World) -> None:
    with org_atomic(world.id):
        ids = {model: [row.pk for row in model._base_manager.all()] for model in tenant_models()}
    assert sum(map(len, ids.values())) > 8
    with org_atomic(world.foreign.id):
        for model, mine in ids.items():
            assert not model._base_manager.filter(pk__in=mine).exists(), model
            try:
                with transaction.atomic():
                    assert model._base_manager.filter(pk__in=mine).delete()[0] == 0, model
            except ProgrammingError:
                assert model in {AuditRecord, CreditTransaction}, "nobody deletes from the books"
    with org_atomic(world.id):
        assert ids == {
            model: [row.pk for row in model._base_manager.all()] for model in tenant_models()
        }


def test_a_row_cannot_point_at_a_row_of_another_organization(world: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), org_atomic(world.id):
        rows(
            "UPDATE publishing_schedule SET brand_id = %s WHERE id = %s RETURNING id",
            world.foreign_brand.id,
            world.schedule.id,
        )
        rows("SET CONSTRAINTS ALL IMMEDIATE; SELECT 1")
