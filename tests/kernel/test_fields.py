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
from organizations.models import DataKey, WebhookEndpoint
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
def endpoint() -> WebhookEndpoint:
    return an_endpoint("drafting")


def an_endpoint(name: str, key: str | None = TOKEN) -> WebhookEndpoint:
    """A row with a sealed column that may also be empty."""
    return WebhookEndpoint.objects.create(
        name=name, url="https://example.com", secret="s", previous_secret=key
    )


def an_account(number: int = 1, **credentials: Any) -> SocialAccount:
    return SocialAccount(platform="feed", remote_id=f"r{number}", name="n", credentials=credentials)


def test_a_stored_value_comes_back_only_when_revealed(endpoint: WebhookEndpoint) -> None:
    found = WebhookEndpoint.objects.get(pk=endpoint.pk)
    assert isinstance(found.previous_secret, Secret)
    assert found.previous_secret.reveal() == endpoint.previous_secret.reveal() == TOKEN
    assert (
        TOKEN not in f"{found.previous_secret} {found.previous_secret!r} {found!r} {found.__dict__}"
    )


def test_the_column_holds_no_plain_text(endpoint: WebhookEndpoint) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT previous_secret FROM {WebhookEndpoint._meta.db_table} WHERE id = %s",
            [endpoint.pk],
        )
        (stored,) = cursor.fetchone()
    assert TOKEN.encode() not in bytes(stored)
    assert bytes(stored)[:5] == b"\x01\x00\x00\x00\x01"


@given(value=st.text())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_survives(endpoint: WebhookEndpoint, value: str) -> None:
    value = value.encode(errors="ignore").decode()
    endpoint.previous_secret = value
    endpoint.save(update_fields=["previous_secret"])
    assert WebhookEndpoint.objects.get(pk=endpoint.pk).previous_secret.reveal() == value


@given(value=st.dictionaries(st.text(), JSON))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_survives(world: World, value: dict[str, Any]) -> None:
    value = json.loads(json.dumps(value).encode(errors="ignore"))
    account = world.account
    account.credentials = value
    account.save(update_fields=["credentials"])
    assert SocialAccount.objects.get(pk=account.pk).credentials.reveal() == value


def test_nothing_stays_nothing() -> None:
    assert WebhookEndpoint.objects.get(pk=an_endpoint("empty", None).pk).previous_secret is None
    assert WebhookEndpoint(name="unset").previous_secret is None


def test_many_rows_are_sealed_each_in_its_place() -> None:
    SocialAccount.objects.bulk_create([an_account(n, token=f"{TOKEN}{n}") for n in range(3)])
    found = SocialAccount.objects.filter(remote_id__startswith="r").order_by("remote_id")
    assert [row.credentials.reveal() for row in found] == [
        {"token": f"{TOKEN}{n}"} for n in range(3)
    ]


def test_a_changed_value_is_sealed_anew_and_an_unchanged_one_is_left(
    endpoint: WebhookEndpoint,
) -> None:
    before = stored(endpoint)
    found = WebhookEndpoint.objects.get(pk=endpoint.pk)
    found.url = "other"
    found.save()
    assert stored(endpoint) == before
    found.previous_secret = TOKEN
    found.save()
    assert stored(endpoint) != before
    found.refresh_from_db()
    found.save()
    assert found.previous_secret.reveal() == TOKEN


def test_setting_the_secret_that_was_read_changes_nothing(endpoint: WebhookEndpoint) -> None:
    before = stored(endpoint)
    found = WebhookEndpoint.objects.get(pk=endpoint.pk)
    found.previous_secret = found.previous_secret
    found.save()
    assert stored(endpoint) == before


def test_a_secret_can_be_handed_from_row_to_row(endpoint: WebhookEndpoint) -> None:
    copy = WebhookEndpoint.objects.create(
        name="copy",
        url="https://example.com",
        secret="s",
        previous_secret=WebhookEndpoint.objects.get(pk=endpoint.pk).previous_secret,
    )
    assert WebhookEndpoint.objects.get(pk=copy.pk).previous_secret.reveal() == TOKEN
    assert stored(copy) != stored(endpoint)


