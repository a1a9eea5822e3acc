"""What this app tells the layers below it: which brands a restricted member may see, and where
brands want to hear of their notices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models.signals import post_delete

from billing.services.upward import counts
from config.kernel.scoping import scope
from organizations.notices.brands import BrandAddress, BrandAddresses, brand_addresses
from organizations.privacy.marks import Keep
from organizations.privacy.purge import erasers
from organizations.privacy.retention import Rule, by_age, rules
from organizations.services.brand_sight import BrandName, BrandSight, brand_sight
from organizations.services.files import delete_stored

from . import audit_words, privacy  # noqa: F401
from .agents import answerer, knowledge_editor  # noqa: F401
from .models import BrandAccess, BrandProfile, KnowledgeAccess, KnowledgeSource
from .services.look import erase_pictures


class BrandAccessTable(BrandSight):
    """One row of BrandAccess a brand and member."""

    def of(self, membership_id: UUID) -> frozenset[UUID]:
        rows = BrandAccess.objects.filter(membership_id=membership_id)
        return frozenset(rows.values_list("brand_id", flat=True))

    def of_each(self, membership_ids: Collection[UUID]) -> dict[UUID, list[BrandName]]:
        rows = (
            BrandAccess.objects.filter(
                membership_id__in=list(membership_ids), brand__deleted_at=None
            )
            .order_by("brand__name")
            .values_list("membership_id", "brand_id", "brand__name")
        )
        found: defaultdict[UUID, list[BrandName]] = defaultdict(list)
        for membership_id, brand_id, name in rows:
            found[membership_id].append(BrandName(brand_id, name))
        return dict(found)

    def choices(self) -> list[BrandName]:
        rows = BrandProfile.objects.order_by("name").values_list("pk", "name")
        return [BrandName(brand_id, name) for brand_id, name in rows]

    def choose(self, membership_id: UUID, brand_ids: Collection[UUID]) -> None:
        living = BrandProfile.objects.filter(pk__in=list(brand_ids))
        wanted = set(living.values_list("pk", flat=True))
        mine = BrandAccess.objects.filter(membership_id=membership_id)
        mine.exclude(brand_id__in=wanted).delete()
        new = wanted - set(mine.values_list("brand_id", flat=True))
        BrandAccess.objects.bulk_create(
            BrandAccess(membership_id=membership_id, brand_id=brand_id) for brand_id in new
        )


def erase_source_file(instance: KnowledgeSource, **_: Any) -> None:
    if instance.file_key:
        with scope(instance.organization_id):
            delete_stored(instance.file_key)


class BrandMailboxes(BrandAddresses):
    """The two columns that a brand's form asks for."""

    def of(self, brand_ids: Collection[UUID]) -> list[BrandAddress]:
        rows = BrandProfile.objects.filter(pk__in=list(brand_ids)).exclude(
            notify_email="", notify_webhook=""
        )
        found = rows.values_list("pk", "notify_email", "notify_webhook")
        return [BrandAddress(*row) for row in found]


brand_sight.fill(BrandAccessTable())
brand_addresses.fill(BrandMailboxes())
counts.register("brands", lambda: BrandProfile.objects.count())
erasers.register("brands.brandprofile", erase_pictures)
# A source goes with its bucket or brand too, and its file goes with it each time.
post_delete.connect(erase_source_file, sender=KnowledgeSource)
rules.register("look-ups of knowledge", Rule(Keep.LOOK_UPS, by_age(KnowledgeAccess)))
