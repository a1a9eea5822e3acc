"""Two clients of one team: a row of each kind for both, and a mark in every text of the second."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from django.apps import apps
from django.db import models

from analytics.models import EngagementSnapshot, MetricsError
from brands.models import BrandAccess, BrandProfile
from config.kernel.brands import brand_limit
from config.kernel.models import OrgOwned
from config.kernel.scoping import org_atomic
from content.models import AngleStatistic, Candidate
from organizations.models import Membership, User
from organizations.services.files import store_file
from publishing.models import (
    Approval,
    AutopilotRun,
    BrandAccountLink,
    Composition,
    Decision,
    DeliveryAttempt,
    Schedule,
    SocialAccount,
)
from tests import make, make_inbox, make_library, make_planning, make_portal, make_repeating
from tests.isolation.ground import _is_free
from tests.make_compositions import composition
from tests.rows import one_of_each
from tests.world import World, brand_fields

MARK = "canary5e1d"
"""Stands in every text of the second client; on a page of somebody limited to the first, a leak."""


@dataclass(frozen=True)
class Clients:
    world: World
    second: World
    """The same team, seen as if the second client were its brand."""
    mine: dict[str, Any]
    theirs: dict[str, Any]
    """What stands in addresses: for the first client, and for the second."""

    def fingerprint(self) -> dict[str, str]:
        """A digest of each table's rows of the second client."""
        found = {}
        with org_atomic(self.world.id), brand_limit(frozenset({self.second.brand.pk})):
            for model in hanging_on_brands():
                rows = sorted(map(repr, theirs_alone(model, self.world).values_list()))
                found[model._meta.label] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        return found


def two_clients(world: World) -> Clients:
    mine = one_of_each(world)
    with org_atomic(world.id):
        second = _second(world)
        # The two share a channel: what each has there is still each one's own.
        BrandAccountLink.objects.create(brand=second.brand, account=world.account, platform="feed")
        _rows(replace(second, account=world.account), occurrence="shared")
        theirs = {**mine, **_rows(second)}
        theirs |= _planned(second, Composition.objects.get(pk=theirs["composition"]))
        _someone_of_theirs(second)
        _mark(world, second.brand)
        _remember_theirs_in_mine(mine, second)
    return Clients(world, second, mine, theirs)


def restrict(world: World, user: User) -> Membership:
    """Let somebody see the world's first brand only."""
    with org_atomic(world.id):
        membership = Membership.objects.get(user=user)
        membership.sees_all_brands = False
        membership.save(update_fields=["sees_all_brands"])
        BrandAccess.objects.create(membership=membership, brand=world.brand)
    return membership


def hanging_on_brands() -> Iterator[type[OrgOwned]]:
    for model in apps.get_models():
        if issubclass(model, OrgOwned) and model.brand_path:
            yield model


def _second(world: World) -> World:
    brand = BrandProfile.objects.create(**brand_fields("Other client"))
    account = SocialAccount.objects.create(
        platform="feed", remote_id="other", name="Other", handle="other", credentials={}
    )
    BrandAccountLink.objects.create(brand=brand, account=account, platform="feed", is_default=True)
    schedule = Schedule.objects.create(
        brand=brand, name="Other", platforms=["feed"], times=[time(12)], timezone="Europe/Berlin"
    )
    return replace(world, brand=brand, account=account, schedule=schedule)


