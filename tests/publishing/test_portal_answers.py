"""What a client reads after an answer, and what the team is told: no promise that is not so."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import Notification
from publishing.models import (
    Approval,
    Delivery,
    DeliveryState,
    PendingPost,
    PendingStatus,
    SignOff,
    Workflow,
    WorkflowStep,
)
from publishing.services.reviews import sign_off
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


def taken_back(client: Client, token: str, post: PendingPost) -> Any:
    """Press the button beside what was answered."""
    page = client.get(at(token)).content.decode()
    body = page.split(at(token, "withdrawal", pending=post.pk))[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', body))
    return client.post(at(token, "withdrawal", pending=post.pk), fields)


def test_a_client_takes_a_yes_back_while_the_post_has_not_left(
    client: Client, world: World
) -> None:
    with org_atomic(world.id):
        flow = asks_client(world.brand)
        WorkflowStep.objects.filter(workflow=flow).update(number=2)
        WorkflowStep.objects.create(workflow=flow, number=1, name="Text")
        post = waiting(world)
        sign_off(post=post, answer="approved", by=world.owner)
    _, token = made(world, client_name="Ada")
    said(client, token, post, answer="approved")
    answer = taken_back(client, token, post)
    shown = client.get(answer["Location"]).content.decode()
    assert "The post waits for your answer again." in shown and "1 post waits" in shown
    assert "The client took it back." in shown
    with org_atomic(world.id):
        post.refresh_from_db()
        assert (post.status, post.step) == (PendingStatus.PENDING, 1)
        assert Delivery.objects.get(pending_post=post).state == DeliveryState.CANCELLED
        assert not Approval.objects.filter(pending_post=post, voided_at=None).exists()
        # What the team signed stays, so that the client's word alone is missing.
        assert SignOff.objects.get(pending_post=post, voided_at=None).user == world.owner
        told = Notification.objects.filter(kind="client_approved", user=world.owner)
        assert told.order_by("-created_at")[0].title.startswith("Ada took back the approval of")
    said(client, token, post, answer="approved")
    with org_atomic(world.id):
        post.refresh_from_db()
        assert post.status == PendingStatus.APPROVED


@pytest.mark.parametrize("status", [PendingStatus.PUBLISHING, PendingStatus.PUBLISHED])
def test_what_leaves_or_is_out_is_not_taken_back(client: Client, world: World, status: str) -> None:
    with org_atomic(world.id):
        post = waiting(world)
    _, token = made(world)
    said(client, token, post, answer="approved")
    page = client.get(at(token)).content.decode()
    [key] = set(re.findall(r'name="page_key" value="([^"]*)"', page))
    with org_atomic(world.id):
        PendingPost.objects.filter(pk=post.pk).update(status=status)
    assert "Take it back" not in client.get(at(token)).content.decode()
    answer = client.post(at(token, "withdrawal", pending=post.pk), {"page_key": key})
    assert answer.status_code == 409
    assert "so it cannot be called back" in answer.content.decode()


def test_nobody_takes_back_what_was_answered_by_another_link(client: Client, world: World) -> None:
    with org_atomic(world.id):
        post = waiting(world)
    _, token = made(world)
    _, other = made(world)
    said(client, token, post, answer="approved")
    page = client.get(at(token)).content.decode()
    [key] = set(re.findall(r'name="page_key" value="([^"]*)"', page))
    for fields in ({}, {"page_key": key}):
        answer = client.post(at(other, "withdrawal", pending=post.pk), fields)
        assert answer.status_code == 422
    with org_atomic(world.id):
        post.refresh_from_db()
        assert post.status == PendingStatus.APPROVED
