"""When posts come to a client, and come back changed: whoever has a link hears of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import Notification
from publishing.models import PendingPost, PortalLink
from publishing.services.pending_posts import edit_post
from publishing.services.reminders import remind_posts
from publishing.services.reviews import put_forward, sign_off
from tests import make_reviews
from tests.make_portal import portal_link
from tests.make_reviews import client_step
from tests.world import World

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
Swept = Callable[..., list[str]]


@pytest.fixture
def swept(django_capture_on_commit_callbacks: Any) -> Swept:
    """The subjects and texts of the letters that one sweep sends."""

    def sweep(moment: datetime | None = None) -> list[str]:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            remind_posts(moment)
        return [f"{each.subject}\n{each.body}" for each in mail.outbox]

    return sweep


def waiting(world: World) -> PendingPost:
    post = make_reviews.written_post(world.brand, world.account, world.editor)
    return put_forward(post=post, by=world.editor)


@pytest.fixture
def link(world: World) -> PortalLink:
    with org_atomic(world.id):
        make_reviews.workflow(world.brand, client_step(), reminder_hours=6)
        return portal_link(world.brand, client_name="Ada", client_email="ada@client.example")[0]


def test_a_client_is_mailed_when_a_post_comes_and_reminded_before_it_expires(
    world: World, link: PortalLink, swept: Swept
) -> None:
    with org_atomic(world.id):
        waiting(world)
    [letter] = swept()
    assert (
        "1 post for Harbour & Pine brand waits for your answer" in letter and "still" not in letter
    )
    assert swept() == [] and swept(now() + 2 * HOUR) == []
    [letter] = swept(now() + 19 * HOUR)
    assert "still waits for your answer" in letter
    assert swept(now() + 20 * HOUR) == []
    with org_atomic(world.id):
        assert PortalLink.objects.get(pk=link.pk).sent_at is not None


def test_what_comes_within_the_hour_comes_in_one_letter(
    world: World, link: PortalLink, swept: Swept
) -> None:
    with org_atomic(world.id):
        waiting(world)
    assert len(swept()) == 1
    with org_atomic(world.id):
        waiting(world)
        waiting(world)
    assert swept(now() + timedelta(minutes=30)) == []
    [letter] = swept(now() + timedelta(minutes=61))
    assert "2 posts for Harbour & Pine brand wait" in letter


def test_a_change_that_a_client_asked_for_is_told_when_it_is_made(
    world: World, link: PortalLink, swept: Swept
) -> None:
    with org_atomic(world.id):
        post = waiting(world)
    swept()
    with org_atomic(world.id):
        PendingPost.objects.filter(pk=post.pk).update(expires_at=now() + 2 * HOUR)
        post = sign_off(
            post=PendingPost.objects.get(pk=post.pk), answer="changes", link=link, comment="Blue."
        )
        # Whoever makes the change has the brand's whole time for it.
        assert post.expires_at is not None and post.expires_at > now() + 23 * HOUR
    assert swept(now() + timedelta(minutes=61)) == swept(now() + 20 * HOUR) == []
    with org_atomic(world.id):
        edit_post(post=post, content="The blue mast is back.", hashtags=[], link="", by=world.owner)
    [letter] = swept(now() + timedelta(minutes=61))
    assert "1 post for Harbour & Pine brand waits" in letter


def test_where_no_link_is_open_the_team_is_told_and_led_to_making_one(
    client: Client, world: World, swept: Swept
) -> None:
    with org_atomic(world.id):
        make_reviews.workflow(world.brand, client_step())
        post = waiting(world)
        told = Notification.objects.get(user=world.owner, kind="approval_waiting")
    assert told.title == "A post for Harbour & Pine brand waits for the client, and no link is open"
    assert told.path == f"brands/{world.brand.pk}/clients/"
    client.force_login(world.owner)
    address = f"{world.path}/approvals/{post.pk}/"
    page = client.get(address).content.decode()
    assert "The client cannot answer yet" in page and f"/{told.path}#make" in page
    assert swept() == []
    with org_atomic(world.id):
        link, _ = portal_link(world.brand, client_name="Ada")
    page = client.get(address).content.decode()
    assert "Ada decides now, by a link that is open until" in page and "not used yet" in page
    with org_atomic(world.id):
        PortalLink.objects.filter(pk=link.pk).update(post_ids=[world.brand.pk])
    assert "The client cannot answer yet" in client.get(address).content.decode()
