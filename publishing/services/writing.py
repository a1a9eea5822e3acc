"""Texts that a person asks for: queued as a run, written by the worker, paid once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from billing.services.credits import require_credits
from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from config.kernel.tasks import hint
from content.models import Material
from organizations.models import User
from organizations.services.audit import record
from publishing.models import AutopilotRun, PendingPost, RunMode, RunStatus

from .accounts import account_of_brand
from .drafts import channel_of
from .learning import tell_learning
from .post_moves import locked, refuse_frozen
from .schedules import BY_HAND

OPEN = (RunStatus.QUEUED, RunStatus.RUNNING)


def start_writing(
    *,
    brand: BrandProfile,
    material: Material,
    platforms: Sequence[str],
    by: User | None,
    instruction: str = "",
) -> AutopilotRun:
    """Queue three variations for each platform; each becomes a post that waits for a choice.

    Costs one generate credit a platform, taken when it is written. The same request while the first
    is still open is that one, so that a double click pays once.
    Raises Invalid without a platform or account, PaymentRequired when the credits do not reach.
    """
    chosen = list(dict.fromkeys(platforms))
    if not chosen:
        raise Invalid("Choose at least one channel to write for.", field="platforms")
    with org_atomic():
        # Twins of a double click take turns here.
        row = BrandProfile.objects.select_for_update(no_key=True).filter(pk=brand.pk).first()
        if row is None:
            raise Conflict(f"{brand.name} was deleted, so nothing is written for it any more.")
        for platform in chosen:
            _refuse_placeless(row, platform)
        fields: dict[str, Any] = {
            "brand": row,
            "material_id": material.pk,
            "platforms": chosen,
            "instruction": instruction.strip(),
            "requested_by": by,
        }
        if earlier := _open().filter(regenerates=None, **fields).first():
            return earlier
        require_credits(action="generate", times=len(chosen))
        run = _queued(**fields)
        record(action="run.started", target=run, by=by, reason=run.instruction)
    return run


def start_regeneration(*, post: PendingPost, instruction: str, by: User | None) -> AutopilotRun:
    """Queue three new texts for a post, from angles that were not shown yet.

    Costs one generate credit, taken when they are written. Until then the post stays as it is.
    Raises Conflict when the post is leaving or is being written anew with other words,
    PaymentRequired without credits.
    """
    instruction = instruction.strip()
    with org_atomic():
        row = locked(post)
        refuse_frozen(row)
        if row.material_id is None:
            raise Conflict(
                "A person wrote this post, so there is no material to write it anew from. Edit it, "
                "or write a new one from a material."
            )
        if earlier := _open().filter(regenerates=row).first():
            if earlier.instruction == instruction:
                return earlier
            raise Conflict(
                "This post is being written anew already. Wait for those texts, then ask again."
            )
        require_credits(action="generate")
        run = _queued(
            brand=row.brand,
            material_id=row.material_id,
            platforms=[row.platform],
            instruction=instruction,
            requested_by=by,
            regenerates=row,
        )
        record(action="post.regeneration_started", target=row, by=by, reason=instruction)
        tell_learning(row, "regenerate", by=by, note=instruction)
    return run


def _open() -> QuerySet[AutopilotRun]:
    return AutopilotRun.objects.filter(mode=RunMode.MANUAL, status__in=OPEN)


def _queued(**fields: Any) -> AutopilotRun:
    # Tasks stand on this module.
    from publishing.autopilot.tasks import do_run

    moment = now()
    run = AutopilotRun.objects.create(
        mode=RunMode.MANUAL,
        occurrence=f"{BY_HAND} {uuid7()}",
        scheduled_for=moment,
        due_at=moment,
        **fields,
    )
    transaction.on_commit(partial(hint, do_run, str(run.organization_id), str(run.pk)))
    return run


def _refuse_placeless(brand: BrandProfile, platform: str) -> None:
    channel = channel_of(platform)
    if account_of_brand(brand, platform) is None:
        raise Invalid(
            f"{brand.name} has no {channel.label} account that can be used. Connect one first.",
            field="platforms",
        )
