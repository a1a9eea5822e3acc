"""Every channel that Warren can publish to. A new platform is one line here."""

from __future__ import annotations

from config.kernel.hooks import Registry

from .base import Channel
from .bluesky import Bluesky
from .by_hand import ByHand
from .devto import DevTo
from .discord import Discord
from .facebook import Facebook
from .feed import Feed
from .ghost import Ghost
from .google_business import GoogleBusiness
from .hashnode import Hashnode
from .instagram import Instagram
from .instagram_login import InstagramLogin
from .lemmy import Lemmy
from .linkedin import LinkedIn
from .linkedin_page import LinkedInPage
from .mastodon import Mastodon
from .medium import Medium
from .nostr import Nostr
from .pinterest import Pinterest
from .reddit import Reddit
from .slack import Slack
from .telegram import Telegram
from .threads import Threads
from .tiktok import TikTok
from .webhook import Webhook
from .wordpress import WordPress
from .x import X
from .youtube import YouTube

channels: Registry[Channel] = Registry("channels", Channel)

channels.register(Feed.slug, Feed())
channels.register(Bluesky.slug, Bluesky())
channels.register(LinkedIn.slug, LinkedIn())
channels.register(LinkedInPage.slug, LinkedInPage())
channels.register(Facebook.slug, Facebook())
channels.register(Instagram.slug, Instagram())
channels.register(InstagramLogin.slug, InstagramLogin())
channels.register(Threads.slug, Threads())
channels.register(Mastodon.slug, Mastodon())
channels.register(X.slug, X())
channels.register(YouTube.slug, YouTube())
channels.register(TikTok.slug, TikTok())
channels.register(Pinterest.slug, Pinterest())
channels.register(GoogleBusiness.slug, GoogleBusiness())
channels.register(WordPress.slug, WordPress())
channels.register(Ghost.slug, Ghost())
channels.register(DevTo.slug, DevTo())
channels.register(Hashnode.slug, Hashnode())
channels.register(Medium.slug, Medium())
channels.register(Discord.slug, Discord())
channels.register(Webhook.slug, Webhook())
channels.register(ByHand.slug, ByHand())
channels.register(Slack.slug, Slack())
channels.register(Telegram.slug, Telegram())
channels.register(Reddit.slug, Reddit())
channels.register(Nostr.slug, Nostr())
channels.register(Lemmy.slug, Lemmy())


def platform_label(platform: str) -> str:
    """A platform as people call it: what its channel says, or the word itself."""
    channel = channels.get(platform)
    return channel.label if channel else platform
