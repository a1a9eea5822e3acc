"""A post's numbers as its network tells them; what becomes of them is analytics' part."""

from __future__ import annotations

from publishing.channels.base import ChannelError, Gone, Measurement, Measures, Published
from publishing.channels.registry import channels
from publishing.delivery.session import AccountSession
from publishing.models import Post

from .accounts import is_usable


def can_measure(platform: str) -> bool:
    """Whether the platform tells numbers of posts at all."""
    return isinstance(channels.get(platform), Measures)


def measure_post(*, post: Post) -> Measurement | Gone:
    """Ask the network for one post's totals; call it with no transaction open.

    Raises ChannelError when they cannot be had now, after `retry_after` seconds if it says so.
    `post.account` must be at hand, or is read.
    """
    channel: object = channels.get(post.platform)
    if not isinstance(channel, Measures):
        raise ChannelError(
            f"{post.platform} tells no numbers of posts.", permanent=True, code="no_metrics"
        )
    if not is_usable(post.account):
        raise ChannelError(
            f"{post.account.name} is not connected, so its posts cannot be read. Connect it again.",
            reconnect=True,
            code="account_unusable",
        )
    published = Published(remote_id=post.external_id, url=post.external_url)
    return channel.measure(published, AccountSession(post.account))
