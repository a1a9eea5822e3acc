"""Topics out of feeds: judged for a brand, offered five at a time, taken or left.

What a brand says of itself decides (content/trends/scoring.py); what touches politics, harm or
anything else that divides people is never offered, and what cannot be judged is not either
(content/trends/sensitive.py). Every item keeps its parts or the reason why it was left out.
Source: specification 1c, trends, and the brand's `trending_filters`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import ScopedQuerySet, org_atomic
from content.models import FeedItem, Material, MaterialFeed
from content.trends.scoring import Interests, excluded_topic, relevance_of
from content.trends.sensitive import why_sensitive
from organizations.models import User
from organizations.services.audit import record

from .materials import add_text, add_url

__all__ = [
    "dismiss_trend",
    "generation_action",
    "interests_of",
    "judged_item",
    "material_of_item",
    "offered_trends",
    "restore_trend",
    "take_best_trend",
    "take_trend",
    "trend_of",
]

MOST_OFFERED: Final = 5
FEWEST_CHARACTERS: Final = 400  # of an item's own text, below which its page is read instead
OFFERED_FOR: Final = timedelta(days=7)
BY_ITSELF_EVERY: Final = timedelta(hours=24)
DEFAULT_MINIMUM: Final = 60
# How early a trend's material has its turn, by how much the brand wants trends.
_PRIORITIES: Final = {
    BrandProfile.TrendingPriority.HIGH: 20,
    BrandProfile.TrendingPriority.MEDIUM: 0,
    BrandProfile.TrendingPriority.LOW: -20,
}


def interests_of(brand: BrandProfile) -> Interests:
    """What the brand says of itself. Without industries of its own, what it is in counts."""
    filters: Mapping[str, Any] = brand.trending_filters or {}
    rules: Mapping[str, Any] = brand.language_rules or {}
    pillars = [pillar.get("name", "") for pillar in brand.content_pillars or []]
    industries = [each for each in filters.get("industries") or [] if str(each).strip()]
    return Interests(
        industries=industries or [brand.business_type, *pillars],
        audience=brand.target_audience,
        fit=[
            *pillars,
            *(rules.get("words_to_use") or []),
            *brand.unique_selling_points,
            brand.business_type,
            brand.custom_context,
        ],
        language=brand.language,
        exclude_topics=[str(each) for each in filters.get("exclude_topics") or []],
    )


def judged_item(
    item: FeedItem, *, brand: BrandProfile, language: str = "", moment: datetime
) -> FeedItem:
    """Give an item its relevance with its parts, or the reason why it is left out; not saved."""
    text = f"{item.title}. {item.summary}"
    interests = interests_of(brand)
    relevance = relevance_of(text, interests, said_at=item.said_at, moment=moment)
    item.relevance, item.parts = relevance.total, relevance.as_json()
    item.reason = why_sensitive(text, languages=[language]) or _why_excluded(text, interests)
    item.status = FeedItem.Status.FILTERED if item.reason else FeedItem.Status.NEW
    return item


def offered_trends(
    brand: BrandProfile, *, moment: datetime | None = None, most: int = MOST_OFFERED
) -> list[FeedItem]:
    """The best topics of the last week, at most five; none while the brand wants no trends.

    The brand's filters are asked as they stand now, whatever they were when the item came.
    """
    if not brand.trending_enabled:
        return []
    interests = interests_of(brand)
    found = _waiting(brand, moment or now()).filter(relevance__gte=_minimum(brand))
    best = found.order_by("-relevance", "-created_at")[: most * 4]
    fitting = [
        item for item in best if not _why_excluded(f"{item.title}. {item.summary}", interests)
    ]
    return fitting[:most]


def take_trend(*, item: FeedItem, by: User | None, why: str = "") -> Material:
    """Make a material of a topic. Costs nothing; writing a post from it costs two credits.

    Raises Conflict when it was taken or left out before, Invalid when nothing can be read of it.
    """
    with org_atomic():
        row = FeedItem.objects.select_for_update().get(pk=item.pk)
        if row.status not in (FeedItem.Status.NEW, FeedItem.Status.DISMISSED):
            raise Conflict("That topic was taken or left out meanwhile. Reload the page.")
        brand = row.feed.brand
        material = material_of_item(row, brand=brand, by=by)
        if material is None:
            raise Invalid("That topic has neither a text nor a page to read. Leave it.")
        material.priority = _PRIORITIES.get(brand.trending_priority, 0)
        material.save(update_fields=["priority", "updated_at"])
        row.status, row.material = FeedItem.Status.TAKEN, material
        row.reason = why[:300]
        row.save(update_fields=["status", "material", "reason", "updated_at"])
        record(action="trend.taken", target=row, by=by, reason=why)
    item.refresh_from_db()
    return material


def dismiss_trend(*, item: FeedItem, by: User | None) -> None:
    """Offer it no more. Raises Conflict when it is not on offer."""
    _moved(item, FeedItem.Status.NEW, FeedItem.Status.DISMISSED, "trend.dismissed", by)


def restore_trend(*, item: FeedItem, by: User | None) -> None:
    """Take a dismissal back."""
    _moved(item, FeedItem.Status.DISMISSED, FeedItem.Status.NEW, "trend.restored", by)


def take_best_trend(*, brand: BrandProfile, moment: datetime | None = None) -> Material | None:
    """Where the brand asks for no approval, the best topic becomes material, one a day at most."""
    moment = moment or now()
    filters: Mapping[str, Any] = brand.trending_filters or {}
    if not brand.trending_enabled or filters.get("require_approval", True):
        return None
    by_itself = FeedItem.objects.filter(
        feed__brand=brand,
        feed__use=MaterialFeed.Use.TRENDS,
        status=FeedItem.Status.TAKEN,
        updated_at__gt=moment - BY_ITSELF_EVERY,
    ).exclude(reason="")
    best = next(iter(offered_trends(brand, moment=moment, most=1)), None)
    if best is None or by_itself.exists():
        return None
    why = (
        f"The best topic of its feeds, {best.relevance} of 100 where {_minimum(brand)} are asked "
        "for, and the brand asks for no approval of trends."
    )
    return take_trend(item=best, by=None, why=why)


def material_of_item(item: FeedItem, *, brand: BrandProfile, by: User | None) -> Material | None:
    """Its own text if that is long enough, else its page, else the little text that there is.

    None when there is nothing to read. Feeds' words are data: they are read as any material is.
    """
    has_words = any(character.isalnum() for character in item.summary)
    if item.url and len(item.summary) < FEWEST_CHARACTERS:
        return add_url(url=item.url, brand=brand, by=by, name=item.title)
    if has_words:
        return add_text(name=item.title, text=item.summary, brand=brand, by=by, url=item.url)
    return None


def trend_of(material_id: UUID) -> FeedItem | None:
    """The topic that a material was made of; None for any other material."""
    made = FeedItem.objects.filter(material_id=material_id, feed__use=MaterialFeed.Use.TRENDS)
    return made.select_related("feed").first()


def generation_action(material_id: UUID) -> str:
    """What writing from a material is billed as: a trend costs more than other material."""
    return "generate_trending" if trend_of(material_id) else "generate"


def _why_excluded(text: str, interests: Interests) -> str:
    topic = excluded_topic(text, interests.exclude_topics)
    return f"The brand leaves out the topic “{topic}”." if topic else ""


def _waiting(brand: BrandProfile, moment: datetime) -> ScopedQuerySet[FeedItem]:
    rows: ScopedQuerySet[FeedItem] = FeedItem.objects.filter(
        feed__brand=brand,
        feed__deleted_at=None,
        status=FeedItem.Status.NEW,
        created_at__gt=moment - OFFERED_FOR,
    ).select_related("feed")
    return rows


def _minimum(brand: BrandProfile) -> int:
    said = (brand.trending_filters or {}).get("min_relevance", DEFAULT_MINIMUM)
    return said if isinstance(said, int) and 0 <= said <= 100 else DEFAULT_MINIMUM


def _moved(item: FeedItem, at: str, to: str, action: str, by: User | None) -> None:
    with org_atomic():
        if not FeedItem.objects.filter(pk=item.pk, status=at).update(status=to, updated_at=now()):
            raise Conflict("That topic was taken or left out meanwhile. Reload the page.")
        item.status = to
        record(action=action, target=item, by=by)
