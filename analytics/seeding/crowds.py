"""A million posts more, by copies of those that are there: one statement a table and organization.

Words, channels and pillars stay those of the seeded posts; keys and times are new. Half belong to
one organization, the rest is spread over the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, Final
from uuid import UUID

from django.db import connections, models, transaction

from brands.models import BrandProfile
from config.kernel.scoping import org_atomic
from publishing.models import (
    Composition,
    Conversation,
    PendingPost,
    Post,
    PostingQueue,
    QueueSlot,
)

from .sheets import ALIAS

Step = Callable[[int], object]
BACK_DAYS: Final = 365
AHEAD_DAYS: Final = 60
COMING_SHARE: Final = 0.05
"""Of all posts so many have not left: they wait for a decision or for their time."""
FIRST_ROWS: Final = 60
A_STATEMENT: Final = 50_000
QUEUE_TIMES: Final = (time(8), time(12, 30), time(18))


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many posts of one organization: out, and planned."""

    organization: UUID
    posts: int

    @property
    def coming(self) -> int:
        return int(self.posts * COMING_SHARE)

    @property
    def out(self) -> int:
        return self.posts - self.coming


def shares(organizations: list[UUID], posts: int) -> list[Crowd]:
    """Half for the first, the rest in equal parts for the others."""
    first, *others = organizations
    if not others:
        return [Crowd(first, posts)]
    half = posts // 2
    part = (posts - half) // len(others)
    return [Crowd(first, half), *(Crowd(each, part) for each in others)]


def crowd_in(crowds: list[Crowd], *, step: Step) -> int:
    """Write them as the operator, one transaction a statement; returns how many posts there are."""
    for crowd in crowds:
        for first in range(0, crowd.out, A_STATEMENT):
            count = min(A_STATEMENT, crowd.out - first)
            _copy(Post, crowd, count, _out(), "true")
            _copy(PendingPost, crowd, count, _planned(-BACK_DAYS, 0), "t.status = 'published'")
            step(count)
        _copy(PendingPost, crowd, crowd.coming, _planned(0, AHEAD_DAYS), _COMING)
        _first_rows(crowd.organization)
        _queues(crowd.organization)
        _copy(Composition, crowd, crowd.coming, _draft(), "true")
        _copy(Conversation, crowd, crowd.coming, _talk(), "true")
        step(crowd.coming)
    return sum(crowd.posts for crowd in crowds)


def analyse() -> None:
    with connections["owner"].cursor() as cursor:
        for model in (Post, PendingPost, Composition, Conversation):
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")


_COMING: Final = "t.status IN ('pending', 'auto_approved', 'approved')"


def _out() -> dict[str, str]:
    return {
        "published_at": _spread(-BACK_DAYS, 0),
        "external_id": "gen_random_uuid()::text",
        "impressions": "(random() * 5000)::int",
        "clicks": "(random() * 200)::int",
        "due_at": "NULL",
        "pending_post_id": "NULL",
        "delivery_id": "NULL",
    }


def _planned(first: int, last: int) -> dict[str, str]:
    return {
        "scheduled_for": _spread(first, last),
        "expires_at": "now() + interval '30 days'",
        "candidate_id": "NULL",
        "generation_id": "NULL",
        "run_id": "NULL",
        "schedule_id": "NULL",
    }


def _first_rows(organization: UUID) -> None:
    """Drafts and conversations in the words of posts that are there, for the copies to be of."""
    with org_atomic(organization):
        posts = list(Post.objects.select_related("brand", "account").order_by("-pk")[:FIRST_ROWS])
        Composition.objects.bulk_create(
            Composition(brand=post.brand, text=post.content, hashtags=post.hashtags)
            for post in posts
        )
        Conversation.objects.bulk_create(
            Conversation(
                account=post.account,
                brand=post.brand,
                platform=post.platform,
                kind=Conversation.Kind.COMMENT,
                remote_id=str(post.pk),
                person_name="Robin Reader",
                person_handle="robin",
                last_message_at=post.published_at,
                unread_count=1,
            )
            for post in posts
        )


def _queues(organization: UUID) -> None:
    """A queue for each brand, at the same times every day, for all of its accounts."""
    with org_atomic(organization):
        brands = BrandProfile.objects.all()
        queues = PostingQueue.objects.bulk_create(
            PostingQueue(brand=each, name="Usual times", timezone=each.timezone, is_default=True)
            for each in brands
        )
        QueueSlot.objects.bulk_create(
            QueueSlot(queue=queue, weekday=day, wall_time=wall)
            for queue in queues
            for day in range(7)
            for wall in QUEUE_TIMES
        )


def _talk() -> dict[str, str]:
    return {"remote_id": "gen_random_uuid()::text", "last_message_at": _spread(-BACK_DAYS, 0)}


def _draft() -> dict[str, str]:
    return {"updated_at": _spread(-BACK_DAYS, 0)}


def _spread(first: int, last: int) -> str:
    """A moment between so many days from now."""
    return f"now() + interval '1 second' * (86400 * ({first} + random() * ({last} - {first})))"


def _copy(
    model: type[models.Model], crowd: Crowd, count: int, changed: Mapping[str, str], among: str
) -> None:
    """`count` copies of the organization's rows, in turn, with these columns made anew."""
    table = model._meta.db_table
    names = [field.column for field in model._meta.concrete_fields if field.column]
    values = {name: f"t.{name}" for name in names}
    values |= {"id": "gen_random_uuid()", "created_at": "now()", **changed}
    given: list[Any] = [crowd.organization, count]
    # Names of columns and tables come from the models, values from above; nothing from outside.
    statement = f"""
        WITH few AS (
            SELECT t.*, row_number() OVER () AS place, count(*) OVER () AS whole
            FROM (SELECT * FROM {table} t WHERE organization_id = %s AND {among} LIMIT 400) t
        )
        INSERT INTO {table} ({", ".join(names)})
        SELECT {", ".join(values[name] for name in names)}
        FROM generate_series(0, %s - 1) AS n JOIN few t ON t.place = 1 + n %% t.whole
    """  # noqa: S608
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, given)
