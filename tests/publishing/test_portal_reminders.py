"""The letter that reminds a client: its one button opens the page, as long as the link is open."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.errors import NotFound
from config.kernel.scoping import org_atomic
from organizations.models import WhiteLabel
from publishing.models import PendingPost, PortalLink
from publishing.services.portal import mailed_address, open_link, renew_link, revoke_link
from publishing.services.reminders import remind_posts
from publishing.services.reviews import put_forward
from tests import make_reviews
from tests.make_portal import portal_link
from tests.make_reviews import client_step
from tests.world import World

pytestmark = pytest.mark.django_db

ADDRESS = re.compile(r"/c/[\w-]+/")


def html_of(letter: Any) -> str:
    [[html, _]] = letter.alternatives
    return str(html)


def waiting(world: World) -> PendingPost:
    make_reviews.workflow(world.brand, client_step(), reminder_hours=6)
    post = make_reviews.written_post(world.brand, world.account, world.owner)
    post = put_forward(post=post, by=world.owner)
    PendingPost.objects.filter(pk=post.pk).update(expires_at=now() + timedelta(hours=3))
    return post


@pytest.fixture
def reminded(
    world: World, django_capture_on_commit_callbacks: Any
) -> tuple[PendingPost, PortalLink, str]:
    """A post, the link that leads to it, and the path in the letter."""
    with org_atomic(world.id):
        post = waiting(world)
        link, _ = portal_link(world.brand, client_name="Ada", client_email="ada@client.example")
    with django_capture_on_commit_callbacks(execute=True):
        remind_posts()
    [letter] = mail.outbox
    [path] = ADDRESS.findall(str(letter.body))
    return post, link, path


def test_its_one_button_opens_the_page(
    client: Client, world: World, reminded: tuple[PendingPost, PortalLink, str]
) -> None:
    post, link, path = reminded
    [letter] = mail.outbox
    html = html_of(letter)
    assert letter.to == ["ada@client.example"] and html.count("<a ") == 1
    assert ADDRESS.findall(html) == [path]
    page = client.get(path)
    assert page.status_code == 200 and post.content in page.content.decode()
    answer = {"client_name": "Ada", "answer": "changes", "comment": "Shorter."}
    body = page.content.decode().split(f"posts/{post.pk}/answer/")[1].split("</form>")[0]
    answer |= dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', body))
    assert client.post(f"{path}posts/{post.pk}/answer/", answer).status_code == 302
    with org_atomic(world.id):
        assert PortalLink.objects.get(pk=link.pk).use_count == 1


def test_it_is_in_the_agencys_colour(world: World, django_capture_on_commit_callbacks: Any) -> None:
    with org_atomic(world.id):
        WhiteLabel.objects.create(name="Studio North", accent="#FFD400", hides_warren=True)
        waiting(world)
        portal_link(world.brand, client_email="ada@client.example")
    with django_capture_on_commit_callbacks(execute=True):
        remind_posts()
    [letter] = mail.outbox
    html = html_of(letter)
    assert "background:#FFD400;color:#000000" in html
    assert "Warren" not in html + str(letter.body) and "Studio North" in str(letter.body)


@pytest.mark.parametrize(("how", "status"), [("revoked", 410), ("expired", 410), ("renewed", 404)])
def test_a_link_that_is_over_refuses_the_letters_address(
    client: Client,
    world: World,
    reminded: tuple[PendingPost, PortalLink, str],
    how: str,
    status: int,
) -> None:
    _, link, path = reminded
    with org_atomic(world.id):
        if how == "revoked":
            revoke_link(link=link, by=world.owner)
        elif how == "expired":
            PortalLink.objects.filter(pk=link.pk).update(expires_at=now())
        else:
            renew_link(link=link, by=world.owner)
    assert client.get(path).status_code == status


def token(world: World, link: PortalLink) -> str:
    with org_atomic(world.id):
        return mailed_address(link).split("/c/")[1].strip("/")


def test_the_tables_alone_do_not_make_it_nor_keep_it(world: World, settings: Settings) -> None:
    with org_atomic(world.id):
        link, first = portal_link(world.brand)
        kept = str(PortalLink.objects.values().get(pk=link.pk))
    mailed = token(world, link)
    assert mailed != first and mailed not in kept
    assert open_link(mailed)[1].pk == open_link(first)[1].pk == link.pk
    settings.SECRET_KEY, former = "another key of the installation " * 2, settings.SECRET_KEY
    with pytest.raises(NotFound):
        open_link(mailed)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert open_link(mailed)[1].pk == link.pk


def test_an_address_of_one_link_opens_no_other(world: World) -> None:
    with org_atomic(world.id):
        mine, other = (portal_link(world.brand)[0] for _ in range(2))
    assert open_link(token(world, mine))[1].pk == mine.pk
    assert token(world, mine) != token(world, other)
