"""Encrypted columns on real rows, as the application's role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import serializers
from django.db import connection, transaction
from django.forms import modelform_factory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from config.kernel import vault
from config.kernel.fields import Sealed, encrypted_fields, reencrypt
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from config.kernel.vault import Secret
from organizations.models import DataKey, ModelRoute
from publishing.models import SocialAccount
from tests.world import World

pytestmark = pytest.mark.django_db

TOKEN = "planted-token-8c1f"  # noqa: S105
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.fixture(autouse=True)
def _inside(world: World) -> Iterator[None]:
    vault.forget_keys()
    with org_atomic(world.id):
        yield
    vault.forget_keys()


@pytest.fixture
def route() -> ModelRoute:
    return a_route("drafting")


def a_route(purpose: str, key: str | None = TOKEN) -> ModelRoute:
    return ModelRoute.objects.create(purpose=purpose, provider="x", model="y", api_key=key)


def an_account(number: int = 1, **credentials: Any) -> SocialAccount:
    return SocialAccount(platform="feed", remote_id=f"r{number}", name="n", credentials=credentials)


def test_a_stored_value_comes_back_only_when_revealed(route: ModelRoute) -> None:
    found = ModelRoute.objects.get(pk=route.pk)
    assert isinstance(found.api_key, Secret)
    assert found.api_key.reveal() == route.api_key.reveal() == TOKEN
    assert TOKEN not in f"{found.api_key} {found.api_key!r} {found!r} {found.__dict__}"


def test_the_column_holds_no_plain_text(route: ModelRoute) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key FROM organizations_modelroute WHERE id = %s", [route.pk])
        (stored,) = cursor.fetchone()
    assert TOKEN.encode() not in bytes(stored)
    assert bytes(stored)[:5] == b"\x01\x00\x00\x00\x01"


@given(value=st.text())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_survives(route: ModelRoute, value: str) -> None:
    value = value.encode(errors="ignore").decode()
    route.api_key = value
    route.save(update_fields=["api_key"])
    assert ModelRoute.objects.get(pk=route.pk).api_key.reveal() == value


@given(value=st.dictionaries(st.text(), JSON))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_survives(world: World, value: dict[str, Any]) -> None:
    value = json.loads(json.dumps(value).encode(errors="ignore"))
    account = world.account
    account.credentials = value
    account.save(update_fields=["credentials"])
    assert SocialAccount.objects.get(pk=account.pk).credentials.reveal() == value


def test_nothing_stays_nothing() -> None:
    assert ModelRoute.objects.get(pk=a_route("empty", None).pk).api_key is None
    assert ModelRoute(purpose="unset").api_key is None


def test_many_rows_are_sealed_each_in_its_place() -> None:
    SocialAccount.objects.bulk_create([an_account(n, token=f"{TOKEN}{n}") for n in range(3)])
    found = SocialAccount.objects.filter(remote_id__startswith="r").order_by("remote_id")
    assert [row.credentials.reveal() for row in found] == [
        {"token": f"{TOKEN}{n}"} for n in range(3)
    ]


def test_a_changed_value_is_sealed_anew_and_an_unchanged_one_is_left(route: ModelRoute) -> None:
    before = stored(route)
    found = ModelRoute.objects.get(pk=route.pk)
    found.model = "other"
    found.save()
    assert stored(route) == before
    found.api_key = TOKEN
    found.save()
    assert stored(route) != before
    found.refresh_from_db()
    found.save()
    assert found.api_key.reveal() == TOKEN


def test_setting_the_secret_that_was_read_changes_nothing(route: ModelRoute) -> None:
    before = stored(route)
    found = ModelRoute.objects.get(pk=route.pk)
    found.api_key = found.api_key
    found.save()
    assert stored(route) == before


def test_a_secret_can_be_handed_from_row_to_row(route: ModelRoute) -> None:
    copy = ModelRoute.objects.create(
        purpose="copy", provider="x", model="y", api_key=ModelRoute.objects.get(pk=route.pk).api_key
    )
    assert ModelRoute.objects.get(pk=copy.pk).api_key.reveal() == TOKEN
    assert stored(copy) != stored(route)


def test_a_row_copied_under_a_new_key_is_refused_instead_of_losing_its_secret(
    route: ModelRoute,
) -> None:
    copy = ModelRoute.objects.get(pk=route.pk)
    copy.pk, copy.purpose, copy._state.adding = uuid7(), "copy", True
    with pytest.raises(vault.SecretUnreadable), transaction.atomic():
        copy.save()


def test_ciphertexts_swapped_between_rows_do_not_open(route: ModelRoute) -> None:
    other = a_route("other", "another key")
    one, two = stored(route), stored(other)
    put(route, two)
    put(other, one)
    for row in (route, other):
        with pytest.raises(vault.SecretUnreadable):
            ModelRoute.objects.get(pk=row.pk).api_key.reveal()


def test_a_ciphertext_of_another_table_does_not_open(route: ModelRoute, world: World) -> None:
    SocialAccount.objects.filter(pk=world.account.pk).update(credentials=stored(route))
    with pytest.raises(vault.SecretUnreadable):
        SocialAccount.objects.get(pk=world.account.pk).credentials.reveal()


def test_a_broken_value_harms_only_who_reveals_it(route: ModelRoute) -> None:
    put(route, Sealed(b"\x01" + bytes(40)))
    found = ModelRoute.objects.get(pk=route.pk)
    found.model = "still works"
    found.save()
    found.refresh_from_db()
    with pytest.raises(vault.SecretUnreadable):
        found.api_key.reveal()


@pytest.mark.parametrize("value", [TOKEN, Secret(TOKEN), TOKEN.encode()])
def test_update_is_refused_without_telling_the_value(route: ModelRoute, value: Any) -> None:
    with pytest.raises(TypeError, match=r"save\(\)") as caught, transaction.atomic():
        ModelRoute.objects.filter(pk=route.pk).update(api_key=value)
    assert TOKEN not in str(caught.value)


def test_bulk_update_and_lookups_by_value_are_refused(route: ModelRoute) -> None:
    with pytest.raises(TypeError, match="encrypted for its row"), transaction.atomic():
        ModelRoute.objects.bulk_update([route], ["api_key"])
    with pytest.raises(TypeError, match="encrypted for its row"):
        ModelRoute.objects.filter(api_key=TOKEN).exists()
    assert ModelRoute.objects.filter(api_key__isnull=False).count() == 1
    assert ModelRoute.objects.filter(pk=route.pk).update(api_key=None) == 1


@pytest.mark.parametrize("value", [b"bytes", 7, {"a": 1}])
def test_a_text_field_takes_only_text(value: Any) -> None:
    with pytest.raises(TypeError, match="api_key"):
        ModelRoute(api_key=value)


@pytest.mark.parametrize("value", ["text", 7, {"a": object()}, {"a": Secret("x")}])
def test_a_json_field_takes_only_json(value: Any) -> None:
    with pytest.raises(TypeError):
        SocialAccount(credentials=value)


def test_a_row_without_an_organization_is_not_sealed() -> None:
    field = ModelRoute._meta.get_field("api_key")
    with pytest.raises(TypeError, match="no organization"):
        field.pre_save(ModelRoute(api_key=TOKEN), True)


def test_forms_and_dumps_leave_the_value_out(route: ModelRoute) -> None:
    assert "api_key" not in modelform_factory(ModelRoute, exclude=["base_url"]).base_fields
    dumped = serializers.serialize("json", [ModelRoute.objects.get(pk=route.pk)])
    assert TOKEN not in dumped


def test_reading_deferred_and_many_costs_no_more_queries_than_needed(
    route: ModelRoute, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert ModelRoute.objects.defer("api_key").get(pk=route.pk).api_key.reveal() == TOKEN
    for number in range(5):
        a_route(f"p{number}")
    # Key in memory: one query for the rows and none for their secrets.
    with django_assert_num_queries(1):
        assert {row.api_key.reveal() for row in ModelRoute.objects.all()} == {TOKEN}


def test_migrations_write_the_field_plainly() -> None:
    _, path, args, options = ModelRoute._meta.get_field("api_key").deconstruct()
    assert (path, args, options) == ("config.kernel.fields.EncryptedText", [], {"null": True})


def test_every_encrypted_column_is_found() -> None:
    assert {(ModelRoute, "api_key"), (SocialAccount, "credentials")} <= set(encrypted_fields())


# -- Rotation ------------------------------------------------------------------------------------


def test_reencryption_moves_old_values_to_the_new_key(world: World) -> None:
    routes = [a_route(f"p{number}") for number in range(4)]
    a_route("none", None)
    version = vault.new_data_key(world.id).version
    done = reencrypt(ModelRoute, "api_key", organization_id=world.id, version=version)
    assert (done.changed, done.overtaken, done.unreadable) == (4, 0, 0)
    assert {vault.key_version(stored(route)) for route in routes} == {version}
    assert {row.api_key.reveal() for row in ModelRoute.objects.exclude(api_key=None)} == {TOKEN}
    again = reencrypt(ModelRoute, "api_key", organization_id=world.id, version=version)
    assert again.changed == 0


def test_a_token_refreshed_meanwhile_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    route = a_route("refreshing")
    version = vault.new_data_key(world.id).version
    unseal = vault.unseal

    def refreshed_meanwhile(sealed: bytes, place: vault.Place) -> bytes:
        monkeypatch.setattr(vault, "unseal", unseal)
        row = ModelRoute.objects.get(pk=route.pk)
        row.api_key = "the fresh one"
        row.save()
        return unseal(sealed, place)

    monkeypatch.setattr(vault, "unseal", refreshed_meanwhile)
    done = reencrypt(ModelRoute, "api_key", organization_id=world.id, version=version)
    assert (done.changed, done.overtaken) == (0, 1)
    assert ModelRoute.objects.get(pk=route.pk).api_key.reveal() == "the fresh one"


def test_a_value_that_does_not_open_is_counted_and_left(world: World) -> None:
    route = a_route("broken")
    put(route, Sealed(b"\x01" + bytes(40)))
    version = vault.new_data_key(world.id).version
    done = reencrypt(ModelRoute, "api_key", organization_id=world.id, version=version)
    assert done.unreadable == 1
    assert stored(route) == b"\x01" + bytes(40)


def test_only_one_data_key_is_current_and_the_former_still_opens(world: World) -> None:
    route = a_route("old")
    vault.new_data_key(world.id)
    assert DataKey.objects.filter(retired_at=None).count() == 1
    assert DataKey.objects.count() == 2
    vault.forget_keys()
    assert ModelRoute.objects.get(pk=route.pk).api_key.reveal() == TOKEN


def stored(row: ModelRoute) -> Sealed:
    value = ModelRoute.objects.get(pk=row.pk).__dict__["api_key"]
    assert isinstance(value, Sealed)
    return value


def put(row: ModelRoute, sealed: Sealed) -> None:
    ModelRoute.objects.filter(pk=row.pk).update(api_key=sealed)
