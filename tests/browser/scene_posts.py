"""The posts of the scene: those that wait, those on their way, those that are out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from analytics.models import EngagementSnapshot
from content.models import Angle, AngleStatistic, Candidate, GuardResult, Material
from publishing.models import (
    AutopilotRun,
    Decision,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    FeedEntry,
    PendingPost,
    PendingStatus,
)
from tests import make
from tests.world import World

TEXTS = (
    "A mast comes off the bench after twelve days: planed by hand, seven coats of varnish, ready "
    "for another thirty seasons. Bring yours and we measure it while you wait.",
    "Thirty-four boats went back to sea last spring with a mast from our workshop. One of them "
    "crossed the Channel the same week. Its owner wrote: “It does not creak any more.”",
    "Why Douglas fir? It grows straight, it bends before it breaks, and it takes varnish like no "
    "other wood. That is all there is to it.",
    "Seven coats sound like a lot. The third one keeps the water out, the seventh keeps it out for "
    "ten years.\n\nWhich coat is yours on?",
)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def approvals(world: World, source: Material, run: AutopilotRun, moment: datetime) -> PendingPost:
    for number, status in enumerate(PendingStatus):
        make.pending_post(
            world.brand,
            world.account,
            source=source,
            content=TEXTS[number % len(TEXTS)],
            status=status,
            scheduled_for=moment + (number + 1) * HOUR,
            rejection_reason="Too loud for this client." if status == "rejected" else "",
            failure_reason="The network refused the picture: it is larger than 2 MB."
            if status == "failed"
            else "",
        )
    for number, text in enumerate(TEXTS[1:]):
        make.pending_post(
            world.brand,
            world.account,
            source=source,
            content=text,
            expires_at=moment + (number + 1) * 5 * HOUR,
        )
    return _decided_post(world, source, run, moment)


def _decided_post(
    world: World, source: Material, run: AutopilotRun, moment: datetime
) -> PendingPost:
    request = make.generation(world.brand, source, cost_micros=3_100)
    chosen = _candidates(request, source)
    pending = make.pending_post(
        world.brand,
        world.account,
        source=source,
        candidate=chosen,
        run=run,
        content=chosen.text,
        hashtags=["woodenboats", "masts"],
        link="https://harbour.example/masts",
        is_exploration=True,
        scheduled_for=moment + 2 * HOUR,
        expires_at=moment + 40 * timedelta(minutes=1),
        review_notes="The text is like an earlier post: a person should look at it.",
    )
    for kind in Decision.Kind:
        Decision.objects.create(
            run=run,
            pending_post=pending,
            kind=kind,
            summary=f"{kind.label}: Wooden masts in twelve days",
            reason="Not used for nine days, and the pillar Craft is 14 points under its share. "
            "Two other materials were in their rest of 7 days.",
            credits=1 if kind == Decision.Kind.GENERATION else 0,
        )
    return pending


def _candidates(request: Any, source: Material) -> Candidate:
    angles = (Angle.USER_BENEFIT, Angle.STORYTELLING, Angle.EDUCATIONAL)
    found = [
        make.candidate(
            request,
            text=TEXTS[number],
            label="ABC"[number],
            rank=number + 1,
            angle=angle,
            angle_reason=f"{angle.label}: odds 42 % of doing better than usual, from 18 posts.",
            is_valid=number != 2,
            is_selected=number == 0,
            max_similarity=(0.71, 0.34, 0.12)[number],
            similarity_score=0.82,
            guard_score=1.0,
            history_score=0.42,
            aesthetics_score=0.77,
            diversity_score=0.61,
            cost_score=0.9,
            rerank_score=0.8 - number / 10,
            neighbours=[{"score": 0.71, "excerpt": TEXTS[1][:150], "content_type": "post"}],
            sources=list(source.key_points),
            attempts=number + 1,
        )
        for number, angle in enumerate(angles)
    ]
    for candidate in found:
        for guard, passed in (("length", True), ("placeholders", True), ("language_rules", False)):
            GuardResult.objects.create(
                candidate=candidate,
                guard=guard,
                version="1",
                passed=passed or candidate.is_valid,
                severity="block" if candidate.label == "C" else "warn",
                reason="" if passed else "“cheap” is a word that the brand avoids.",
                was_fixed=guard == "placeholders",
            )
    return found[0]


def deliveries(world: World, source: Material, moment: datetime) -> Delivery:
    made = {}
    for number, state in enumerate(DeliveryState):
        pending = make.pending_post(
            world.brand,
            world.account,
            source=source,
            content=TEXTS[number % len(TEXTS)],
            status=PendingStatus.PUBLISHED if state == "published" else PendingStatus.PUBLISHING,
            scheduled_for=moment - number * HOUR,
        )
        made[state] = delivery = Delivery.objects.create(
            pending_post=pending,
            account=world.account,
            platform=world.account.platform,
            occurrence="1",
            idempotency_key=f"scene-{state}",
            state=state,
            payload={"text": pending.content},
            sending_at=moment - number * HOUR,
            error_message="The connection broke after the post was sent." if number > 4 else "",
        )
        for count, outcome in enumerate(DeliveryAttempt.Outcome):
            DeliveryAttempt.objects.create(
                delivery=delivery,
                number=count + 1,
                outcome=outcome,
                message="The network answered after 412 ms.",
                code="timeout",
                evidence={"status": 504, "url": "https://network.example/xrpc/create"},
                duration_ms=412,
            )
    return made[DeliveryState.UNKNOWN]


def posts(world: World, source: Material, moment: datetime) -> tuple[FeedEntry, Any]:
    angles = list(Angle)
    for number in range(36):
        entry = FeedEntry.objects.create(
            account=world.account,
            key=f"scene{number:03d}",
            text=TEXTS[number % len(TEXTS)],
            hashtags=["masts"],
            link="https://harbour.example/masts",
            published_at=moment - number * 9 * HOUR - HOUR,
            views_count=40 + number * 7 % 90,
        )
        out = make.post(
            world.brand,
            world.account,
            published_at=entry.published_at,
            material=source,
            content=entry.text,
            hashtags=entry.hashtags,
            link=entry.link,
            external_id=entry.key,
            external_url=f"{world.account.profile_url}/{entry.key}",
            angle=angles[number % len(angles)],
            is_exploration=number % 7 == 0,
            impressions=1_240 if number == 3 else 40 + number * 7 % 90,
            clicks=3 + number % 11,
            likes=number % 6,
            engagement_rate=1.5 + number % 5,
            metrics_updated_at=moment,
        )
        if number < 3:
            _snapshots(out)
    return entry, out.pk


def _snapshots(post: Any) -> None:
    ages = zip(EngagementSnapshot.Age, (900, 3_600, 86_400, 604_800), (6, 14, 41, 60), strict=True)
    for age, seconds, views in ages:
        EngagementSnapshot.objects.create(
            post=post,
            age=age,
            age_seconds=seconds,
            impressions=views,
            clicks=views // 8,
            likes=None,
        )


def learned(world: World) -> None:
    for number, angle in enumerate(list(Angle)[:5]):
        AngleStatistic.objects.create(
            brand=world.brand,
            platform="feed",
            angle=angle,
            wins=2.0 + number,
            losses=6.0,
            posts_count=number * 4,
            mean_interactions=number,
            mean_engagement_rate=1.2 * number,
        )
