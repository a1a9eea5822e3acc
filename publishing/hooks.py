"""What publishing tells the layers below it: its networks, accounts and texts."""

from __future__ import annotations

from billing.services.upward import brands_of, counts
from brands.platforms import Platform, platforms
from config.backup import after_restore
from config.kernel.checks import doctor_checks
from config.kernel.halting import halting
from content.models import ContentEmbedding
from content.services.frames import frames_of
from content.services.upward import (
    asset_renditions,
    file_ends,
    file_mentions,
    file_users,
    texts_of,
)
from organizations.notices.kinds import register_kinds
from organizations.privacy.marks import Keep
from organizations.privacy.retention import Rule, rules

from . import (
    audit_words,  # noqa: F401
    notices,
    notices_inbox,
    notices_reviews,
    privacy,  # noqa: F401
    webhook_events,  # noqa: F401
)
from .channels.base import Channel
from .channels.registry import channels
from .channels.text import measure_text
from .delivery.restored import hold_what_was_due
from .media.program import frames, video_findings
from .selectors.connections import account_findings
from .selectors.media import mentions_of_file, names_file
from .selectors.paid import brands_of_deliveries
from .services.accounts import count_accounts
from .services.asset_renditions import renditions_for_page
from .services.inbox_sweep import forget_conversations
from .services.loose_files import remove_loose_files
from .services.networks import declare_apps
from .services.remembered import texts_of_pending_posts, texts_of_posts
from .services.renditions import forget_renditions
from .services.stops import Brake


def _platform(channel: Channel) -> Platform:
    limits = channel.limits
    return Platform(
        channel.slug,
        channel.label,
        limits.max_characters,
        limits.hashtags_max,
        lambda composed: measure_text(composed, limits).used,
    )


for channel in channels.values():
    platforms.register(channel.slug, _platform(channel))

texts_of.register(ContentEmbedding.ContentType.PENDING_POST, texts_of_pending_posts)
texts_of.register(ContentEmbedding.ContentType.POST, texts_of_posts)
file_users.register("publishing", names_file)
file_mentions.register("publishing", mentions_of_file)
asset_renditions.fill(renditions_for_page)
rules.register("ended conversations", Rule(Keep.CONVERSATIONS, forget_conversations))
rules.register("files that nothing names", Rule(Keep.DELETED, remove_loose_files))
file_ends.register("publishing", forget_renditions)
frames_of.fill(frames)
doctor_checks.register("accounts", account_findings)
doctor_checks.register("videos", video_findings)
register_kinds(notices.KINDS)
register_kinds(notices_reviews.KINDS)
register_kinds(notices_inbox.KINDS)
declare_apps()
halting.fill(Brake())
after_restore.register("publishing", hold_what_was_due)
counts.register("accounts", count_accounts)
brands_of.register("publishing.delivery", brands_of_deliveries)
