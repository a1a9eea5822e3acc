"""Channels as people connect them: what is typed, what is refused, what is never shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.channels.base import (
    ChannelError,
    Connection,
    CredentialField,
    DeliveryClass,
    Limits,
    Quota,
)
from publishing.channels.registry import channels
from publishing.models import (
    AccountQuota,
    AccountStatus,
    BrandAccountLink,
    DeliveryAttempt,
    NetworkState,
    PendingPost,
    PendingStatus,
    SocialAccount,
)
from tests import make
from tests.organizations.confirming import sign_in_confirmed
from tests.world import World

from .platform_channels import KeyedChannel

pytestmark = pytest.mark.django_db

SECRET = "correct horse battery staple"  # noqa: S105


class Picky(KeyedChannel):
    """A network that lets one account in, and says which input is wrong."""

    slug = "picky"
    label = "Picky network"
    delivery_class = DeliveryClass.A
    limits = Limits(max_characters=500)
    credential_fields = (
        CredentialField("handle", "Handle"),
        CredentialField("password", "Password", secret=True),
        CredentialField("server", "Server", default="https://picky.example", required=False),
    )

    def connect(self, values: Any) -> Connection:
        if values["password"] != SECRET:
            raise ChannelError("The password is wrong.", permanent=True, field="password")
        return Connection(
            remote_id=values["handle"],
            name="Harbour on Picky",
            handle=values["handle"],
            profile_url="https://picky.example/harbour",
            avatar_url="",
            credentials={"token": "t0p-secret"},
            server=values["server"],
        )


@pytest.fixture(autouse=True)
def _picky() -> Iterator[None]:
    channels.register(Picky.slug, Picky())
    yield
    channels.unregister(Picky.slug)


@pytest.fixture
def page(world: World, client: Client) -> Client:
    sign_in_confirmed(client, world.admin)
    return client


def typed(world: World, **fields: str) -> dict[str, str]:
    return {
        "handle": "harbour",
        "password": SECRET,
        "server": "https://picky.example",
        "brand": str(world.brand.pk),
        **fields,
    }


def connected(world: World, page: Client) -> SocialAccount:
    page.post(f"{world.path}/channels/new/picky/", typed(world))
    with org_atomic(world.id):
        return SocialAccount.objects.get(platform="picky")


def test_the_list_shows_what_is_connected_and_what_can_be(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        body = page.get(f"{world.path}/channels/").content.decode()
    assert world.account.handle in body
    assert "Picky network" in body and "Hosted page" in body


def test_the_form_is_made_of_what_the_channel_needs(world: World, page: Client) -> None:
    body = page.get(f"{world.path}/channels/new/picky/").content.decode()
    assert "Handle" in body and 'type="password"' in body
    assert "https://picky.example" in body
    assert page.get(f"{world.path}/channels/new/nowhere/").status_code == 404


def test_an_account_that_lets_us_in_is_kept_and_linked_as_default(
    world: World, page: Client
) -> None:
    account = connected(world, page)
    with org_atomic(world.id):
        link = BrandAccountLink.objects.get(account=account)
    assert link.is_default and link.brand_id == world.brand.pk
    body = page.get(f"{world.path}/channels/{account.pk}/").content.decode()
    assert "Connected" in body and "https://picky.example/harbour" in body
    assert SECRET not in body and "t0p-secret" not in body


def test_a_refusal_stands_at_its_field_and_keeps_all_but_the_secret(
    world: World, page: Client
) -> None:
    values = typed(world, password="wrong horse", handle="my-own-handle")
    answer = page.post(f"{world.path}/channels/new/picky/", values)
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "The password is wrong." in body
    assert "my-own-handle" in body
    assert "wrong horse" not in body
    with org_atomic(world.id):
        assert not SocialAccount.objects.filter(platform="picky").exists()


def test_what_is_left_empty_is_asked_for(world: World, page: Client) -> None:
    answer = page.post(f"{world.path}/channels/new/picky/", typed(world, handle=""))
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()


def test_connecting_again_fills_in_what_is_known(world: World, page: Client) -> None:
    account = connected(world, page)
    with org_atomic(world.id):
        SocialAccount.objects.filter(pk=account.pk).update(
            status=AccountStatus.NEEDS_RECONNECT, last_error="Access was withdrawn."
        )
    body = page.get(f"{world.path}/channels/{account.pk}/").content.decode()
    assert "This channel needs you" in body and "Access was withdrawn." in body
    address = f"{world.path}/channels/new/picky/?account={account.pk}"
    assert address in body
    assert 'value="harbour"' in page.get(address).content.decode()
    answer = page.post(address, typed(world, handle="somebody-else"))
    assert (
        answer.status_code == 422 and "is the account to connect again" in answer.content.decode()
    )
    assert "is connected" in page.post(address, typed(world), follow=True).content.decode()
    with org_atomic(world.id):
        assert SocialAccount.objects.get(platform="picky").status == AccountStatus.ACTIVE


def test_a_hosted_page_is_opened_with_a_name(world: World, page: Client) -> None:
    answer = page.post(
        f"{world.path}/channels/new/feed/",
        {"name": "Harbour notes", "handle": "harbour-notes", "brand": str(world.brand.pk)},
        follow=True,
    )
    body = answer.content.decode()
    assert "Harbour notes" in body and "/f/harbour-notes/" in body


def test_a_brand_is_linked_made_default_and_taken_off(world: World, page: Client) -> None:
    path = f"{world.path}/channels/{world.account.pk}/brands/{world.brand.pk}/"
    page.post(f"{path}removal/")
    with org_atomic(world.id):
        assert not BrandAccountLink.objects.filter(account=world.account).exists()
    page.post(path)
    with org_atomic(world.id):
        assert not BrandAccountLink.objects.get(account=world.account).is_default
    page.post(path, {"default": "yes"})
    with org_atomic(world.id):
        assert BrandAccountLink.objects.get(account=world.account).is_default


def test_a_channel_is_switched_off_and_on(world: World, page: Client) -> None:
    path = f"{world.path}/channels/{world.account.pk}/pause/"
    assert "nothing is posted there" in page.post(path, follow=True).content.decode()
    assert "goes on" in page.post(path, follow=True).content.decode()


def test_disconnecting_forgets_the_credentials_and_stops_what_waits(
    world: World, page: Client
) -> None:
    account = connected(world, page)
    with org_atomic(world.id):
        post = make.pending_post(world.brand, account, status=PendingStatus.APPROVED)
    page.post(f"{world.path}/channels/{account.pk}/disconnection/")
    with org_atomic(world.id):
        gone = SocialAccount.with_deleted.get(pk=account.pk)
        assert gone.is_deleted and gone.credentials is None
        assert PendingPost.objects.get(pk=post.pk).status == PendingStatus.FAILED
    assert page.get(f"{world.path}/channels/{account.pk}/").status_code == 404


def test_only_admins_connect(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.editor)
    assert client.get(f"{world.path}/channels/").status_code == 200
    assert client.get(f"{world.path}/channels/new/picky/").status_code == 403


class Choosy(Picky):
    """A network whose posts say something beside their words."""

    slug = "choosy"
    label = "Choosy network"
    option_fields = (
        CredentialField("board", "Board", required=False),
        CredentialField("audience", "Who sees it", choices=(("all", "All"), ("crew", "The crew"))),
    )
    quotas = (Quota("posts", 3, 3600), Quota("calls", 9, 60, counts="calls"))
    spacing_seconds = 90


@pytest.fixture
def choosy(world: World) -> Iterator[SocialAccount]:
    channels.register(Choosy.slug, Choosy())
    with org_atomic(world.id):
        yield SocialAccount.objects.create(
            platform="choosy", remote_id="1", name="Harbour on Choosy", settings={"board": "Masts"}
        )
    channels.unregister(Choosy.slug)


def test_the_page_says_how_an_account_stands(
    world: World, page: Client, choosy: SocialAccount, django_assert_max_num_queries: Any
) -> None:
    SocialAccount.objects.filter(pk=choosy.pk).update(
        checked_at=now(),
        report=[
            {"check": "token", "ok": True, "says": "It lets Warren in.", "mend": ""},
            {"check": "role", "ok": False, "says": "No editor there.", "mend": "Ask for it."},
        ],
        opened_until=now() + timedelta(minutes=5),
        next_send_at=now() + timedelta(minutes=1),
    )
    AccountQuota.objects.create(
        account=choosy, name="calls", limit=9, used=8, read_at=now(), source="headers"
    )
    for number in range(4):
        pending = make.pending_post(world.brand, choosy, content=f"Mast number {number}")
        row = make.delivery(pending, sending_at=now(), state="published")
        DeliveryAttempt.objects.create(
            delivery=row, number=1, outcome="refused", message="It said no.", code="nope"
        )
    with django_assert_max_num_queries(24):
        body = page.get(f"{world.path}/channels/{choosy.pk}/").content.decode()
    for words in (
        *("No editor there.", "Ask for it.", "It rests after many failures"),
        *("4 of 3", "Posts in an hour", "8 of 9", "At least 1.5 minutes between two"),
        *("Mast number 3", "It said no.", "nope", "Masts"),
    ):
        assert words in body, words
    listed = page.get(f"{world.path}/channels/").content.decode()
    assert "1 thing missing" in listed
    NetworkState.objects.create(key="choosy", failures=3, opened_until=now() + timedelta(minutes=2))
    assert (
        "Choosy network is not well"
        in page.get(f"{world.path}/channels/{choosy.pk}/").content.decode()
    )


def test_the_piece_that_asks_for_itself_is_only_the_live_one(
    world: World, page: Client, choosy: SocialAccount
) -> None:
    path = f"{world.path}/channels/{choosy.pk}/"
    live = page.get(path, headers={"HX-Request": "true", "HX-Target": "live"}).content.decode()
    assert 'id="live"' in live and "<html" not in live and 'id="history"' not in live
    part = page.get(path, headers={"HX-Request": "true", "HX-Target": "history"})
    assert 'id="history"' in part.content.decode()


def test_what_posts_say_by_default_is_kept_with_the_account(
    world: World, page: Client, choosy: SocialAccount
) -> None:
    path = f"{world.path}/channels/{choosy.pk}/options/"
    answer = page.post(path, {"board": "Sails", "audience": "crew"}, follow=True)
    assert "Saved" in answer.content.decode()
    choosy.refresh_from_db()
    assert choosy.settings == {"board": "Sails", "audience": "crew"}
    assert page.post(path, {"board": "Sails", "audience": "nobody"}).status_code == 422
    plain = page.post(f"{world.path}/channels/{world.account.pk}/options/")
    assert plain.status_code == 422


def test_a_network_is_found_by_its_name(world: World, page: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "networks"}
    found = page.get(f"{world.path}/channels/?q=picky", headers=headers).content.decode()
    assert "Picky network" in found and "Hosted page" not in found and "<html" not in found
    assert "Nothing is called" in page.get(f"{world.path}/channels/?q=zzz").content.decode()


@pytest.mark.parametrize("slug", [slug for slug, each in channels.items() if each.scopes])
def test_what_a_network_asks_for_is_said_in_words(slug: str) -> None:
    channel = channels[slug]
    assert set(channel.scopes) <= set(channel.scope_words)
