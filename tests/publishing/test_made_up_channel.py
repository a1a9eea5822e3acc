"""A channel takes four files and nothing else: one that does not exist passes the whole contract,
and stands on every page, once it has them."""

# ruff: noqa: F403

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from config.kernel.scoping import org_atomic
from organizations.services.app_settings import app_settings
from publishing.channels.base import Channel
from publishing.channels.registry import channels, platform_label
from publishing.forms.editing import OPTION, EditForm
from publishing.models import BrandAccountLink, SocialAccount
from publishing.services.networks import declared_apps
from tests import make
from tests.networks.lantern import ICON, Lantern
from tests.world import World

from .test_channel_contract import *
from .test_channel_contract_access import *
from .test_channel_contract_faults import *
from .test_channel_contract_ledger import *
from .test_channel_contract_pages import *

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


@pytest.fixture(autouse=True)
def channel(settings: Settings, tmp_path: Path) -> Iterator[Channel]:
    """Its file is tests/networks/lantern.py; here are its icon and its line in the registry."""
    icon = tmp_path / Lantern.icon
    icon.parent.mkdir(parents=True)
    icon.write_text(ICON)
    settings.STATICFILES_DIRS = [*settings.STATICFILES_DIRS, tmp_path]
    channels.register(Lantern.slug, Lantern())
    # As when Django starts, after the registry is read.
    declared = list(declared_apps([Lantern()]))
    for each in declared:
        app_settings.register(each.key, each)
    yield channels[Lantern.slug]
    channels.unregister(Lantern.slug)
    for each in declared:
        app_settings.unregister(each.key)


@pytest.fixture
def account(world: World) -> SocialAccount:
    with org_atomic(world.id):
        made = SocialAccount.objects.create(
            platform=Lantern.slug, remote_id="7", name="The Harbour", handle="harbour"
        )
        BrandAccountLink.objects.create(brand=world.brand, account=made, platform=Lantern.slug)
    return made


def shown_to_owner(client: Client, world: World, path: str) -> str:
    client.force_login(world.owner)
    answer = client.get(f"{world.path}{path}")
    assert answer.status_code == 200, path
    return html.unescape(answer.content.decode())


def test_the_list_of_networks_offers_it_with_its_icon(world: World, client: Client) -> None:
    shown = shown_to_owner(client, world, "/channels/")
    assert "Lantern" in shown
    assert Lantern.icon in shown
    assert platform_label(Lantern.slug) == "Lantern"


def test_its_account_has_a_page_with_its_options(
    world: World, client: Client, account: SocialAccount
) -> None:
    shown = shown_to_owner(client, world, f"/channels/{account.pk}/")
    assert "The Harbour" in shown
    assert "Glow" in shown


def test_who_writes_by_hand_may_choose_it(
    world: World, client: Client, account: SocialAccount
) -> None:
    with org_atomic(world.id):
        make.material(world.brand)
    assert "Lantern: The Harbour" in shown_to_owner(client, world, "/writing/")


def test_a_post_for_it_is_counted_and_edited_by_its_limits(
    world: World, client: Client, account: SocialAccount
) -> None:
    with org_atomic(world.id):
        post = make.pending_post(world.brand, account, content="Masts.")
    shown = shown_to_owner(client, world, f"/approvals/{post.pk}/edit/")
    assert '"max_characters": 777' in shown
    assert '"counter": "codepoints"' in shown
    assert json.dumps(Lantern.limits.as_json())[1:60] in shown
    with org_atomic(world.id):
        form = EditForm(post=post)
    assert {"thread", "first_comment", f"{OPTION}glow"} <= set(form.fields)
    assert "title" not in form.fields
