"""Every channel through the pages: its way in, what is kept of it, and its account's own page."""

from __future__ import annotations

import html
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from config.kernel.scoping import org_atomic
from publishing.channels.base import Authorizes, Channel, Connects, Hosts
from publishing.models import SocialAccount
from publishing.services.networks import app_name
from tests.networks.base import Stage, query_of
from tests.organizations.confirming import sign_in_confirmed
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


@pytest.fixture
def page(
    world: World, client: Client, channel: Channel, stage: Stage, settings: Settings
) -> Client:
    if stage.app is not None:
        name = app_name(channel)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            f"{name}.client_id": stage.app.client_id,
            f"{name}.client_secret": stage.app.client_secret,
        }
    return sign_in_confirmed(client, world.admin)


def test_the_connect_page_asks_for_what_the_channel_needs(
    channel: Channel, world: World, page: Client
) -> None:
    answer = page.get(f"{world.path}/channels/new/{channel.slug}/")
    assert answer.status_code == 200
    shown = html.unescape(answer.content.decode())
    assert f"Connect {channel.label}" in shown
    if isinstance(channel, Connects):
        for field in channel.credential_fields:
            assert field.label in shown


def test_an_account_connected_by_form_is_kept_whole_and_shown(
    channel: Channel, stage: Stage, world: World, page: Client
) -> None:
    if not isinstance(channel, Connects):
        return
    values = {**stage.values, "brand": str(world.brand.pk)}
    answer = page.post(f"{world.path}/channels/new/{channel.slug}/", values)
    assert answer.status_code == 302, html.unescape(answer.content.decode())[-3000:]
    _is_kept(channel, stage, world, page, answer["Location"])


def test_an_account_connected_by_consent_is_kept_whole_and_shown(
    channel: Channel, stage: Stage, world: World, page: Client
) -> None:
    if not isinstance(channel, Authorizes):
        return
    assert stage.answer is not None
    values = {**stage.values, "brand": str(world.brand.pk)}
    left = page.post(f"{world.path}/channels/new/{channel.slug}/consent/", values, follow=True)
    assert left.status_code == 200
    away = left["Refresh"].partition("url=")[2]
    asked = query_of(away)
    back = urlsplit(asked.get("redirect_uri") or asked.get("success_url", ""))
    query = dict(stage.answer(asked))
    came = page.get(back.path or _callback(channel), query, follow=True)
    assert came.status_code == 200
    offered = [each for each in ("accounts",) if f'name="{each}"' in came.content.decode()]
    if offered:
        first = came.content.decode().partition('name="accounts" value="')[2].partition('"')[0]
        came = page.post(came.redirect_chain[-1][0], {"accounts": [first]}, follow=True)
    _is_kept(channel, stage, world, page, came.redirect_chain[-1][0])


def _callback(channel: Channel) -> str:
    return f"/connect/{channel.callback_name or channel.slug}/callback/"


def _is_kept(channel: Channel, stage: Stage, world: World, page: Client, address: str) -> None:
    with org_atomic(world.id):
        accounts = SocialAccount.objects.filter(platform=channel.slug).order_by("-created_at")
        account = accounts[0]
        assert str(account.pk) in address
        assert account.name
        kept = account.credentials
        assert kept is not None
        if not isinstance(channel, Hosts) and "connect" not in stage.exempt:
            assert kept.reveal()
    shown = page.get(f"{world.path}/channels/{account.pk}/").content.decode()
    assert html.escape(account.name) in shown
    for name, value in kept.reveal().items():
        if isinstance(value, str) and len(value) > 12 and ("token" in name or "secret" in name):
            assert value not in shown
