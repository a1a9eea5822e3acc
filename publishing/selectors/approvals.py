"""The approvals page: what waits in a list, and one post with everything that speaks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from config.kernel.brands import brands_in_sight
from config.kernel.clock import in_words, now
from config.kernel.embeddings import Thresholds, current_model, thresholds
from config.kernel.errors import Invalid
from config.kernel.pagination import Page, paginate
from content.models import Candidate, GuardResult
from publishing.channels.registry import channels, platform_label
from publishing.models import Approval, Decision, Delivery, PendingPost, PendingStatus, Post
from publishing.services.approvals import content_hash
from publishing.services.decisions import decisions_of_post
from publishing.services.drafts import draft_of, problems_of
from publishing.services.pending_posts import generations_of
from publishing.services.post_moves import APPROVED, EDITABLE, REOPENABLE

from .preview import Preview, preview, preview_of
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
    *("content", "status", "platform", "expires_at", "scheduled_for"),
    *("brand__name", "brand__timezone", "account__name"),
)
_SHOWN: Final = (
    *(field.name for field in PendingPost._meta.concrete_fields),
    *("brand__name", "brand__timezone", "brand__language", "material__name"),
    *("account__name", "account__handle", "account__platform", "account__remote_id"),
    *("account__server", "account__settings"),
    *("generation__credits", "generation__cost_micros"),
)


@dataclass(frozen=True, slots=True)
class ApprovalList:
    tab: Tab
    page: Page[PendingPost]
    waiting_count: int


@dataclass(frozen=True, slots=True)
class Check:
    """What one guard said; `state` is passed, warned, asks (for a person) or failed."""

    label: str
    state: str
    reason: str
    was_fixed: bool


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near the nearest earlier post is. `value` is a cosine from 0 to 1; None: not checked."""

    value: float | None
    tone: str
    words: str
    excerpt: str
    is_copy: bool


@dataclass(frozen=True, slots=True)
class Variation:
    candidate: Candidate
    is_chosen: bool
    is_shown: bool
    checks: Sequence[Check]
    likeness: Likeness

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if check.state == "failed"]

    @property
    def warned(self) -> list[Check]:
        return [check for check in self.checks if check.state in ("asks", "warned")]

    @property
    def sources(self) -> list[str]:
        return [words for each in self.candidate.sources if (words := _source(each))]

    @property
    def parts(self) -> list[tuple[str, float]]:
        """The six shares of the score, heaviest first."""
        row = self.candidate
        return [
            ("Close to the material", row.similarity_score),
            ("Guards passed", row.guard_score),
            ("History of the angle", row.history_score),
            ("Easy to read", row.aesthetics_score),
            ("Unlike the others", row.diversity_score),
            ("Low cost", row.cost_score),
        ]


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
    lacks: Sequence[str] = ()
    """Why it cannot go out as it stands, while it waits."""
    credits: int = 0
    cost_micros: int = 0

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
    def is_offline(self) -> bool:
        return bool(self.post.candidate and self.post.candidate.is_offline)


def approval_list(
    *, tab: Tab, brand: UUID | None = None, cursor: str | None = None, but: UUID | None = None
) -> ApprovalList:
    """One page of a tab; `but` is a post that has just been decided and must not stand there."""
    posts = PendingPost.objects.filter(status__in=tab.statuses)
    if brand is not None:
        posts = posts.filter(brand_id=brand)
    if but is not None:
        posts = posts.exclude(pk=but)
    page = paginate(
        posts.select_related("brand", "account").only(*_LISTED),
        order=(tab.order,),
        cursor=cursor,
        size=PAGE_SIZE,
    )
    whole = tab.slug == "waiting" and brand is None and not cursor and page.next_cursor is None
    count = len(page.items) if whole else PendingPost.objects.waiting().count()
    return ApprovalList(tab, page, count)


