"""Clients of the scene: links of every kind and end, and posts that wait for a client's answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import NotificationSettings, WhiteLabel
from publishing.models import (
    PendingPost,
    PendingStatus,
    PortalLink,
    PostComment,
    SignOff,
    WorkflowStep,
)
from publishing.services.portal import revoke_link
from publishing.services.portal_stopping import stopping_address
from publishing.services.workflows import Step
from tests import make
from tests.make_portal import portal_link
from tests.world import World

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenmanufaktur"
ASKED = [Step(name="The client", kind=WorkflowStep.Kind.CLIENT).as_json()]


def clients(world: World) -> dict[str, Any]:
    with org_atomic(world.id):
        WhiteLabel.objects.create(name="Studio North", accent="#0F766E", sender_name="North")
        NotificationSettings.objects.create(
            user=world.owner, digest="daily", hook_url="https://hooks.example.com/notices"
        )
        word = "Please answer by Friday, so that we keep the slot on Monday morning."
        link, token = portal_link(world.brand, client_name="Ada Lovelace", message=word)
        more = {
            purpose: portal_link(world.brand, purpose, client_name="Ada Lovelace")[1]
            for purpose in PortalLink.Purpose.values
        }
        reader, _ = portal_link(world.brand, "report", client_email="ada@client.example")
        more["letters"] = stopping_address(reader).split("/")[-3]
        ended, _ = portal_link(world.brand, client_email="grace@client.example", days=1)
        PortalLink.objects.filter(pk=ended.pk).update(expires_at=now(), use_count=3)
        revoke_link(link=portal_link(world.brand, "report", client_name=LONG)[0], by=None)
        posts = [waiting(world, text) for text in ("Masts are back.", f"{LONG} opens again.")]
        said(world, posts[0], link)
    return {"portal_link": link.pk, "token": token, "version": "0f766e", **_named(more)}


def _named(tokens: dict[str, str]) -> dict[str, str]:
    return {f"token_{purpose}": token for purpose, token in tokens.items()}


def waiting(world: World, content: str) -> PendingPost:
    """One that waits for the client, whatever the brand asks of other posts."""
    return make.pending_post(
        world.brand,
        world.account,
        content=content,
        status=PendingStatus.PENDING,
        scheduled_for=now() + timedelta(days=2),
        expires_at=now() + timedelta(days=1),
        steps=ASKED,
        step=0,
    )


def said(world: World, post: PendingPost, link: PortalLink) -> None:
    PostComment.objects.create(
        pending_post=post, author=world.owner, body="We chose oak for you.", is_for_client=True
    )
    SignOff.objects.create(
        pending_post=post,
        step_name="The client",
        answer=SignOff.Answer.CHANGES,
        link=link,
        client_name="Ada Lovelace",
        account_id=post.account_id,
        content_hash="0" * 64,
        comment="Could it be a little shorter?",
        voided_at=now(),
        void_reason="The text was changed.",
    )