def test_a_row_copied_under_a_new_key_is_refused_instead_of_losing_its_secret(
    endpoint: WebhookEndpoint,
) -> None:
    copy = WebhookEndpoint.objects.get(pk=endpoint.pk)
    copy.pk, copy.name, copy._state.adding = uuid7(), "copy", True
    with pytest.raises(vault.SecretUnreadable), transaction.atomic():
        copy.save()


def test_ciphertexts_swapped_between_rows_do_not_open(endpoint: WebhookEndpoint) -> None:
    other = an_endpoint("other", "another key")
    one, two = stored(endpoint), stored(other)
    put(endpoint, two)
    put(other, one)
    for row in (endpoint, other):
        with pytest.raises(vault.SecretUnreadable):
            WebhookEndpoint.objects.get(pk=row.pk).previous_secret.reveal()


def test_a_ciphertext_of_another_table_does_not_open(
    endpoint: WebhookEndpoint, world: World
) -> None:
    SocialAccount.objects.filter(pk=world.account.pk).update(credentials=stored(endpoint))
    with pytest.raises(vault.SecretUnreadable):
        SocialAccount.objects.get(pk=world.account.pk).credentials.reveal()


def test_a_broken_value_harms_only_who_reveals_it(endpoint: WebhookEndpoint) -> None:
    put(endpoint, Sealed(b"\x01" + bytes(40)))
    found = WebhookEndpoint.objects.get(pk=endpoint.pk)
    found.url = "still works"
    found.save()
    found.refresh_from_db()
    with pytest.raises(vault.SecretUnreadable):
        found.previous_secret.reveal()


@pytest.mark.parametrize("value", [TOKEN, Secret(TOKEN), TOKEN.encode()])
def test_update_is_refused_without_telling_the_value(endpoint: WebhookEndpoint, value: Any) -> None:
    with pytest.raises(TypeError, match=r"save\(\)") as caught, transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(previous_secret=value)
    assert TOKEN not in str(caught.value)


def test_bulk_update_and_lookups_by_value_are_refused(endpoint: WebhookEndpoint) -> None:
    with pytest.raises(TypeError, match="encrypted for its row"), transaction.atomic():
        WebhookEndpoint.objects.bulk_update([endpoint], ["previous_secret"])
    with pytest.raises(TypeError, match="encrypted for its row"):
        WebhookEndpoint.objects.filter(previous_secret=TOKEN).exists()
    assert WebhookEndpoint.objects.filter(previous_secret__isnull=False).count() == 1
    assert WebhookEndpoint.objects.filter(pk=endpoint.pk).update(previous_secret=None) == 1


@pytest.mark.parametrize("value", [b"bytes", 7, {"a": 1}])
def test_a_text_field_takes_only_text(value: Any) -> None:
    with pytest.raises(TypeError, match="previous_secret"):
        WebhookEndpoint(previous_secret=value)


@pytest.mark.parametrize("value", ["text", 7, {"a": object()}, {"a": Secret("x")}])
def test_a_json_field_takes_only_json(value: Any) -> None:
    with pytest.raises(TypeError):
        SocialAccount(credentials=value)


def test_a_row_without_an_organization_is_not_sealed() -> None:
    field = WebhookEndpoint._meta.get_field("previous_secret")
    with pytest.raises(TypeError, match="no organization"):
        field.pre_save(WebhookEndpoint(previous_secret=TOKEN), True)


def test_forms_and_dumps_leave_the_value_out(endpoint: WebhookEndpoint) -> None:
    assert "previous_secret" not in modelform_factory(WebhookEndpoint, exclude=["url"]).base_fields
    dumped = serializers.serialize("json", [WebhookEndpoint.objects.get(pk=endpoint.pk)])
    assert TOKEN not in dumped


