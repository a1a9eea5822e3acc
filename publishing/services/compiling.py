"""What a person wrote once, as it goes out on one account: the same words give the same post.

What a network has not at all (titles, threads, a first comment) is left out or joined, and a remark
says so. What a network has too little room for is never shortened: it is a problem, with by how
much. Where a person said else for one account, that stands as they wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from publishing.channels.base import Channel, Draft, Limits
from publishing.channels.splitting import split_thread
from publishing.channels.text import SEPARATOR, clean_hashtags, measure_text
from publishing.models import Composition, SocialAccount, Variant

from .drafts import TITLE_FIELD, channel_of, draft, misfits
from .networks import account_facts

OVERRIDABLE = ("text", "hashtags", "link", "media", "title", "thread", "first_comment")
"""What may be said else for one account; keys of `Variant.overrides`."""

_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])\s|\n")


@dataclass(frozen=True, slots=True)
class Words:
    """A composition for one account. `thread` are the parts after the first.

    `problems` keep it from going out, by what causes each: content, title, thread, first_comment or
    media. `remarks` only want to be read. `too_long_by` counts as the network does, 0 if it fits.
    """

    text: str
    hashtags: tuple[str, ...] = ()
    link: str = ""
    media: tuple[Mapping[str, Any], ...] = ()
    title: str = ""
    thread: tuple[str, ...] = ()
    first_comment: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)
    too_long_by: int = 0

    def as_post(self) -> dict[str, Any]:
        """The same as the fields of a post on its way."""
        return {
            "content": self.text,
            "hashtags": list(self.hashtags),
            "link": self.link,
            "media": [dict(each) for each in self.media],
            "title": self.title,
            "thread": list(self.thread),
            "first_comment": self.first_comment,
            "options": dict(self.options),
        }


def canonical_value(composition: Composition, name: str) -> Any:
    """One of OVERRIDABLE as it is kept beside an override: plain JSON."""
    value = getattr(composition, name)
    return list(value) if isinstance(value, list | tuple) else value


def drifted(composition: Composition, variant: Variant) -> tuple[str, ...]:
    """The overridden fields whose text for all was changed after the override was written."""
    return tuple(
        name
        for name in OVERRIDABLE
        if name in variant.overrides
        and variant.overridden_from.get(name) != canonical_value(composition, name)
    )


def compiled(
    composition: Composition, account: SocialAccount, variant: Variant | None = None
) -> Words:
    """The words of a composition for one account: pure, no network, no clock.

    The signature closes the last part, unless this account's text is somebody's own. Hashtags and
    link stay values of their own: where they go is the channel's to say. Raises Invalid where the
    account's channel is not installed.
    """
    overrides: Mapping[str, Any] = variant.overrides if variant else {}
    said = {name: overrides.get(name, getattr(composition, name)) for name in OVERRIDABLE}
    options = dict(variant.options) if variant else {}
    channel = channel_of(account.platform)
    limits = channel.limits_for(account_facts(account))
    remarks: list[str] = []
    hashtags = tuple(clean_hashtags(said["hashtags"]))
    link = str(said["link"]).strip()
    media = tuple(said["media"])
    whole = Draft("", hashtags, link or None)
    parts = _parts(composition, said, overrides, account, limits)
    if len(parts) == 1 and composition.splits_long and "thread" not in overrides:
        parts = _cut(parts[0], channel, limits, whole, has_media=bool(media))
    if len(parts) > 1 and limits.thread_max < 2:
        parts = [SEPARATOR.join(parts)]
        remarks.append(f"{channel.label} has no threads: the parts stand in one post.")
    text, thread = parts[0], tuple(parts[1:])
    title = _title(str(said["title"]), text, limits)
    comment = str(said["first_comment"]).strip()
    if comment and limits.comment_max is None:
        comment = ""
        remarks.append(f"{channel.label} takes no first comment from Warren: it is left out.")
    wanted = draft(
        content=text,
        hashtags=hashtags,
        link=link,
        media=media,
        title=title,
        thread=thread,
        first_comment=comment,
        options=options,
    )
    return Words(
        text=text,
        hashtags=hashtags,
        link=link,
        media=media,
        title=title,
        thread=thread,
        first_comment=comment,
        options=options,
        remarks=tuple(remarks),
        problems=misfits(wanted, account),
        too_long_by=_excess(channel, limits, wanted),
    )


def _parts(
    composition: Composition,
    said: Mapping[str, Any],
    overrides: Mapping[str, Any],
    account: SocialAccount,
    limits: Limits,
) -> list[str]:
    """The first part and those that a person cut, the signature at the end of the last."""
    texts = [_plain(said["text"]), *(_plain(each) for each in said["thread"])]
    parts = [texts[0], *(each for each in texts[1:] if each)]
    is_own = ("thread" if len(parts) > 1 else "text") in overrides
    words = "" if is_own else signature_for(composition, account)
    if words and not parts[-1].endswith(words):
        parts[-1] = SEPARATOR.join(part for part in (parts[-1], words) if part)
    return parts


def signature_for(composition: Composition, account: SocialAccount) -> str:
    """The signature's words where it is meant for the account's network, else ""."""
    signature = composition.signature
    if signature is None or (signature.platforms and account.platform not in signature.platforms):
        return ""
    return _plain(signature.text)


def _cut(
    text: str, channel: Channel, limits: Limits, whole: Draft, *, has_media: bool
) -> list[str]:
    """As a thread at word boundaries, where the network has threads and the text needs one."""
    if limits.thread_max < 2 or not text:
        return [text]

    def composed(part: str) -> str:
        return channel.compose(Draft(part, whole.hashtags, whole.link))

    if not measure_text(composed(text), limits, has_media=has_media).over:
        return [text]
    try:
        return list(split_thread(text, limits, whole=composed, has_media=has_media))
    except ValueError:
        # The hashtags and the link alone fill the first part; the problem of its length says so.
        return [text]


def _title(title: str, text: str, limits: Limits) -> str:
    """As it was written; where the network needs one and nobody wrote any, the first sentence if it
    fits whole. "" where posts have none."""
    title = " ".join(title.split())
    if limits.title_max is None and not limits.title_required:
        return ""
    if title or not limits.title_required:
        return title
    most = TITLE_FIELD if limits.title_max is None else min(limits.title_max, TITLE_FIELD)
    first = " ".join(_SENTENCE_END.split(text.strip(), maxsplit=1)[0].split())
    return first if len(first) <= most else ""


def _excess(channel: Channel, limits: Limits, wanted: Draft) -> int:
    count = measure_text(channel.compose(wanted), limits, has_media=bool(wanted.media))
    return max(0, count.used - count.limit)


def _plain(text: Any) -> str:
    return str(text).replace("\r\n", "\n").replace("\r", "\n").strip()
