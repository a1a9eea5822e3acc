"""What a client reads after an answer, and what the team is told: no promise that is not so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import Notification
from publishing.models import PendingPost, Workflow, WorkflowStep
from tests.world import World

from .test_portal_pages import asks_client, at, form_of, made, said, waiting

pytestmark = pytest.mark.django_db


def test_a_yes_before_the_last_step_promises_no_time(client: Client, world: World) -> None:
    with org_atomic(world.id):
        asks_client(world.brand)
        flow = Workflow.objects.get(brand=world.brand)
        WorkflowStep.objects.create(workflow=flow, number=2, name="Last look")
        post, other = waiting(world), waiting(world, content="Two.")
    _, token = made(world)
    answer = said(client, token, post, answer="approved")
    shown = client.get(answer["Location"]).content.decode()
    assert "The team looks at it once more before it goes out." in shown
    page = client.get(at(token)).content.decode()
    assert other.content in page


def test_a_post_whose_time_has_passed_says_that_it_goes_out_at_once(
    client: Client, world: World
) -> None:
    with org_atomic(world.id):
        post = waiting(world)
        PendingPost.objects.filter(pk=post.pk).update(scheduled_for=now() - timedelta(hours=1))
    _, token = made(world)
    assert "Its time has passed" in client.get(at(token)).content.decode()
    answer = said(client, token, post, answer="approved")
    assert "so the post goes out now" in client.get(answer["Location"]).content.decode()


def test_what_did_not_work_is_said_on_top_and_leads_to_its_post(
    client: Client, world: World
) -> None:
    """On a phone the page begins at its top, and twenty posts may stand before the one."""
    with org_atomic(world.id):
        post = waiting(world)
    _, token = made(world)
    shown = said(client, token, post, answer="changes").content.decode()
    head = shown.split("<section")[0]
    assert "Say what should change" in head and f'href="#post-{post.pk}"' in head
    assert 'maxlength="2000" autofocus' in shown


def test_a_post_that_was_answered_meanwhile_says_so(client: Client, world: World) -> None:
    with org_atomic(world.id):
        post = waiting(world)
    _, token = made(world)
    page = client.get(at(token)).content.decode()
    fields = {**form_of(page, post), "client_name": "Ada", "answer": "approved"}
    assert client.post(at(token, "answer", pending=post.pk), fields).status_code == 302
    late = client.post(at(token, "answer", pending=post.pk), fields)
    assert late.status_code == 409
    assert "This post does not wait for you any more" in late.content.decode()
    assert "To the post" not in late.content.decode()


def test_a_rejection_by_a_client_is_told_to_whoever_made_the_post(
    client: Client, world: World
) -> None:
    with org_atomic(world.id):
        post = waiting(world)
    _, token = made(world, client_name="Ada")
    said(client, token, post, answer="rejected", comment="Not our tone.")
    client.force_login(world.owner)
    page = client.get(f"{world.path}/notifications/").content.decode()
    assert f"Ada rejected a post for {world.brand.name}" in page.replace("&amp;", "&")
    assert "Not our tone." in page
    with org_atomic(world.id):
        told = Notification.objects.filter(kind="post_returned", user=world.owner).get()
        assert told.due_at is not None
