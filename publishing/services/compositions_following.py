"""Posts follow their composition until they leave: what a change alters for one is edited there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from config.kernel.errors import Conflict
from organizations.models import User
from organizations.services.audit import record
from publishing.models import Composition, PendingPost, PendingStatus

from .compiling import OVERRIDABLE, Words, canonical_value, compiled

FOLLOWING = (
    PendingStatus.DRAFT,
    PendingStatus.PENDING,
    PendingStatus.APPROVED,
    PendingStatus.AUTO_APPROVED,
)
"""Expired, failed and rejected posts have left the composition: nobody is asked about them anew."""


def locked_composition(composition: Composition) -> Composition:
    """As it stands, locked: changing, placing and an edit of one of its posts take turns.

    Raises Conflict when it was deleted meanwhile.
    """
    rows = Composition.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("brand", "signature", "template").filter(pk=composition.pk).first()
    if row is None:
        raise Conflict("This draft was deleted meanwhile. Take it back under Drafts, or copy it.")
    return row


def lock_of_post(post: PendingPost) -> None:
    """Lock the composition of a post before the post itself, for an edit that goes back into it."""
    if post.variant_id is not None:
        rows = Composition.with_deleted.select_for_update(no_key=True)
        list(rows.filter(variants=post.variant_id).values_list("pk", flat=True))


def unsent_posts(row: Composition) -> list[PendingPost]:
    """Its posts that have not left, locked in the order of their keys."""
    rows = PendingPost.objects.filter(variant__composition=row, status__in=FOLLOWING)
    rows = rows.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return list(rows.select_related("account", "brand", "variant"))


@contextmanager
def follow(row: Composition, *, by: User | None, relinks: bool = False) -> Iterator[None]:
    """Around a change of a locked composition or of what it says else: edits its posts that come
    out otherwise. `relinks`: whether links are to be made anew.

    Raises Invalid, naming the account, where one would not fit any more.
    """
    posts = unsent_posts(row)
    before = {post.pk: _words(row, post) for post in posts}
    was = (row.when_late, row.pillar, row.campaign)
    yield
    for post in posts:
        _edit(row, post, before, by, relinks=relinks, is_moved=was[0] != row.when_late)
    if posts and was[1:] != (row.pillar, row.campaign):
        rows = PendingPost.objects.filter(pk__in=[post.pk for post in posts])
        rows.update(pillar=row.pillar, campaign=row.campaign)


def _edit(
    row: Composition,
    post: PendingPost,
    before: dict[UUID, Words],
    by: User | None,
    *,
    relinks: bool,
    is_moved: bool,
) -> None:
    # The services of posts stand on this module.
    from .links import wanted_link
    from .pending_posts import edit_post

    earlier, later = before[post.pk].as_post(), _words(row, post).as_post()
    given: dict[str, Any] = {name: value for name, value in later.items() if value != earlier[name]}
    if relinks and later["link"]:
        given["link"] = later["link"]
    if given.get("link"):
        post.link = given["link"]
        given["link"] = wanted_link(post=post, composition=row)
        post.refresh_from_db(fields=["link"])
    if is_moved:
        given["when_late"] = row.when_late
    if given:
        first = {name: given.pop(name, getattr(post, name)) for name in _NEEDED}
        edit_post(post=post, by=by, follows=True, reason="Its draft was changed.", **first, **given)


_NEEDED = ("content", "hashtags", "link")


def _words(row: Composition, post: PendingPost) -> Words:
    variant = row.variants.filter(posts=post).first()
    return compiled(row, post.account, variant)


def override_edit(*, post: PendingPost, given: Mapping[str, Any], by: User | None) -> None:
    """A person's edit of one post, kept as what is said else for its account.

    Where further posts of the same account are on their way, as of a repeated one, the edit is of
    this post alone. Call it with the composition locked, then the post.
    """
    variant = post.variant
    named = {"text" if name == "content" else name for name in given}
    if variant is None or not named & {*OVERRIDABLE, "options"} or _has_siblings(post):
        return
    if named & {"text", "thread"}:
        # Both: the cut that a person made is not made anew.
        named |= {"text", "thread"}
    row = variant.composition
    for name in sorted(named & set(OVERRIDABLE)):
        variant.overrides[name] = getattr(post, "content" if name == "text" else name)
        variant.overridden_from[name] = canonical_value(row, name)
    if "options" in given:
        variant.options = post.options
    variant.save(update_fields=["overrides", "overridden_from", "options", "updated_at"])
    record(
        action="composition.overridden",
        target=row,
        by=by,
        data={"account": str(post.account_id), "fields": sorted(named & set(OVERRIDABLE))},
    )


def _has_siblings(post: PendingPost) -> bool:
    on_their_way = PendingPost.objects.filter(variant=post.variant).exclude(pk=post.pk)
    ended = (PendingStatus.PUBLISHED, PendingStatus.REJECTED)
    return on_their_way.exclude(status__in=ended).exists()
