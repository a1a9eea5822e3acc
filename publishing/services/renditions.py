"""The files of a post made to fit its network before anything is sent, each once, kept as rows.

A post that is put before a person shows what really goes out: what was changed, or why it cannot.
The original stays; the draft that a channel freezes names the fitted file, its type and its sides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.db import transaction

from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid, NotFound
from config.kernel.scoping import org_atomic
from config.kernel.tasks import hint
from config.kernel.videos import ENDINGS, read_facts
from organizations.services.files import (
    delete_stored,
    read_stored,
    store_copy,
    store_file,
    stored_path,
)
from publishing.channels.base import Channel, ChannelError, Limits, Media, fingerprint
from publishing.channels.registry import channels
from publishing.models import MediaRendition, PendingPost, SocialAccount

from .networks import account_facts

ROUND = 1
"""Counted up when fitting itself changes, so that renditions are made anew."""

PROBLEM_STANDS = timedelta(minutes=10)

Medium = Mapping[str, Any]
"""One medium as rows keep it: reference, content_type, alt and, when known, its sides."""

_PICTURE_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def rules_of(limits: Limits) -> str:
    """One value for everything that decides how a file is fitted, 64 hex digits."""
    held = {
        name: value
        for name, value in limits.as_json().items()
        if name.startswith("image_") or name == "video"
    }
    return fingerprint({"round": ROUND, **held})


def renditions_of(media: Sequence[Medium], account: SocialAccount) -> list[MediaRendition | None]:
    """What was made of each medium for the account's network; None where nothing was yet, and for
    kinds of media that the network does not take at all."""
    limits = _limits(account)
    if not media or limits is None:
        return [None] * len(media)
    references = [each["reference"] for each in media]
    with org_atomic():
        rows = MediaRendition.objects.filter(reference__in=references, rules=rules_of(limits))
        found = {row.reference: row for row in rows}
    return [found.get(reference) for reference in references]


def renditions_of_posts(posts: Sequence[PendingPost]) -> dict[UUID, list[MediaRendition | None]]:
    """As `renditions_of`, for the media of many posts at once, by the posts' ids."""
    rules = {}
    for post in posts:
        limits = _limits(post.account)
        if post.media and limits is not None:
            rules[post.pk] = rules_of(limits)
    references = {each["reference"] for post in posts for each in post.media}
    rows = MediaRendition.objects.filter(reference__in=references, rules__in={*rules.values()})
    found = {(row.reference, row.rules): row for row in rows} if rules else {}
    return {
        post.pk: [found.get((each["reference"], rules.get(post.pk, ""))) for each in post.media]
        for post in posts
    }


def fitted_media(media: Sequence[Medium], account: SocialAccount) -> tuple[Media, ...]:
    """The media as a channel freezes them: the fitted file in place of the original where there is
    one, under the same description."""
    rows = renditions_of(media, account)
    return tuple(_medium(each, row) for each, row in zip(media, rows, strict=True))


def fit_media(*, media: Sequence[Medium], account: SocialAccount, at_once: bool = False) -> bool:
    """Make what is missing; True when nothing is. What could not be made to fit is tried again
    after a while: a program may be there by now that was not.

    With `at_once` a video that would have to be converted is left for the worker, since that takes
    longer than a page may. Reads and writes files, so let no other's row be locked meanwhile.
    """
    limits = _limits(account)
    if not media or limits is None:
        return True
    is_whole = True
    for medium, row in zip(media, renditions_of(media, account), strict=True):
        if row is not None and _may_fit_by_now(row):
            with org_atomic():
                row.delete()
            row = None
        if row is None and _is_taken(medium, limits):
            is_whole &= _fit(medium, limits, at_once)
    return is_whole


def fit_post(*, post_id: UUID) -> None:
    """Make the renditions of a post, in a worker. Again changes nothing."""
    with org_atomic():
        post = PendingPost.objects.select_related("account").filter(pk=post_id).first()
    if post is not None:
        fit_media(media=post.media, account=post.account)


def fit_soon(post: PendingPost) -> None:
    """Have the worker look at the media of a post once it is committed."""
    if not post.media:
        return
    # Tasks stand on this module.
    from publishing.tasks import fit_post_media

    ids = (str(post.organization_id), str(post.pk))
    transaction.on_commit(partial(hint, fit_post_media, *ids))


