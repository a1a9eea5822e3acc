"""Making, revoking and rotating keys of the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from config.kernel.clock import now
from config.kernel.errors import Conflict, Forbidden, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import ApiKey, AuditCategory, AuditRecord, Membership, Role
from organizations.services.api_keys import (
    ALPHABET,
    checked_networks,
    checksum,
    create_api_key,
    digest_of,
    is_allowed_from,
    is_well_formed,
    new_key_text,
    revoke_api_key,
    rotate_api_key,
)
from organizations.services.api_scopes import PRESETS, Preset, role_for, scopes
from tests.keys import new_key
from tests.world import World


@pytest.mark.django_db
def test_a_key_is_stored_as_a_digest_and_shown_nowhere_else(world: World) -> None:
    new = new_key(world.organization, world.owner, "read:brands")
    text = new.text.reveal()
    with org_atomic(world.id), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM organizations_apikey")
        stored = repr(cursor.fetchall())
        cursor.execute("SELECT * FROM organizations_auditrecord")
        stored += repr(cursor.fetchall())
    assert new.row.digest == digest_of(text) and text.startswith(new.row.prefix)
    assert text not in stored and text[13:] not in stored
    assert text not in repr(new) + str(new) + str(new.row)


def test_a_key_has_its_form_and_190_random_bits() -> None:
    texts = {new_key_text() for _ in range(200)}
    assert len(texts) == 200
    for text in texts:
        name, prefix, rest = text.split("_")
        assert (name, len(prefix), len(rest)) == ("wrn", 8, 38)
        assert is_well_formed(text)


@given(st.integers(0, 50), st.sampled_from(ALPHABET))
def test_a_key_with_one_character_changed_is_no_key(position: int, other: str) -> None:
    text = "wrn_0123ABcd_abcdefghijklmnopqrstuvwxyz012345"
    text += checksum(text)
    changed = text[:position] + other + text[position + 1 :]
    assert is_well_formed(changed) == (changed == text)


@pytest.mark.parametrize("text", ["", "wrn_", "sk-live-0123456789", "wrn_short_x", "é" * 51])
def test_other_texts_are_no_keys(text: str) -> None:
    assert not is_well_formed(text)


@pytest.mark.django_db
def test_a_key_lives_for_90_days_with_600_requests_a_minute(world: World) -> None:
    row = new_key(world.organization, world.owner, "read:brands").row
    assert row.requests_per_minute == 600
    assert abs(row.expires_at - now() - timedelta(days=90)) < timedelta(minutes=1)
    for days in (30, 365):
        other = new_key(world.organization, world.owner, "read:brands", days=days).row
        assert abs(other.expires_at - now() - timedelta(days=days)) < timedelta(minutes=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["read:everything"]}, "scopes"),
        ({"days": 10_000}, "days"),
        ({"requests_per_minute": 0}, "requests_per_minute"),
        ({"requests_per_minute": 6_001}, "requests_per_minute"),
        ({"allowed_addresses": ["office"]}, "allowed_addresses"),
        ({"allowed_addresses": [f"10.0.0.{n}" for n in range(21)]}, "allowed_addresses"),
    ],
)
def test_what_cannot_stand_is_refused_by_name(
    world: World, values: dict[str, object], field: str
) -> None:
    given_values: dict[str, object] = {"name": "Reports", "scopes": ["read:brands"], **values}
    with org_atomic(world.id), pytest.raises(Invalid) as refused:
        create_api_key(by=world.owner, **given_values)  # type: ignore[arg-type]
    assert refused.value.field == field
    with org_atomic(world.id):
        assert not ApiKey.objects.exists()


@pytest.mark.django_db
def test_nobody_makes_a_key_that_may_do_more_than_they_may(world: World) -> None:
    new_key(world.organization, world.editor, "read:posts", "write:posts")
    with pytest.raises(Forbidden):
        new_key(world.organization, world.viewer, "write:posts")
    with pytest.raises(Forbidden):
        new_key(world.organization, world.editor, "read:audit")
    with pytest.raises(Forbidden):
        new_key(world.organization, world.stranger, "read:brands")


def test_the_presets_are_the_three_roles() -> None:
    def roles(preset: Preset) -> Role:
        return role_for(preset.scopes)

    assert set(PRESETS) == {"read_only", "user", "admin"}
    assert roles(PRESETS["read_only"]) == Role.VIEWER
    assert roles(PRESETS["user"]) == Role.MEMBER
    assert roles(PRESETS["admin"]) == Role.ADMIN
    assert set(PRESETS["admin"].scopes) == set(scopes)
    assert all(name.startswith("read:") for name in PRESETS["read_only"].scopes)
    assert all(scope.sentence.endswith(".") for scope in scopes.values())


@pytest.mark.django_db
def test_rotating_stops_the_old_key_and_keeps_its_rights(world: World) -> None:
    old = new_key(
        world.organization,
        world.owner,
        "read:posts",
        "write:posts",
        days=30,
        requests_per_minute=42,
        allowed_addresses=["203.0.113.0/24"],
    ).row
    with org_atomic(world.id):
        new = rotate_api_key(key=old, by=world.admin)
        old.refresh_from_db()
    assert old.revoked_at is not None and new.row.revoked_at is None
    for field in ("name", "scopes", "requests_per_minute", "allowed_addresses"):
        assert getattr(new.row, field) == getattr(old, field)
    assert abs(new.row.expires_at - now() - timedelta(days=30)) < timedelta(minutes=1)
    assert new.row.created_by == world.admin and new.row.digest != old.digest
    with org_atomic(world.id), pytest.raises(Conflict):
        rotate_api_key(key=old, by=world.owner)


@pytest.mark.django_db
def test_rotating_does_not_widen_what_a_person_may(world: World) -> None:
    key = new_key(world.organization, world.owner, "read:audit").row
    with org_atomic(world.id), pytest.raises(Forbidden):
        rotate_api_key(key=key, by=world.editor)


@pytest.mark.django_db
def test_every_act_on_a_key_is_written_down_once(world: World) -> None:
    key = new_key(world.organization, world.owner, "read:brands").row
    with org_atomic(world.id):
        new = rotate_api_key(key=key, by=world.owner)
        revoke_api_key(key=new.row, by=world.owner, reason="Laptop lost")
        revoke_api_key(key=new.row, by=world.owner)
        records = AuditRecord.objects.filter(action__startswith="api_key.").order_by("created_at")
        said = [(each.action, each.category, each.target_id, each.reason) for each in records]
    security = AuditCategory.SECURITY
    assert said == [
        ("api_key.created", security, key.pk, ""),
        ("api_key.rotated", security, new.row.pk, ""),
        ("api_key.revoked", security, new.row.pk, "Laptop lost"),
    ]


def test_networks_are_written_shortest_and_once() -> None:
    found = checked_networks([" 203.0.113.7 ", "203.0.113.7/32", "10.1.2.3/8", "", "2001:DB8::1"])
    assert found == ["203.0.113.7/32", "10.0.0.0/8", "2001:db8::1/128"]


@pytest.mark.parametrize(
    ("networks", "address", "allowed"),
    [
        ([], "198.51.100.1", True),
        (["203.0.113.0/24"], "203.0.113.9", True),
        (["203.0.113.0/24"], "198.51.100.1", False),
        (["203.0.113.0/24"], "::ffff:203.0.113.9", True),
        (["2001:db8::/32"], "2001:db8::5", True),
        (["203.0.113.0/24"], "", False),
    ],
)
def test_a_key_works_only_from_its_networks(
    networks: list[str], address: str, allowed: bool
) -> None:
    assert is_allowed_from(ApiKey(allowed_addresses=networks), address) is allowed


@pytest.mark.django_db
def test_a_key_belongs_to_one_organization_alone(world: World) -> None:
    new_key(world.organization, world.owner, "read:brands")
    with org_atomic(world.foreign.id):
        assert not ApiKey.objects.exists()
        assert not Membership.objects.filter(user=world.owner).exists()
