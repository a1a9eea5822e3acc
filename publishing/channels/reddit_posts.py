"""What is submitted to Reddit, by the form that a post takes, and which post came of it.

Forms are "self" (text), "link", "image" (one picture), "gallery" (2 to 20) and "video".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from .base import AccountFacts, Draft, Kind, Payload, option
from .readback import plain
from .reddit_lookups import bare_subreddit
from .rest import dig

CAPTION_MAX = 180
PROCESSED_WITHIN = {
    "image": timedelta(minutes=10),
    "gallery": timedelta(minutes=10),
    "video": timedelta(hours=1),
}
"""After this, pictures or a video that nobody can see have failed."""
AT_WORK = {"image": "the picture", "gallery": "the pictures", "video": "the video"}
FIRST_LOOK_SECONDS = {"image": 5.0, "gallery": 5.0, "video": 30.0}
"""Each later look waits as long as has been waited so far."""
_NAME = re.compile(r"[A-Za-z0-9_-]{2,40}\Z")
_IN_ADDRESS = re.compile(r"/(?:comments|gallery)/([0-9a-z]+)")


def form_of(draft: Draft, *, is_link: bool) -> str:
    if any(each.is_video for each in draft.media):
        return "video"
    if draft.media:
        return "image" if len(draft.media) == 1 else "gallery"
    return "link" if is_link else "self"


def own_problems(draft: Draft, account: AccountFacts | None, label: str) -> tuple[str, ...]:
    """Why a draft is no post here, beside what its limits say."""
    typed = option(draft, account, "subreddit")
    if typed and not _NAME.match(bare_subreddit(typed)):
        return (f"“{typed}” is no subreddit: write its name, for example boats.",)
    if option(draft, account, "kind") == "link" and draft.kind is Kind.POST:
        if draft.media:
            return (f"A {label} post is a link or shows media, not both: choose one.",)
        if not draft.link:
            return (f"A link post on {label} needs a link: add one, or choose Text.",)
    return _caption_problems(draft, label)


def _caption_problems(draft: Draft, label: str) -> tuple[str, ...]:
    """A gallery shows descriptions as captions; one picture alone shows none."""
    if len(draft.media) < 2:
        return ()
    return tuple(
        f"The description of picture {number} has {len(each.alt)} characters and {label} takes "
        f"{CAPTION_MAX} in a gallery: shorten it."
        for number, each in enumerate(draft.media, start=1)
        if len(each.alt) > CAPTION_MAX
    )


def submission(
    payload: Payload, files: Sequence[Mapping[str, str]]
) -> tuple[str, Mapping[str, Any]]:
    """(path, body) of the request that makes the post; `files` are stored already."""
    if payload["form"] == "gallery":
        return "/api/submit_gallery_post.json", {"json": _gallery(payload, files)}
    form = {
        "api_type": "json",
        "kind": payload["form"],
        "sr": payload["subreddit"],
        "title": payload["title"],
        "text": payload["text"],
        "resubmit": "true",
        "sendreplies": "true",
        "nsfw": "true" if payload["nsfw"] else "false",
    }
    if payload["form"] == "link":
        form["url"] = payload["link"]
    elif files:
        form["url"] = files[0]["address"]
    if payload["form"] == "video":
        form["video_poster_url"] = files[1]["address"]
    if payload["flair_id"]:
        form["flair_id"] = payload["flair_id"]
    return "/api/submit", {"data": form}


def _gallery(payload: Payload, files: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    pairs = zip(payload["media"], files, strict=True)
    body = {
        "api_type": "json",
        "sr": payload["subreddit"],
        "title": payload["title"],
        "text": payload["text"],
        "items": [
            {"media_id": stored["asset"], "caption": item["alt"], "outbound_url": ""}
            for item, stored in pairs
        ],
        "sendreplies": True,
        "nsfw": payload["nsfw"],
        "show_error_list": True,
        "validate_on_submit": True,
    }
    return {**body, "flair_id": payload["flair_id"]} if payload["flair_id"] else body


def made_name(data: Any) -> str | None:
    """The fullname of the post that an answer tells of, as a name, an id or an address; None where
    it tells none, as for what is made later."""
    told = dig(data, "name") or dig(data, "id")
    if not told and (found := _IN_ADDRESS.search(str(dig(data, "url") or ""))):
        told = found.group(1)
    if not isinstance(told, str) or not told:
        return None
    return told if told.startswith("t3_") else f"t3_{told}"


def is_our_post(thing: Any, payload: Payload, author: str) -> bool:
    """Author, title, subreddit and form, and the words where the platform shows them."""
    if str(dig(thing, "author") or author).casefold() != author.casefold():
        return False
    if dig(thing, "title") != payload["title"] or not _has_form(thing, payload):
        return False
    if str(dig(thing, "subreddit") or "").casefold() != payload["subreddit"].casefold():
        return False
    shown = str(dig(thing, "selftext") or "")
    # Some subreddits drop the words beside a picture.
    dropped = payload["form"] in AT_WORK and not shown
    return dropped or plain(shown) == plain(payload["text"])


def _has_form(thing: Any, payload: Payload) -> bool:
    form, address = payload["form"], str(dig(thing, "url") or "")
    is_gallery = bool(dig(thing, "is_gallery"))
    if form == "gallery":
        items = dig(thing, "gallery_data", "items")
        # Without data where moderators took it away.
        is_whole = not isinstance(items, list) or len(items) == len(payload["media"])
        return is_gallery and is_whole
    if form == "video":
        is_hosted = dig(thing, "post_hint") == "hosted:video" or "//v.redd.it/" in address
        return bool(dig(thing, "is_video")) or is_hosted
    if form == "link":
        return plain(address) == plain(payload["link"])
    # A moving picture may be shown as a video.
    return not is_gallery and (form == "image" or not dig(thing, "is_video"))
