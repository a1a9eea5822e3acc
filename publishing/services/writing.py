"""Texts from materials for a brand's accounts: by hand here, by the agent in the autopilot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import numpy as np

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Invalid, Unavailable
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from content.models import Angle, Candidate, Generation, Material
from content.services.angles import AngleChoice, choose_angles
from content.services.generation import generate_candidates
from content.services.similarity import ContentType, remember
from organizations.models import User
from organizations.services.audit import record
from publishing.models import PendingPost, SocialAccount

from .accounts import account_of_brand
from .drafts import channel_of, rules_of
from .pending_posts import create_pending_post, generations_of, submit_post
from .post_moves import as_written, change, expiry, locked, mark_selected, refuse_frozen, void

Progress = Callable[[str, str], None]


def quiet(step: str, message: str) -> None:
    """The progress of nobody who looks."""


def write_posts(
    *,
    brand: BrandProfile,
    material: Material,
    platforms: Sequence[str],
    by: User | None,
    instruction: str = "",
    progress: Progress = quiet,
) -> list[PendingPost]:
    """Write three variations for each platform; each becomes a post that waits for a choice.

    The best ranked text stands in the post, the others beside it (`select_variation`). Costs one
    generate credit a platform. Call it with no transaction open: models and networks are asked.
    Raises Invalid without a platform or account, PaymentRequired without credits; what was written
    for earlier platforms by then is kept.
    """
    with org_atomic():
        accounts = [_account(brand, platform) for platform in dict.fromkeys(platforms)]
    if not accounts:
        raise Invalid("Choose at least one channel to write for.", field="platforms")
    batch_id = uuid7()
    return [
        _write_by_hand(brand, material, account, batch_id, by, instruction, progress)
        for account in accounts
    ]


def regenerate_post(
    *, post: PendingPost, instruction: str, by: User | None, progress: Progress = quiet
) -> PendingPost:
    """Write a post anew, from angles that were not shown yet, following an instruction.

    Costs one generate credit. An approval is void. When all six angles were shown, those of the
    latest texts only are left out. Call it with no transaction open.
    Raises Conflict when the post is leaving, PaymentRequired without credits.
    """
    with org_atomic():
        row = PendingPost.objects.select_related("brand", "material", "account", "generation").get(
            pk=post.pk
        )
        refuse_frozen(row)
        shown = angles_shown(row)
        choices = _choices(row.brand, row.platform, row.material, excluded=shown)
    generation = generate_candidates(
        brand=row.brand,
        material=row.material,
        platform=row.platform,
        rules=rules_of(row.account),
        exclude=[row.pk],
        mode=row.generation.mode,
        choices=choices,
        excluded_angles=sorted(shown),
        instruction=instruction.strip(),
        regeneration_of=row.generation,
        progress=progress,
    )
    with org_atomic():
        best = best_candidate(generation)
        row = locked(post)
        refuse_frozen(row)
        void(row, "The post was written anew.")
        change(
            row,
            was_edited=False,
            regeneration_count=row.regeneration_count + 1,
            expires_at=expiry(row.brand),
            **as_written(best),
        )
        mark_selected(best)
        record(action="post.regenerated", target=row, by=by, reason=instruction.strip())
    remember_post(row)
    return row


def angles_shown(post: PendingPost) -> set[str]:
    """Angles that the post's texts had so far; after all six only those of the latest."""
    texts = Candidate.objects.filter(generation_id__in=generations_of(post))
    shown = set(texts.values_list("angle", flat=True))
    if shown >= set(Angle.values):
        shown = set(texts.filter(generation=post.generation).values_list("angle", flat=True))
    return shown


def best_candidate(generation: Generation) -> Candidate:
    """The first of the ranking; one that passed every check before any that did not.

    Raises Unavailable when nothing was written at all, because the writer failed: a retry may help.
    """
    ranked = Candidate.objects.filter(generation=generation).order_by("-is_valid", "rank", "label")
    best = ranked.first()
    if best is None:
        raise Unavailable(
            generation.failure or "Nothing could be written from this material. Try again.",
            code="nothing_written",
        )
    return best


def remember_post(post: PendingPost) -> None:
    """Let later checks know the post's text; call it with no transaction open."""
    remember(
        content_type=ContentType.PENDING_POST,
        content_id=post.pk,
        text=post.content,
        brand_id=post.brand_id,
    )


def remember_words(*, post_id: UUID) -> None:
    """Remember a post of the organization in scope as it stands now, if it is still there."""
    with org_atomic():
        post = PendingPost.objects.filter(pk=post_id).first()
    if post is not None:
        remember_post(post)


def _account(brand: BrandProfile, platform: str) -> SocialAccount:
    channel = channel_of(platform)
    account = account_of_brand(brand, platform)
    if account is None:
        raise Invalid(
            f"{brand.name} has no {channel.label} account that can be used. Connect one first.",
            field="platforms",
        )
    return account


def _choices(
    brand: BrandProfile, platform: str, material: Material, excluded: set[str]
) -> list[AngleChoice]:
    return choose_angles(
        brand=brand,
        platform=platform,
        suggested=material.suggested_angles,
        exploration_ratio=brand.exploration_ratio,
        excluded=excluded,
        random=np.random.default_rng(),
    )


def _write_by_hand(
    brand: BrandProfile,
    material: Material,
    account: SocialAccount,
    batch_id: UUID,
    by: User | None,
    instruction: str,
    progress: Progress,
) -> PendingPost:
    generation = generate_candidates(
        brand=brand,
        material=material,
        platform=account.platform,
        rules=rules_of(account),
        mode=Generation.Mode.MANUAL,
        choices=_choices(brand, account.platform, material, excluded=set()),
        instruction=instruction.strip(),
        progress=progress,
    )
    with org_atomic():
        post = create_pending_post(
            brand=brand,
            account=account,
            material=material,
            candidate=best_candidate(generation),
            scheduled_for=now(),
            mode=PendingPost.GenerationMode.MANUAL,
            batch_id=batch_id,
        )
        submit_post(post=post)
        record(action="post.written", target=post, by=by)
    remember_post(post)
    return post
