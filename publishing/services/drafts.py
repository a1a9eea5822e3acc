"""A pending post as its channel sees it: the draft, and what keeps it from going out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from config.kernel.errors import Invalid
from content.models import Material
from publishing.channels.base import Channel, Draft, Limits, Media
from publishing.channels.registry import channels
from publishing.channels.text import measure_text
from publishing.models import PendingPost, SocialAccount

from .networks import account_facts
from .renditions import fitted_media

TITLE_FIELD = 300
"""Characters that a post's row has for a title."""
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])\s|\n")

if TYPE_CHECKING:
    from content.agents.briefs import PlatformRules


def channel_of(platform: str) -> Channel:
    """The channel of a platform. Raises Invalid when this installation has none of that name."""
    channel = channels.get(platform)
    if channel is None:
        raise Invalid(
            f"This installation has no channel “{platform}” any more. Choose another account.",
            field="platform",
        )
    return channel


def draft_of(post: PendingPost) -> Draft:
    """With the files that were made to fit its network, as far as they were."""
    words = draft(
        content=post.content,
        hashtags=post.hashtags,
        link=post.link,
        language=post.brand.language,
        title=post.title,
        thread=post.thread,
        first_comment=post.first_comment,
        options=post.options,
    )
    return replace(words, media=fitted_media(post.media, post.account))


def draft(
    *,
    content: str,
    hashtags: Iterable[str] = (),
    link: str = "",
    media: Iterable[Mapping[str, Any]] = (),
    language: str | None = None,
    title: str = "",
    thread: Iterable[str] = (),
    first_comment: str = "",
    options: Mapping[str, Any] | None = None,
) -> Draft:
    """What a person or the agent wants to say. `media` as rows keep it: reference, content_type,
    alt and, when known, width, height, size_bytes and duration_seconds."""
    return Draft(
        text=content,
        hashtags=tuple(hashtags),
        link=link or None,
        media=tuple(Media(**each) for each in media),
        language=language,
        title=title,
        thread=tuple(thread),
        first_comment=first_comment,
        options=options or {},
    )


def rules_of(account: SocialAccount) -> PlatformRules:
    """What a writer must keep to on an account; counted as the channel counts what it sends."""
    # Writers run in workers; a web process, which imports this module too, stays small.
    from content.agents.briefs import PlatformRules

    channel = channel_of(account.platform)
    limits = channel.limits_for(account_facts(account))
    return PlatformRules(
        slug=channel.slug,
        label=channel.label,
        max_characters=limits.max_characters,
        count=lambda composed: measure_text(composed, limits).used,
        max_bytes=limits.max_bytes,
        hashtags_max=limits.hashtags_max,
    )


def problems_of(wanted: Draft, account: SocialAccount) -> tuple[str, ...]:
    """Sentences that say why a draft cannot go out on an account; empty when it can."""
    return channel_of(account.platform).problems(wanted, account_facts(account))


def misfits(wanted: Draft, account: SocialAccount) -> dict[str, list[str]]:
    """The same sentences by what causes them: title, thread, first_comment, media or content.

    A channel only says what is wrong with the whole; what is no longer wrong once one part is
    harmless came from that part.
    """
    left = list(problems_of(wanted, account))
    found: dict[str, list[str]] = {}
    for name, harmless in _harmless(wanted, account).items() if left else ():
        without = problems_of(replace(wanted, **harmless), account)
        found[name] = [each for each in left if each not in without]
        left = [each for each in left if each in without]
    found["content"] = left
    return {name: sentences for name, sentences in found.items() if sentences}


def _harmless(wanted: Draft, account: SocialAccount) -> dict[str, dict[str, Any]]:
    limits = limits_of(account)
    kind = "image/jpeg" if limits.images_max else "video/mp4"
    media = () if wanted.media else (Media("harmless", kind),)
    return {
        "title": {"title": "x" if limits.title_required else ""},
        "thread": {"thread": ()},
        "first_comment": {"first_comment": ""},
        "media": {"media": media},
    }


def limits_of(account: SocialAccount) -> Limits:
    """What an account's network takes. Raises Invalid where the channel is not installed."""
    return channel_of(account.platform).limits_for(account_facts(account))


def title_for(material: Material, text: str, account: SocialAccount) -> str:
    """A title for a post of the agent where the network needs one: the first that fits of what the
    material is called, its first key point and the text's first sentence. Never a shortened one;
    "" when none fits."""
    limits = limits_of(account)
    if not limits.title_required:
        return ""
    most = TITLE_FIELD if limits.title_max is None else min(limits.title_max, TITLE_FIELD)
    name = " ".join(material.name.removesuffix(PurePath(material.name).suffix).split())
    first = _SENTENCE_END.split(text.strip(), maxsplit=1)[0].strip()
    wanted = [name, *material.key_points[:1], first]
    return next((each for each in wanted if 0 < len(each) <= most), "")


def refuse_misfit(wanted: Draft, account: SocialAccount) -> None:
    """Raise Invalid with every problem of a draft, so that the person mends all at once."""
    if problems := problems_of(wanted, account):
        raise Invalid(" ".join(problems), field="content", code="does_not_fit")
