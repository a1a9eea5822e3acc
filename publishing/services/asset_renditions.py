"""What each network would get of a file of the media library, for its page."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from config.kernel.scoping import org_atomic
from content.selectors.library import size_words
from content.services.upward import NetworkRendition
from publishing.channels.base import Limits
from publishing.channels.registry import channels
from publishing.models import AccountStatus, MediaRendition, SocialAccount

from .networks import account_facts
from .renditions import Medium, fit_media, is_taken, renditions_of

SHAPES: Sequence[tuple[str, float]] = (
    ("9:16", 9 / 16),
    ("4:5", 0.8),
    ("1:1", 1.0),
    ("16:9", 16 / 9),
    ("1.91:1", 1.91),
)


def renditions_for_page(medium: Medium, *, brand_id: UUID | None) -> list[NetworkRendition]:
    """One of each connected network that takes such files, of the brand's accounts if it has one.

    What a page can make is made now and kept, so that the first post with it need not wait; a video
    that has to be converted is left for the worker. With no transaction open.
    """
    found = []
    for account in _one_of_each_network(brand_id):
        if is_taken(medium, account):
            is_whole = fit_media(media=[medium], account=account, at_once=True)
            with org_atomic():
                row = renditions_of([medium], account)[0] if is_whole else None
            found.append(_shown(medium, account, row))
    return found


def _one_of_each_network(brand_id: UUID | None) -> list[SocialAccount]:
    with org_atomic():
        rows = SocialAccount.objects.filter(status=AccountStatus.ACTIVE)
        if brand_id is not None:
            rows = rows.filter(brand_links__brand_id=brand_id)
        first = {each.platform: each for each in rows.order_by("platform", "-created_at")}
    return [account for slug, account in sorted(first.items()) if slug in channels]


def _shown(medium: Medium, account: SocialAccount, row: MediaRendition | None) -> NetworkRendition:
    channel = channels[account.platform]
    if row is None:
        return NetworkRendition(account.platform, channel.label, is_waiting=True)
    sides = f"{row.width} × {row.height}" if row.width and row.height else ""
    size = size_words(row.size_bytes) if row.size_bytes else ""
    return NetworkRendition(
        platform=account.platform,
        label=channel.label,
        note=row.note,
        problem=row.problem,
        reference=row.fitted,
        facts=", ".join(filter(None, (sides, size))),
        is_same=row.fitted == medium["reference"],
        shape=better_shape(medium, channel.limits_for(account_facts(account))),
    )


def better_shape(medium: Medium, limits: Limits) -> str:
    """The shape to cut a picture to where the network would get it with edges; else empty."""
    width, height = medium.get("width"), medium.get("height")
    if not width or not height or str(medium["content_type"]).startswith("video/"):
        return ""
    least, most = limits.image_ratio_min, limits.image_ratio_max
    ratio = width / height
    if (least is None or ratio >= least) and (most is None or ratio <= most):
        return ""
    fitting = [
        (abs(ratio - shape), name)
        for name, shape in SHAPES
        if (least is None or shape >= least) and (most is None or shape <= most)
    ]
    return min(fitting)[1] if fitting else ""