def tab_of(status: str) -> Tab:
    """The tab where a post stands; a published one, which stands in none, gets the first."""
    found = (tab for tab in TABS.values() if status in tab.statuses)
    return next(found, TABS["waiting"])


def approval_post(pending: UUID) -> PendingPost | None:
    related = ("brand", "account", "material", "generation")
    posts = PendingPost.objects.select_related(*related).only(*_SHOWN)
    return with_rewritings(posts).filter(pk=pending).first()


def approval_page(post: PendingPost, *, shown_id: str = "") -> ApprovalPage:
    """Everything beside one post. `shown_id` names the variation to look at, chosen or not."""
    texts = _candidates(post)
    if mine := next((each for each in texts if each.pk == post.candidate_id), None):
        post.candidate = mine
    checks = _checks(texts)
    limits = _thresholds()
    chosen = str(post.candidate_id)
    shown = shown_id if any(str(each.pk) == shown_id for each in texts) else chosen
    variations = [
        Variation(
            candidate=each,
            is_chosen=str(each.pk) == chosen,
            is_shown=str(each.pk) == shown,
            checks=checks.get(each.pk, ()),
            likeness=_likeness(each, limits),
        )
        for each in texts
    ]
    decisions = list(decisions_of_post(post))
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
        lacks=_lacks(post),
        credits=sum(each.credits for each in decisions) or _of_writing(post, "credits"),
        cost_micros=sum(each.cost_micros for each in decisions) or _of_writing(post, "cost_micros"),
    )


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


def _candidates(post: PendingPost) -> list[Candidate]:
    if post.generation_id is None:
        return []
    generations = generations_of(post) if post.regeneration_count else [post.generation_id]
    rows = Candidate.objects.filter(generation_id__in=generations).order_by("label")
    return sorted(rows, key=lambda row: generations.index(row.generation_id))


def _checks(texts: Iterable[Candidate]) -> dict[UUID, list[Check]]:
    found: dict[UUID, list[Check]] = {}
    for row in GuardResult.objects.filter(candidate__in=[each.pk for each in texts]).order_by("id"):
        label = row.guard.replace("_", " ").capitalize()
        found.setdefault(row.candidate_id, []).append(
            Check(label, _state(row), row.reason, row.was_fixed)
        )
    return found


def _state(row: GuardResult) -> str:
    if row.passed:
        # The comparison with earlier posts passes with a remark when it found something near.
        return "warned" if row.reason and row.guard == "similarity" else "passed"
    return {"block": "failed", "review": "asks"}.get(row.severity, "warned")


def _thresholds() -> Thresholds | None:
    try:
        return thresholds(current_model())
    except Invalid:
        return None


def _likeness(row: Candidate, limits: Thresholds | None) -> Likeness:
    nearest: Mapping[str, Any] = row.neighbours[0] if row.neighbours else {}
    value, excerpt = row.max_similarity, _excerpt(nearest)
    if value is None:
        return Likeness(None, "", "not checked", excerpt, is_copy=False)
    if limits is None:
        return Likeness(value, "", f"{value:.2f}", excerpt, is_copy=False)
    tone = "bad" if value >= limits.reject else "warn" if value >= limits.warn else "good"
    words = f"{value:.2f}; warns from {limits.warn:.2f}, refused from {limits.reject:.2f}"
    return Likeness(value, tone, words, excerpt, is_copy=value >= limits.reject)


def _excerpt(nearest: Mapping[str, Any]) -> str:
    """The words of the nearest text, unless they are of a brand that the reader may not see."""
    brands, brand_id = brands_in_sight(), nearest.get("brand_id")
    if brands is not None and brand_id and UUID(str(brand_id)) not in brands:
        return ""
    return str(nearest.get("excerpt", ""))


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


def _source(source: Any) -> str:
    """A source as the writer noted it: a sentence of the material, or one with its address."""
    if isinstance(source, str):
        return source.strip()
    if isinstance(source, dict):
        return str(source.get("quote") or source.get("text") or source.get("url") or "").strip()
    return ""