def refuse_unfit(post: PendingPost) -> None:
    """Raise Invalid when a medium cannot be made to fit, with the reason, and Conflict while one
    is still being made to."""
    limits = _limits(post.account)
    if not post.media or limits is None:
        return
    rows = renditions_of(post.media, post.account)
    for number, (medium, row) in enumerate(zip(post.media, rows, strict=True), start=1):
        if row is None and _is_taken(medium, limits):
            _refuse_gone(medium)
            fit_soon(post)
            raise Conflict(
                f"{_name(medium)} {number} of this post is still being made to fit. That takes a "
                "minute or two; then decide again.",
                code="media_unfinished",
            )
        if row is not None and row.problem:
            raise Invalid(
                f"{_name(medium)} {number}: {row.problem}", field="media", code="media_unfit"
            )


def forget_renditions(reference: str) -> None:
    """Take away what was made of a file that is being erased."""
    with org_atomic():
        rows = MediaRendition.objects.filter(reference=reference)
        for row in rows:
            if row.fitted not in ("", reference):
                delete_stored(row.fitted)
        rows.delete()


def _may_fit_by_now(row: MediaRendition) -> bool:
    return bool(row.problem) and row.updated_at < now() - PROBLEM_STANDS


def _limits(account: SocialAccount) -> Limits | None:
    channel: Channel | None = channels.get(account.platform)
    return channel.limits_for(account_facts(account)) if channel else None


def _is_video(medium: Medium) -> bool:
    return str(medium["content_type"]).startswith("video/")


def _name(medium: Medium) -> str:
    return "Video" if _is_video(medium) else "Picture"


def is_taken(medium: Medium, account: SocialAccount) -> bool:
    """Whether the account's network takes this kind of medium at all."""
    limits = _limits(account)
    return limits is not None and _is_taken(medium, limits)


def _is_taken(medium: Medium, limits: Limits) -> bool:
    if _is_video(medium):
        return bool(limits.videos_max and limits.video)
    return bool(limits.images_max)


def _medium(medium: Medium, row: MediaRendition | None) -> Media:
    if row is None or row.problem:
        return Media(**medium)
    return Media(
        reference=row.fitted,
        content_type=row.content_type,
        alt=medium.get("alt", ""),
        width=row.width,
        height=row.height,
        size_bytes=row.size_bytes,
        duration_seconds=row.duration_seconds,
    )


def _refuse_gone(medium: Medium) -> None:
    try:
        is_there = stored_path(str(medium["reference"])).exists()
    except NotFound:
        is_there = False
    if not is_there:
        raise Invalid(
            f"A {_name(medium).lower()} of this post is no longer there. Add it again, or take it "
            "out.",
            field="media",
            code="media_gone",
        )


def _fit(medium: Medium, limits: Limits, at_once: bool) -> bool:
    """False when it was left for the worker."""
    _refuse_gone(medium)
    reference = str(medium["reference"])
    try:
        if _is_video(medium):
            made = _video(reference, limits, at_once)
        else:
            made = _picture(reference, limits)
    except ChannelError as error:
        made = {"problem": error.message}
    if made is None:
        return False
    _keep(reference, limits, made)
    return True


def _keep(reference: str, limits: Limits, made: dict[str, Any]) -> None:
    """One row for each file and set of rules; who comes second gives its file back."""
    with org_atomic():
        row, is_new = MediaRendition.objects.get_or_create(
            reference=reference, rules=rules_of(limits), defaults=made
        )
    fitted = made.get("fitted", reference)
    if not is_new and fitted not in (reference, row.fitted):
        delete_stored(fitted)


def _picture(reference: str, limits: Limits) -> dict[str, Any]:
    # A web process that never approves a picture need not load what works on them.
    from publishing.channels.media import fit_image

    data = read_stored(reference)
    fitted = fit_image(data, limits)
    is_same = fitted.data == data
    return {
        "fitted": reference if is_same else _store(fitted.data, fitted.content_type),
        "content_type": fitted.content_type,
        "width": fitted.width,
        "height": fitted.height,
        "size_bytes": len(fitted.data),
        "note": fitted.note,
    }


def _store(data: bytes, content_type: str) -> str:
    return store_file(data, ending=_PICTURE_ENDINGS[content_type])


def _video(reference: str, limits: Limits, at_once: bool) -> dict[str, Any] | None:
    from publishing.media.videos import fit_video, is_quickly_told

    assert limits.video is not None
    path = stored_path(reference)
    if at_once and not is_quickly_told(read_facts(path), limits.video):
        return None
    with TemporaryDirectory(prefix="warren-video-") as folder:
        fitted = fit_video(path, limits.video, folder=Path(folder))
        facts = fitted.facts
        is_same = fitted.path == path
        stored = (
            reference if is_same else store_copy(fitted.path, ending=ENDINGS[facts.content_type])
        )
    return {
        "fitted": stored,
        "content_type": facts.content_type,
        "width": facts.width,
        "height": facts.height,
        "duration_seconds": facts.seconds,
        "size_bytes": facts.size_bytes,
        "note": fitted.note,
    }