def test_reading_deferred_and_many_costs_no_more_queries_than_needed(
    endpoint: WebhookEndpoint, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert (
        WebhookEndpoint.objects.defer("previous_secret")
        .get(pk=endpoint.pk)
        .previous_secret.reveal()
        == TOKEN
    )
    for number in range(5):
        an_endpoint(f"p{number}")
    # Key in memory: one query for the rows and none for their secrets.
    with django_assert_num_queries(1):
        assert {row.previous_secret.reveal() for row in WebhookEndpoint.objects.all()} == {TOKEN}


def test_migrations_write_the_field_plainly() -> None:
    _, path, args, options = WebhookEndpoint._meta.get_field("previous_secret").deconstruct()
    assert (path, args, options) == ("config.kernel.fields.EncryptedText", [], {"null": True})


def test_every_encrypted_column_is_found() -> None:
    assert {(WebhookEndpoint, "previous_secret"), (SocialAccount, "credentials")} <= set(
        encrypted_fields()
    )


# -- Rotation ------------------------------------------------------------------------------------


def test_reencryption_moves_old_values_to_the_new_key(world: World) -> None:
    endpoints = [an_endpoint(f"p{number}") for number in range(4)]
    an_endpoint("none", None)
    version = vault.new_data_key(world.id).version
    done = reencrypt(WebhookEndpoint, "previous_secret", organization_id=world.id, version=version)
    assert (done.changed, done.overtaken, done.unreadable) == (4, 0, 0)
    assert {vault.key_version(stored(endpoint)) for endpoint in endpoints} == {version}
    assert {
        row.previous_secret.reveal()
        for row in WebhookEndpoint.objects.exclude(previous_secret=None)
    } == {TOKEN}
    again = reencrypt(WebhookEndpoint, "previous_secret", organization_id=world.id, version=version)
    assert again.changed == 0


def test_a_token_refreshed_meanwhile_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = an_endpoint("refreshing")
    version = vault.new_data_key(world.id).version
    unseal = vault.unseal

    def refreshed_meanwhile(sealed: bytes, place: vault.Place) -> bytes:
        monkeypatch.setattr(vault, "unseal", unseal)
        row = WebhookEndpoint.objects.get(pk=endpoint.pk)
        row.previous_secret = "the fresh one"
        row.save()
        return unseal(sealed, place)

    monkeypatch.setattr(vault, "unseal", refreshed_meanwhile)
    done = reencrypt(WebhookEndpoint, "previous_secret", organization_id=world.id, version=version)
    assert (done.changed, done.overtaken) == (0, 1)
    assert WebhookEndpoint.objects.get(pk=endpoint.pk).previous_secret.reveal() == "the fresh one"


def test_a_value_that_does_not_open_is_counted_and_left(world: World) -> None:
    endpoint = an_endpoint("broken")
    put(endpoint, Sealed(b"\x01" + bytes(40)))
    version = vault.new_data_key(world.id).version
    done = reencrypt(WebhookEndpoint, "previous_secret", organization_id=world.id, version=version)
    assert done.unreadable == 1
    assert stored(endpoint) == b"\x01" + bytes(40)


def test_only_one_data_key_is_current_and_the_former_still_opens(world: World) -> None:
    endpoint = an_endpoint("old")
    vault.new_data_key(world.id)
    assert DataKey.objects.filter(retired_at=None).count() == 1
    assert DataKey.objects.count() == 2
    vault.forget_keys()
    assert WebhookEndpoint.objects.get(pk=endpoint.pk).previous_secret.reveal() == TOKEN


def stored(row: WebhookEndpoint) -> Sealed:
    value = WebhookEndpoint.objects.get(pk=row.pk).__dict__["previous_secret"]
    assert isinstance(value, Sealed)
    return value


def put(row: WebhookEndpoint, sealed: Sealed) -> None:
    WebhookEndpoint.objects.filter(pk=row.pk).update(previous_secret=sealed)
