from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db.models import Count, Max, Min

from analytics.models import EngagementSnapshot
from analytics.seeding.plan import DOMAIN
from analytics.selectors.dashboard import dashboard
from billing.models import CreditTransaction, Subscription
from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic, unscoped
from content.models import AngleStatistic, Candidate, ContentEmbedding, GuardResult, Material
from organizations.models import Membership, Organization, User
from publishing.channels.base import fingerprint
from publishing.models import (
    Decision,
    Delivery,
    DeliveryAttempt,
    FeedEntry,
    PendingPost,
    PendingStatus,
    Post,
    Schedule,
    SocialAccount,
)
from publishing.services.approvals import living_approval
from tests.world import World

# COPY is refused under row-level security, so these tests commit as the operator.
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "operator"])

SIZES = {"orgs": 2, "accounts": 4, "posts": 24}
ONE = {**SIZES, "orgs": 1}
MOMENT = datetime(2026, 5, 4, 12, tzinfo=UTC)


def run(**options: Any) -> str:
    said = StringIO()
    call_command("seed", stdout=said, **options)
    return said.getvalue()


def seeded() -> list[Organization]:
    with unscoped("test"):
        return list(Organization.objects.filter(settings__has_key="seeded").order_by("slug"))


def all_of(model: Any, *fields: str) -> list[tuple[Any, ...]]:
    with unscoped("test"):
        return list(model.objects.order_by("pk").values_list(*fields))


def test_every_noun_of_the_loop_is_there_and_belongs_to_its_organization() -> None:
    run(**SIZES)
    for organization in seeded():
        with org_atomic(organization.id):
            assert BrandProfile.objects.count() == 1
            assert SocialAccount.objects.count() == SIZES["accounts"]
            assert Post.objects.count() == SIZES["posts"]
            assert Membership.objects.count() == 3
            for noun in (
                *(Material, Schedule, Candidate, GuardResult, AngleStatistic, Delivery),
                *(DeliveryAttempt, Decision, EngagementSnapshot, CreditTransaction, FeedEntry),
            ):
                assert noun.objects.exists(), noun.__name__
            assert PendingPost.objects.waiting().exists()
            assert PendingPost.objects.approved().exists()


def test_posts_are_spread_over_the_year_and_the_channels() -> None:
    run(**ONE)
    with org_atomic(seeded()[0].id):
        span = Post.objects.aggregate(first=Min("published_at"), last=Max("published_at"))
        channels = Post.objects.values("account").annotate(posts=Count("pk"))
        assert span["last"] <= now()
        assert timedelta(days=300) < span["last"] - span["first"] <= timedelta(days=366)
        assert len(channels) == SIZES["accounts"]


def test_what_is_planned_may_go_out_as_it_stands() -> None:
    run(**ONE)
    with org_atomic(seeded()[0].id):
        coming = PendingPost.objects.filter(status=PendingStatus.AUTO_APPROVED)
        posts = list(coming.select_related("account"))
        assert posts
        for post in posts:
            approval = living_approval(post)
            assert approval is not None
            delivery = Delivery.objects.get(pending_post=post)
            assert delivery.content_hash == approval.content_hash
            assert delivery.payload is not None
            assert delivery.payload_hash == fingerprint(delivery.payload)


def test_home_has_its_numbers_and_the_ledger_its_sums() -> None:
    run(**ONE)
    with org_atomic(seeded()[0].id):
        found = dashboard(zone="UTC")
        assert found.approvals
        assert found.plans
        assert found.acts
        assert not found.is_new
        grants = CreditTransaction.objects.filter(amount__gt=0).values_list("amount", flat=True)
        assert sum(grants) == Subscription.objects.get().credits_total
        lines = CreditTransaction.objects.values_list("amount", flat=True)
        assert sum(lines) == Subscription.objects.get().credits_left


def test_the_same_arguments_give_the_same_rows() -> None:
    looked_at = (
        (Post, "id", "content", "published_at", "likes", "account_id"),
        (Material, "id", "name", "extracted_text"),
        (Decision, "id", "summary", "data"),
        (ContentEmbedding, "id", "created_at", "excerpt", "content_hash"),
    )
    seen = []
    for _ in range(2):
        with time_machine.travel(MOMENT, tick=False):
            run(**ONE, embeddings=10)
        seen.append([all_of(*each) for each in looked_at])
        run(remove=True)
    assert all(seen[0])
    assert seen[0] == seen[1]


def test_another_random_seed_gives_other_posts_beside_the_first() -> None:
    run(**ONE)
    run(**ONE, random_seed=2)
    contents: dict[str, set[str]] = {}
    for slug, content in all_of(Post, "organization__slug", "content"):
        contents.setdefault(slug, set()).add(content)
    assert len(contents) == 2
    assert not contents["seeded-1-0"] & contents["seeded-2-0"]


def test_vectors_have_length_one_and_lie_within_sixty_days() -> None:
    run(**SIZES, embeddings=40)
    rows = all_of(ContentEmbedding, "organization_id", "embedding", "created_at")
    assert len(rows) == 40
    assert len({owner for owner, _, _ in rows}) == 2
    for _, vector, created_at in rows:
        assert sum(float(number) ** 2 for number in vector) == pytest.approx(1, abs=1e-4)
        assert timedelta(0) <= now() - created_at <= timedelta(days=61)


def test_what_was_seeded_can_be_taken_out_and_nothing_else(world: World) -> None:
    run(**SIZES, embeddings=10)
    assert "2 seeded organizations" in run(remove=True)
    with unscoped("test"):
        left = set(Organization.with_deleted.values_list("pk", flat=True))
        assert left == {world.organization.pk, world.foreign.pk}
        assert not User.with_deleted.filter(email__endswith=DOMAIN).exists()
        for noun in (Post, Delivery, Candidate, ContentEmbedding, CreditTransaction):
            assert not noun.objects.exclude(organization__in=left).exists()
    with org_atomic(world.id):
        assert BrandProfile.objects.filter(pk=world.brand.pk).exists()


def test_a_random_seed_is_used_once() -> None:
    run(**ONE)
    with pytest.raises(CommandError, match="used here before"):
        run(**ONE)
    assert len(seeded()) == 1


def test_leads_are_accepted_and_nothing_is_seeded_for_them() -> None:
    assert "nothing to seed for --leads" in run(orgs=1, accounts=1, posts=1, leads=5)


@pytest.mark.parametrize("wrong", [{"orgs": 0}, {"posts": -1}, {"embeddings": -1}])
def test_a_size_that_makes_no_sense_is_refused_with_a_sentence(wrong: dict[str, int]) -> None:
    with pytest.raises(CommandError, match="is a number from"):
        run(**{**SIZES, **wrong})


def test_production_with_data_asks_for_a_yes(world: World, settings: Any) -> None:
    settings.SETTINGS_MODULE = "config.settings.production"
    with pytest.raises(CommandError, match="--yes"):
        run(**SIZES)
    run(orgs=1, accounts=1, posts=1, yes=True)
    assert len(seeded()) == 1