def _rows(second: World, occurrence: str = "2026-06-01 12:00") -> dict[str, Any]:
    brand, account = second.brand, second.account
    picture = store_file(b"\x89PNG", ending="png")
    source = make.material(brand, file_key=picture, status="failed", error="x")
    pending = make.pending_post(brand, account, source=source)
    delivery = make.delivery(pending, state="unknown", error_message="x")
    post = make.post(brand, account, pending_post=pending, delivery=delivery)
    run = AutopilotRun.objects.create(
        brand=brand,
        schedule=second.schedule,
        occurrence=occurrence,
        platforms=["feed"],
        scheduled_for=pending.scheduled_for,
        status="failed",
        outcome="x",
    )
    DeliveryAttempt.objects.create(delivery=delivery, number=1, outcome="ambiguous")
    Decision.objects.create(run=run, kind="material", summary="x", reason="x")
    Decision.objects.create(pending_post=pending, kind="angle", summary="x", reason="x")
    Approval.objects.create(pending_post=pending, account_id=account.pk, content_hash="x")
    EngagementSnapshot.objects.create(post=post, age="1h", age_seconds=3600, likes=4)
    MetricsError.objects.create(post=post, platform="feed", message="x")
    draft = composition(brand, account)
    AngleStatistic.objects.get_or_create(brand=brand, platform="feed", angle="educational")
    return {
        "brand": brand.pk,
        "material": source.pk,
        "schedule": second.schedule.pk,
        "pending": pending.pk,
        "candidate": pending.candidate_id,
        "post": post.pk,
        "account": account.pk,
        "delivery": delivery.pk,
        "run": run.pk,
        "composition": draft.pk,
        "name": picture.rpartition("/")[2],
    }


def _planned(second: World, draft: Composition) -> dict[str, Any]:
    """What plans, what repeats, the library, the inbox, and a client's door."""
    brand, account = second.brand, second.account
    talk = make_inbox.conversation(account, brand=brand)
    queue = make_planning.queue(brand, name="Pool")
    return {
        **make_planning.planning_rows(brand, account, second.owner),
        "folder": make_library.asset_folder(brand, name="Theirs").pk,
        "asset": make_library.asset(brand).pk,
        "upload": make_library.upload_row(second.owner, brand).pk,
        "signature": make_library.signature(brand, name="Theirs").pk,
        "tracked": make_library.tracked_link(brand).pk,
        "recurrence": make_repeating.recurrence(draft).pk,
        "evergreen": make_repeating.evergreen_item(draft, queue).pk,
        "post_import": make_repeating.post_import(brand, mapping={"all_columns": []}).pk,
        "conversation": talk.pk,
        "answer": make_inbox.message(talk, side="ours", state="failed").pk,
        "reply": make_inbox.saved_reply(brand, name="Theirs").pk,
        "portal_link": make_portal.portal_link(brand)[0].pk,
    }


def _someone_of_theirs(second: World) -> None:
    """A person of the second client, whom the first one's people do not know."""
    user = User.objects.create_user(f"{MARK}@client.example", name=f"{MARK} Person")
    member = Membership.objects.create(user=user, role="viewer", sees_all_brands=False)
    BrandAccess.objects.create(membership=member, brand=second.brand)


def theirs_alone(model: type[OrgOwned], world: World) -> models.QuerySet[Any]:
    """Under the limit of the second client: its rows, without the channel that both share."""
    rows = model._default_manager.all()
    return rows.exclude(pk=world.account.pk) if model is SocialAccount else rows


def _mark(world: World, brand: BrandProfile) -> None:
    with brand_limit(frozenset({brand.pk})):
        for model in hanging_on_brands():
            fields = [field for field in model._meta.fields if _is_free(field)]
            for row in theirs_alone(model, world):
                if getattr(row, "brand_id", brand.pk) is not None:
                    values = {field.name: _text(field, row) for field in fields}
                    model._base_manager.filter(pk=row.pk).update(**values)


def _text(field: models.Field[Any, Any], row: models.Model) -> str:
    return f"{MARK} {row.pk}"[: field.max_length]


def _remember_theirs_in_mine(mine: dict[str, Any], second: World) -> None:
    """What the engine, which sees all brands, wrote beside a text of the first client."""
    hit = {
        "content_type": "post",
        "content_id": str(second.brand.pk),
        "brand_id": str(second.brand.pk),
        "score": 0.9,
        "excerpt": f"{MARK} said before",
        "created_at": "2026-06-01T10:00:00+00:00",
    }
    Candidate.objects.filter(pk=mine["candidate"]).update(neighbours=[hit], max_similarity=0.9)
