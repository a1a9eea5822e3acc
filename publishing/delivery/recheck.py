"""Guards once more before what nobody looked at is sent: its words may be old by now.

Between the policy's leave and the sending the brand may have banned a word, taken a link back or
named a grave matter, and the same words may have gone out. Pure checks alone, outside of the
transaction that sends; what fails waits for a person (reliability D60).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db.models import Q

from brands.models.brand_profile import default_guard_rules
from config.kernel.clock import now
from config.kernel.language.addresses import addresses_in
from config.kernel.scoping import org_atomic
from content.guards import CandidateText, GuardBrief, TextCount
from content.guards import crisis as crisis_guard
from content.guards import links as links_guard
from content.guards import words_to_avoid as words_guard
from organizations.models import ActorKind
from organizations.services.audit import record
from publishing.models import Approval, DeliveryState, PendingPost, PendingStatus, Post

from . import rows
from .parcel import Parcel

log = structlog.get_logger(__name__)

OLDER_THAN: Final = timedelta(hours=6)
"""Sooner after its approval a text is not looked at again."""
SAID_WITHIN: Final = timedelta(days=30)
CHECKS: Final = (words_guard.GUARD, links_guard.GUARD, crisis_guard.GUARD)


def fit_to_send(parcels: Sequence[Parcel]) -> list[Parcel]:
    """Of one organization's claimed deliveries those that may still be sent; the posts of the
    others wait for a person again, with what speaks against them."""
    asked = [each for each in parcels if _is_automatic(each)]
    if not asked:
        return list(parcels)
    refused: set[Parcel] = set()
    with org_atomic(asked[0].organization_id):
        posts = _old_ones(asked)
        for parcel in asked:
            post = posts.get(parcel.delivery.pending_post_id)
            reason = against(post) if post is not None else ""
            if post is not None and reason:
                _put_before_a_person(parcel, post, reason)
                refused.add(parcel)
    return [each for each in parcels if each not in refused]


def against(post: PendingPost) -> str:
    """What speaks against the words of a post today, as sentences; empty when nothing does."""
    text = "\n\n".join(filter(None, [post.title, post.content, *post.thread, post.first_comment]))
    words = CandidateText(text, tuple(post.hashtags), post.link)
    brief = _brief(post)
    verdicts = [check.check(words, brief) for check in CHECKS]
    reasons = [verdict.reason for verdict in verdicts if not verdict.ok]
    if _was_said(post):
        reasons.append("The same words went out on this channel in the last 30 days.")
    return " ".join(reasons)


def _is_automatic(parcel: Parcel) -> bool:
    delivery = parcel.delivery
    fresh = delivery.state == DeliveryState.CLAIMED and not delivery.is_follower
    return fresh and delivery.pending_post.status == PendingStatus.AUTO_APPROVED


def _old_ones(parcels: Sequence[Parcel]) -> dict[Any, PendingPost]:
    """Posts that a policy let go some hours ago."""
    old = Approval.objects.filter(
        voided_at=None, contract__isnull=False, created_at__lt=now() - OLDER_THAN
    )
    posts = PendingPost.objects.filter(
        pk__in=[parcel.delivery.pending_post_id for parcel in parcels],
        approvals__in=old,
        status=PendingStatus.AUTO_APPROVED,
    )
    return {post.pk: post for post in posts.select_related("brand", "material", "account")}


def _brief(post: PendingPost) -> GuardBrief:
    brand, material = post.brand, post.material
    rules: Mapping[str, Any] = {**default_guard_rules(), **(brand.guard_rules or {})}
    language: Mapping[str, Any] = brand.language_rules or {}
    text = (material.extracted_text or material.original_content) if material else ""
    links = [material.url, *material.links, *addresses_in(text)] if material else []
    return GuardBrief(
        count=lambda each: TextCount(0, 1, 0),
        words_to_avoid=tuple(language.get("words_to_avoid") or ()),
        links=tuple(link for link in links if link),
        allowed_links=tuple(brand.allowed_links),
        website=brand.website_url,
        languages=tuple(code for code in (brand.language,) if code),
        known_text=text,
        crisis_words=tuple(rules["crisis_words"] or ()),
    )


def _was_said(post: PendingPost) -> bool:
    since: datetime = now() - SAID_WITHIN
    same = Q(account_id=post.account_id, content=post.content, published_at__gte=since)
    return Post.objects.filter(same).exclude(pending_post=post).exists()


def _put_before_a_person(parcel: Parcel, post: PendingPost, reason: str) -> None:
    """In the caller's transaction: the delivery is taken back and its post waits."""
    # The moves of a post stand on the ledger.
    from publishing.services.post_moves import back_to_pending, change, locked

    row = locked(post)
    if row.status != PendingStatus.AUTO_APPROVED:
        return
    if not rows.write(parcel, DeliveryState.SCHEDULED, now()):
        return
    said = f"Looked at once more before it was sent. {reason}"
    back_to_pending(row, said[:200])
    change(row, review_notes=said)
    record(action="post.checked_again", target=row, kind=ActorKind.RULE, reason=said)
    log.info("recheck_refused", post=str(post.pk))
