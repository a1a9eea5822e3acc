"""Accounts: connected, connected again, linked and let go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest

from billing.models import Plan, Subscription
from brands.models import BrandProfile
from config.kernel.errors import Conflict, Invalid, PaymentRequired
from config.kernel.scoping import org_atomic
from publishing.channels.base import (
    AccountFacts,
    Channel,
    ChannelError,
    Connection,
    CredentialField,
    DeliveryClass,
    Draft,
    Limits,
    Payload,
    Published,
    Session,
)
from publishing.channels.registry import channels
from publishing.models import (
    AccountStatus,
    Approval,
    BrandAccountLink,
    Delivery,
    DeliveryState,
    PendingPost,
    PendingStatus,
    SocialAccount,
)
from publishing.services.accounts import (
    account_of_brand,
    connect_account,
    disconnect_account,
    link_account,
    set_account_active,
    unlink_account,
)
from publishing.services.pending_posts import approve_post
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


class Parlour(Channel):
    """A network of this test."""

    slug = "parlour"
    label = "Parlour"
    icon = ""
    delivery_class = DeliveryClass.D
    limits = Limits(max_characters=500)
    credential_fields = (
        CredentialField("handle", "Handle"),
        CredentialField("password", "Password", secret=True),
        CredentialField("server", "Server", required=False),
    )

    def connect(self, values: Mapping[str, str]) -> Connection:
        if values["password"] == "wrong":
            raise ChannelError("This password is wrong.", permanent=True, field="password")
        handle = values["handle"]
        return Connection(
            remote_id=f"id-{handle}",
            name=handle.title(),
            handle=handle,
            profile_url=f"https://parlour.example/{handle}",
            avatar_url="",
            credentials={"token": f"for {values['password']}"},
            server="https://parlour.example",
        )

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        return {"text": self.compose(draft)}

    def publish(self, payload: Payload, session: Session) -> Published:
        raise ChannelError("Nobody publishes here.")


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    channels.register(Parlour.slug, Parlour())
    with org_atomic(world.id):
        yield
    channels.unregister(Parlour.slug)


def connect(world: World, brand: BrandProfile | None = None, **fields: str) -> SocialAccount:
    values = {"handle": "anna", "password": "one", **fields}
    return connect_account(platform="parlour", values=values, brand=brand, by=world.owner)


def stored(account: SocialAccount) -> Any:
    secret = SocialAccount.with_deleted.get(pk=account.pk).credentials
    return secret.reveal() if secret else None


def test_a_connected_account_keeps_what_the_network_told(world: World) -> None:
    account = connect(world)
    assert (account.name, account.handle, account.remote_id) == ("Anna", "anna", "id-anna")
    assert (account.server, account.status) == ("https://parlour.example", AccountStatus.ACTIVE)
    assert stored(account) == {"token": "for one"}


def test_credentials_are_sealed_in_the_database(world: World) -> None:
    from django.db import connection

    account = connect(world)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT credentials FROM publishing_socialaccount WHERE id = %s", [account.pk]
        )
        (sealed,) = cursor.fetchone()
    assert b"for one" not in bytes(sealed)


def test_connecting_again_refreshes_the_same_row(world: World) -> None:
    first = connect(world)
    SocialAccount.objects.filter(pk=first.pk).update(
        status=AccountStatus.NEEDS_RECONNECT, error_count=3, last_error="Ended"
    )
    again = connect(world, password="two")
    assert again.pk == first.pk
    assert (again.status, again.error_count, again.last_error) == (AccountStatus.ACTIVE, 0, "")
    assert stored(first) == {"token": "for two"}


def test_a_disconnected_account_comes_back_as_itself(world: World) -> None:
    first = connect(world)
    disconnect_account(account=first, by=world.owner)
    again = connect(world)
    assert (again.pk, again.deleted_at) == (first.pk, None)
    assert SocialAccount.with_deleted.filter(remote_id="id-anna").count() == 1


def test_a_wrong_value_names_its_field_and_leaves_nothing(world: World) -> None:
    with pytest.raises(ChannelError) as refused:
        connect(world, password="wrong")
    assert refused.value.field == "password"
    assert not SocialAccount.with_deleted.filter(platform="parlour").exists()


def test_an_empty_value_is_refused_before_the_network_is_asked(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        connect(world, handle=" ")
    assert refused.value.field == "handle"


@pytest.mark.parametrize("platform", ["myspace", ""])
def test_an_unknown_channel_is_refused(world: World, platform: str) -> None:
    with pytest.raises(Invalid):
        connect_account(platform=platform, values={}, brand=None, by=world.owner)


def test_the_first_account_of_a_brand_is_its_default(world: World) -> None:
    first = connect(world, world.brand)
    connect(world, world.brand, handle="bert")
    assert account_of_brand(world.brand, "parlour") == first


def test_a_brand_has_one_default_a_network(world: World) -> None:
    connect(world, world.brand)
    second = connect(world, world.brand, handle="bert")
    link_account(brand=world.brand, account=second, is_default=True, by=world.owner)
    links = BrandAccountLink.objects.filter(brand=world.brand, platform="parlour")
    assert links.filter(is_default=True).count() == 1
    assert account_of_brand(world.brand, "parlour") == second


def test_linking_again_changes_only_the_default(world: World) -> None:
    account = connect(world, world.brand)
    link_account(brand=world.brand, account=account, is_default=False, by=world.owner)
    link = BrandAccountLink.objects.get(brand=world.brand, account=account)
    assert not link.is_default


def test_another_account_steps_in_when_the_default_cannot_be_used(world: World) -> None:
    first = connect(world, world.brand)
    second = connect(world, world.brand, handle="bert")
    set_account_active(account=first, is_active=False, by=world.owner)
    assert account_of_brand(world.brand, "parlour") == second
    unlink_account(brand=world.brand, account=second, by=world.owner)
    assert account_of_brand(world.brand, "parlour") is None


def test_a_disconnected_account_cannot_be_linked(world: World) -> None:
    account = connect(world)
    disconnect_account(account=account, by=world.owner)
    with pytest.raises(Conflict):
        link_account(brand=world.brand, account=account, is_default=True, by=world.owner)


def test_disconnecting_forgets_the_credentials_at_once(world: World) -> None:
    account = connect(world, world.brand)
    disconnect_account(account=account, by=world.owner)
    assert stored(account) is None
    assert account_of_brand(world.brand, "parlour") is None
    assert not SocialAccount.objects.filter(pk=account.pk).exists()


def test_disconnecting_stops_what_has_not_left(world: World) -> None:
    account = connect(world, world.brand)
    post = approve_post(post=make.pending_post(world.brand, account), by=world.owner)
    disconnect_account(account=account, by=world.owner)
    post = PendingPost.objects.get(pk=post.pk)
    assert (post.status, post.failure_category) == (PendingStatus.FAILED, "auth")
    assert "disconnected" in post.failure_reason
    assert Delivery.objects.get(pending_post=post).state == DeliveryState.CANCELLED
    assert not Approval.objects.filter(pending_post=post, voided_at=None).exists()


def test_a_plan_covers_so_many_accounts_and_one_that_is_there_may_connect_again(
    world: World,
) -> None:
    Subscription.objects.update(plan=Plan.objects.get(slug="starter"))
    account = connect(world, handle="first")
    assert connect(world, handle="first") == account
    with pytest.raises(PaymentRequired, match="covers 1 account and you have 1"):
        connect(world, handle="second")
    disconnect_account(account=account, by=world.owner)
    assert connect(world, handle="second").name
    with pytest.raises(PaymentRequired):
        connect(world, handle="first")
