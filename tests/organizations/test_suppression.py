from __future__ import annotations

from typing import Any

import pytest

from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from organizations.models import Invitation, Role, Suppression
from organizations.privacy.digests import keyed, normalised
from organizations.services.invitations import invite
from organizations.services.suppression import (
    is_suppressed,
    require_not_suppressed,
    suppress,
    without_suppressed,
)
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed",
    ["ada@example.com", " Ada@Example.COM ", "ADA@EXAMPLE.COM.", "ａｄａ@example.com"],
)
def test_an_address_is_known_however_it_was_typed(world: World, typed: str) -> None:
    with org_atomic(world.id):
        suppress(email="Ada@example.com", reason="unsubscribed")
        assert is_suppressed(typed)
        assert not is_suppressed("other@example.com")
    with org_atomic(world.foreign.id):
        assert not is_suppressed(typed)


def test_another_spelling_of_the_same_domain_is_the_same_domain() -> None:
    assert normalised("x@bücher.example") == normalised("x@XN--BCHER-KVA.example")


def test_nothing_of_the_address_is_kept_and_the_first_reason_stays(world: World) -> None:
    with org_atomic(world.id):
        suppress(email="ada@example.com", reason="bounced")
        suppress(email="ada@example.com", reason="erased")
        row = Suppression.objects.get()
    assert row.reason == "bounced"
    assert "ada" not in row.digest and len(row.digest) == 64


def test_an_import_takes_in_only_who_may_be_written_to(
    world: World, django_assert_num_queries: Any
) -> None:
    with org_atomic(world.id):
        suppress(email="gone@example.com", reason="erased")
        # One query stands between the savepoint's two statements, however many addresses.
        with django_assert_num_queries(3):
            found = without_suppressed(["a@example.com", "GONE@example.com", "b@example.com"])
        assert found == ["a@example.com", "b@example.com"]
        with pytest.raises(Invalid, match="asked not to be written to"):
            require_not_suppressed("gone@example.com")


def test_an_address_stays_known_after_the_secret_key_was_replaced(
    world: World, settings: Any
) -> None:
    with org_atomic(world.id):
        suppress(email="ada@example.com", reason="erased")
        former = settings.SECRET_KEY
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [former]
        assert is_suppressed("ada@example.com")
        settings.SECRET_KEY_FALLBACKS = []
        assert not is_suppressed("ada@example.com")
        settings.WARREN_DIGEST_KEY = former
        assert is_suppressed("ada@example.com")


def test_a_digest_of_one_purpose_says_nothing_for_another() -> None:
    assert keyed("suppression", "ada@example.com") != keyed("erasure", "ada@example.com")


def test_who_was_erased_is_not_invited_again(world: World) -> None:
    with org_atomic(world.id):
        suppress(email="gone@example.com", reason="erased")
        with pytest.raises(Invalid, match="asked not to be written to"):
            invite(email="Gone@Example.com", role=Role.MEMBER, by=world.owner)
        assert not Invitation.objects.exists()
        invite(email="new@example.com", role=Role.MEMBER, by=world.owner)
