"""The approvals page: what waits in a list, and one post with everything that speaks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from brands.models import BrandProfile
from config.kernel.clock import in_words, now
from config.kernel.pagination import Page, paginate
from organizations.models import Role, User
from publishing.channels.registry import channels, platform_label
from publishing.models import (
    Approval,
    Decision,
    Delivery,
    PendingPost,
    PendingStatus,
    PortalLink,
    Post,
)
from publishing.services.approvals import content_hash
from publishing.services.decisions import decisions_of_post
from publishing.services.drafts import draft_of, problems_of
from publishing.services.post_moves import APPROVED, EDITABLE, REOPENABLE
from publishing.services.versions import WORDS

from .approvals_texts import Variation, variations_of
from .preview import Preview, preview, preview_of
from .reviews import ReviewPanel, place_of, review_panel, waiting_for, with_reviews
from .runs import RunPage, rewriting_of, with_rewritings

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Tab:
    slug: str
    word: str
    statuses: tuple[str, ...]
    order: str
    empty: str


TABS: Final[Mapping[str, Tab]] = {
    tab.slug: tab
    for tab in (
        Tab(
            "waiting",
            "Waiting",
            (PendingStatus.PENDING,),
            "expires_at",
            "Nothing waits for you. What the agent may not publish by itself appears here.",
        ),
        Tab(
            "approved",
            "Approved",
            (PendingStatus.APPROVED, PendingStatus.AUTO_APPROVED, PendingStatus.PUBLISHING),
            "scheduled_for",
            "No post is on its way. Approved posts stand here until they are out.",
        ),
        Tab(
            "stopped",
            "Not published",
            (PendingStatus.FAILED, PendingStatus.EXPIRED),
            "-scheduled_for",
            "Nothing failed and nothing expired.",
        ),
        Tab(
            "rejected",
            "Rejected",
            (PendingStatus.REJECTED,),
            "-scheduled_for",
            "No post was rejected.",
        ),
    )
}


# Brands, accounts and materials are wide rows; a page shows a few of their columns.
_LISTED: Final = (
    *("content", "status", "platform", "expires_at", "scheduled_for", "steps", "step"),
    *("brand__name", "brand__timezone", "account__name"),
)
_SHOWN: Final = (
    *(field.name for field in PendingPost._meta.concrete_fields),
    *("brand__name", "brand__timezone", "brand__language", "material__name"),
    *("account__name", "account__handle", "account__platform", "account__remote_id"),
    *("account__server", "account__settings"),
    *("generation__credits", "generation__cost_micros", "variant__composition_id"),
    "variant__composition__said_before",
    *("author__name", "author__email", "author__deleted_at"),
)


@dataclass(frozen=True, slots=True)
class BrandChoice:
    """A brand to which a list can be narrowed, and how many of its posts wait."""

    key: str
    name: str
    waiting: int


@dataclass(frozen=True, slots=True)
class ApprovalList:
    tab: Tab
    page: Page[PendingPost]
    brands: Sequence[BrandChoice]

    @property
    def waiting_count(self) -> int:
        """What waits in all brands, whatever the list is narrowed to."""
        return sum(each.waiting for each in self.brands)


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    post: PendingPost
    preview: Preview
    shown: Variation | None
    variations: Sequence[Variation]
    earlier: Sequence[Variation]
    decisions: Sequence[Decision]
    approval: Approval | None
    delivery: Delivery | None
    published_id: UUID | None
    platform_label: str
    zone: str
    is_late: bool
    rewriting: RunPage | None = None
    review: ReviewPanel | None = None
    lacks: Sequence[str] = ()
    """Why it cannot go out as it stands, while it waits."""
    credits: int = 0
    cost_micros: int = 0
    client_link: PortalLink | None = None
    """By which a client can answer, where it waits for one: the one that was used last."""

    @property
    def score_rows(self) -> list[tuple[str, list[float]]]:
        """One row a score, one column a variation; the total on top."""
        totals = ("All together", [each.candidate.rerank_score for each in self.variations])
        parts = zip(*(each.parts for each in self.variations), strict=True)
        return [totals, *((part[0][0], [score for _, score in part]) for part in parts)]

    @property
    def is_own_text(self) -> bool:
        """Whether the text that stands in the post is the one that is shown."""
        return self.shown is None or self.shown.is_chosen

    @property
    def is_waiting(self) -> bool:
        return self.post.status == PendingStatus.PENDING and not self.is_expired

    @property
    def is_expired(self) -> bool:
        post = self.post
        ended = post.expires_at is not None and post.expires_at <= now()
        return post.status == PendingStatus.EXPIRED or (
            post.status == PendingStatus.PENDING and ended
        )

    @property
    def expires_words(self) -> str:
        """The deadline in the brand's zone; how far off it is, a live countdown says."""
        moment = self.post.expires_at
        return in_words(moment, self.zone).rpartition(" (")[0] if moment else ""

    @property
    def covers_until(self) -> str:
        """The last moment that the approval covers, in the brand's zone."""
        moment = self.approval.valid_until if self.approval else None
        return in_words(moment, self.zone).rpartition(" (")[0] if moment else ""

    @property
    def is_approved(self) -> bool:
        return self.post.status in APPROVED

    @property
    def is_on_its_way(self) -> bool:
        return self.is_approved or self.post.status == PendingStatus.PUBLISHING

    @property
    def can_change(self) -> bool:
        return self.post.status in (*EDITABLE, *REOPENABLE)

    @property
    def can_reopen(self) -> bool:
        return self.post.status in REOPENABLE

    @property
    def composition_id(self) -> UUID | None:
        """The composition that a person made it from, if any."""
        return self.post.variant.composition_id if self.post.variant else None

    @property
    def said_before(self) -> str:
        """A sentence where its composition is close to what was said in the 30 days before."""
        return self.post.variant.composition.said_before if self.post.variant else ""

    @property
    def is_offline(self) -> bool:
        return bool(self.post.candidate and self.post.candidate.is_offline)


