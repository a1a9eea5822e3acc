"""One row of each noun that addresses name, in the world's organization."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import (
    ApiKey,
    IntegrationConnection,
    Invitation,
    Membership,
    ModelRoute,
    Notification,
    OrganizationRequest,
    ProviderSecret,
    RequestKind,
    RequestState,
    SupportTicket,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookState,
)
from organizations.notices.unsubscribing import token_for
from organizations.privacy.digests import digest_of
from organizations.privacy.exports import link_token
from organizations.services.files import store_file
from organizations.webhooks.signing import new_secret
from publishing.models import AutopilotRun, ConnectAttempt, Stop
from tests import make, make_inbox
from tests.make_compositions import composition
from tests.make_library import library_rows
from tests.make_planning import planning_rows
from tests.make_portal import portal_link
from tests.make_repeating import repeating_rows
from tests.make_reviews import review_rows
from tests.world import World


def one_of_each(world: World) -> dict[str, Any]:
    """Keyword of an address -> the id that stands in it."""
    with org_atomic(world.id):
        source = make.material(world.brand)
        pending = make.pending_post(world.brand, world.account, source=source)
        reviewed = review_rows(pending, world.owner)
        out = make.post(world.brand, world.account, pending_post=pending)
        delivery = make.delivery(pending)
        pattern = make.pattern(world.brand)
        version = make.skill_version(world.brand)
        route = ModelRoute.objects.create(provider="compatible", model="small", base_url="")
        ticket = SupportTicket.objects.create(user=world.owner, subject="Ask", message="Why?")
        notice = Notification.objects.create(user=world.owner, kind="post_failed", title="Told")
        key = ApiKey.objects.create(
            name="Reports",
            prefix="wrn_0123ABcd",
            digest="0" * 64,
            scopes=["read:brands"],
            created_by=world.owner,
            expires_at=now() + timedelta(days=90),
        )
        member = Membership.objects.get(user=world.viewer)
        invitation = Invitation.objects.create(
            email="invited@example.com",
            token_digest="1" * 64,
            invited_by=world.owner,
            expires_at=now() + timedelta(days=7),
        )
        secret = ProviderSecret.objects.create(service="openai", credential="k", hint="****")
        # Checking it asks nobody: the outbound door refuses such an address.
        connection = IntegrationConnection.objects.create(
            service="openai", secret=secret, configuration={"address": "http://10.0.0.1"}
        )
        topic = make.trend(world.brand)
        bucket = make.knowledge_bucket(world.brand)
        known_source = make.knowledge_source(bucket)
        document = make.knowledge_document(known_source)
        entry = make.knowledge_entry(bucket, document=document)
        picture = store_file(b"\x89PNG", ending="png")
        source.file_key = picture
        source.save(update_fields=["file_key"])
        wish = OrganizationRequest(
            kind=RequestKind.EXPORT,
            state=RequestState.DONE,
            requested_by=world.owner,
            link_ends_at=now() + timedelta(hours=24),
        )
        wish.token_digest = digest_of(link_token(wish))
        wish.save(force_insert=True)
        run = AutopilotRun.objects.create(
            brand=world.brand,
            schedule=world.schedule,
            occurrence="2026-06-01 10:00",
            platforms=[world.account.platform],
            scheduled_for=now(),
        )
        attempt = ConnectAttempt.objects.create(
            platform="feed",
            user=world.owner,
            kept={"url": "https://network.example/consent"},
            expires_at=now() + timedelta(minutes=15),
        )
        endpoint = WebhookEndpoint.objects.create(
            name="Intranet", url="https://hooks.example/warren", secret=new_secret()
        )
        paper = make.strategy_paper(world.brand, result={"statement": "For sailors."})
        template = make.template(world.brand)
        configuration = make.configuration(world.brand)
        tags = make.hashtag_set(world.brand)
        library = library_rows(world)
        analysis = make.voice_analysis(world.brand)
        saved = make.saved_voice(brand=world.brand)
        draft = composition(world.brand, world.account)
        client_link, client_token = portal_link(world.brand)
        talk = make_inbox.conversation(world.account)
        answer = make_inbox.message(talk, side="ours", state="failed")
        reply = make_inbox.saved_reply(world.brand)
        # One that is over: pages of others are not told that everything stands still.
        stopped = Stop.objects.create(
            level=Stop.Level.ORGANIZATION,
            reason="A drill",
            stopped_by=world.owner,
            resumed_at=now(),
        )
        plan = planning_rows(world.brand, world.account, world.editor)
        repeating = repeating_rows(world, draft)
        message = WebhookDelivery.objects.create(
            endpoint=endpoint, event="post.failed", payload={}, state=WebhookState.DELIVERED
        )
    return {
        **repeating,
        "brand": world.brand.pk,
        "section": "identity",
        "step": "brand",
        "material": source.pk,
        "bucket": bucket.pk,
        "source": known_source.pk,
        "document": document.pk,
        "entry": entry.pk,
        "feed": topic.feed_id,
        "item": topic.pk,
        "paper": paper.pk,
        "strategy": "keywords",
        "edition": 1,
        "template": template.pk,
        "configuration": configuration.pk,
        "tags": tags.pk,
        "schedule": world.schedule.pk,
        "pending": pending.pk,
        "candidate": pending.candidate_id,
        "generation": pending.generation_id,
        "pattern": pattern.pk,
        "skill": version.skill_id,
        "skill_version": version.pk,
        "post": out.pk,
        "account": world.account.pk,
        "attempt": attempt.pk,
        "platform": "feed",
        "delivery": delivery.pk,
        "run": run.pk,
        "route": route.pk,
        "key": key.pk,
        "secret": secret.pk,
        "connection": connection.pk,
        "session": UserSession.objects.create(
            user=world.owner, ip="192.0.2.1", session_key="of-the-owner", user_agent="Firefox"
        ).pk,
        "ticket": ticket.pk,
        "notification": notice.pk,
        "endpoint": endpoint.pk,
        "message": message.pk,
        "stop": stopped.pk,
        "member": member.pk,
        "invitation": invitation.pk,
        "wish": wish.pk,
        "word": link_token(wish),
        "way": token_for(world.id, world.owner.pk, ["post_failed"]),
        "name": picture.rpartition("/")[2],
        "network": "bluesky",
        "portal_link": client_link.pk,
        "token": client_token,
        "version": "2563eb",
        "analysis": analysis.pk,
        "saved": saved.pk,
        "composition": draft.pk,
        "conversation": talk.pk,
        "answer": answer.pk,
        "reply": reply.pk,
        **library,
        **plan,
        **reviewed,
    }