def approval_list(
    *,
    tab: Tab,
    brand: UUID | None = None,
    cursor: str | None = None,
    but: UUID | None = None,
    me: UUID | None = None,
    with_words: bool = False,
) -> ApprovalList:
    """One page of a tab; `but` is a post that has just been decided and must not stand there.
    With `me` only what waits for this member's word; `with_words` reads all that a post says."""
    posts: QuerySet[PendingPost] = PendingPost.objects.filter(status__in=tab.statuses)
    if brand is not None:
        posts = posts.filter(brand_id=brand)
    if but is not None:
        posts = posts.exclude(pk=but)
    if me is not None:
        posts = waiting_for(posts, me)
    page = paginate(
        posts.select_related("brand", "account").only(*_LISTED, *(WORDS if with_words else ())),
        order=(tab.order,),
        cursor=cursor,
        size=PAGE_SIZE,
    )
    for post in page.items:
        vars(post)["place"] = place_of(post)
    return ApprovalList(tab, page, _brands())


def _brands() -> list[BrandChoice]:
    """Every brand in sight by its name; counted by the index of brands and states."""
    waiting = PendingPost.objects.waiting().filter(brand=OuterRef("pk")).order_by()
    counted = waiting.values("brand").annotate(how_many=Count("pk")).values("how_many")
    rows = BrandProfile.objects.order_by("name", "pk").values_list(
        "pk", "name", Coalesce(Subquery(counted), 0)
    )
    return [BrandChoice(str(pk), name, count) for pk, name, count in rows]


def tab_of(status: str) -> Tab:
    """The tab where a post stands; a published one, which stands in none, gets the first."""
    found = (tab for tab in TABS.values() if status in tab.statuses)
    return next(found, TABS["waiting"])


def approval_post(pending: UUID) -> PendingPost | None:
    related = ("brand", "account", "material", "generation", "variant__composition", "author")
    posts = PendingPost.objects.select_related(*related).only(*_SHOWN)
    return with_reviews(with_rewritings(posts)).filter(pk=pending).first()


def approval_page(
    post: PendingPost, *, shown_id: str = "", me: User | None = None, role: Role = Role.VIEWER
) -> ApprovalPage:
    """Everything beside one post, for one reader. `shown_id` names the variation to look at, chosen
    or not."""
    variations = variations_of(post, shown_id=shown_id)
    decisions = list(decisions_of_post(post))
    review = review_panel(post, me=me, role=role)
    return ApprovalPage(
        post=post,
        preview=_preview(post, next((v for v in variations if v.is_shown), None)),
        shown=next((each for each in variations if each.is_shown), None),
        variations=[v for v in variations if v.candidate.generation_id == post.generation_id],
        earlier=[v for v in variations if v.candidate.generation_id != post.generation_id],
        decisions=decisions,
        approval=_approval(post),
        delivery=_delivery(post),
        published_id=_published(post),
        platform_label=platform_label(post.platform),
        zone=post.brand.timezone,
        is_late=post.scheduled_for <= now(),
        rewriting=rewriting_of(post),
        review=review,
        lacks=_lacks(post),
        credits=sum(each.credits for each in decisions) or _of_writing(post, "credits"),
        cost_micros=sum(each.cost_micros for each in decisions) or _of_writing(post, "cost_micros"),
        client_link=_client_link(post, review),
    )


def _client_link(post: PendingPost, review: ReviewPanel) -> PortalLink | None:
    if review.current is None or not review.current.is_client:
        return None
    links = PortalLink.objects.reviewing(now()).leading_to(post)
    return links.order_by(F("last_used_at").desc(nulls_last=True), "-created_at").first()


def _of_writing(post: PendingPost, name: str) -> int:
    """What its generation took; a post of a person's own words has none."""
    return getattr(post.generation, name) if post.generation else 0


def _lacks(post: PendingPost) -> Sequence[str]:
    if post.status != PendingStatus.PENDING or post.platform not in channels:
        return ()
    return problems_of(draft_of(post), post.account)


def _preview(post: PendingPost, shown: Variation | None) -> Preview:
    sources = shown.sources if shown else ()
    if shown is None or shown.is_chosen:
        return preview_of(post, sources=sources)
    row = shown.candidate
    return preview(
        platform=post.platform,
        content=row.text,
        hashtags=row.hashtags,
        link=row.link,
        media=row.media,
        sources=sources,
        account=post.account,
        title=post.title,
    )


def _approval(post: PendingPost) -> Approval | None:
    if post.status not in (*APPROVED, PendingStatus.PUBLISHING, PendingStatus.PUBLISHED):
        return None
    approval = (
        Approval.objects.select_related("approver")
        .filter(pending_post=post, voided_at=None)
        .first()
    )
    covers = approval is not None and approval.content_hash == content_hash(post)
    return approval if covers else None


def _delivery(post: PendingPost) -> Delivery | None:
    if post.status in (PendingStatus.DRAFT, PendingStatus.PENDING, PendingStatus.EXPIRED):
        return None
    posts = Delivery.objects.posts().filter(pending_post=post)
    return posts.order_by("-created_at").first()


def _published(post: PendingPost) -> UUID | None:
    if post.status != PendingStatus.PUBLISHED:
        return None
    return Post.objects.filter(pending_post=post).values_list("pk", flat=True).first()
