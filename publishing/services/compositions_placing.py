"""A composition becomes posts: at once, at a time of the clock, or at a queue's next free times.

All accounts or none: one that cannot take it stops the whole, with a sentence for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from config.kernel.clock import now, resolve
from config.kernel.errors import Invalid
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from config.kernel.tasks import hint
from content.services.word_checks import check_words
from organizations.models import User
from organizations.services.audit import record
from publishing.channels.registry import channels
from publishing.models import (
    BrandAccountLink,
    Composition,
    EvergreenItem,
    PendingPost,
    PostingQueue,
    Recurrence,
    SocialAccount,
    Variant,
)

from .accounts import is_usable
from .comparing import compare_soon
from .compiling import Words, compiled
from .compositions_following import locked_composition
from .drafts import draft_of, refuse_misfit
from .renditions import fit_media

SECONDS_AHEAD = 30
WALL = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Time:
    """When one post goes out; `wall` and `zone` where it is a time of the clock."""

    moment: datetime
    wall: str = ""
    zone: str = ""


def place_composition(
    *,
    composition: Composition,
    by: User | None,
    when: datetime | None = None,
    wall: str = "",
    zone: str = "",
    queue: PostingQueue | None = None,
    recurrence: Recurrence | None = None,
    evergreen: EvergreenItem | None = None,
    accounts: Sequence[SocialAccount] | None = None,
    submission: UUID | None = None,
) -> list[PendingPost]:
    """Make a post for each account and put it forward: who must approve it is the brand's to say.

    `wall` as "2026-11-23 09:00" in a zone, or `when` as a moment; neither and no queue: at once.
    With a queue each account gets its next free time. `accounts` None: those that it is for. The
    same `submission` twice gives the same posts, so that a double click places once.
    Raises Invalid, whose extra "accounts" has the sentences by account, when one cannot take it;
    Conflict when an account cannot be used or a queue is paused. Nothing is placed then.
    """
    _fit(composition, accounts)
    with org_atomic():
        row = locked_composition(composition)
        if submission and (earlier := _placed(row, submission)):
            return earlier
        chosen = _chosen(row, accounts)
        words = {each.account_id: compiled(row, each.account, each) for each in chosen}
        _refuse_unusable(row, chosen)
        refuse_words(row, [each.account for each in chosen], words)
        made: list[PendingPost] = []
        batch = submission or uuid7()
        for variant in chosen:
            at = _time(variant.account, when, wall, zone, queue)
            post = _post(row, variant, words[variant.account_id], at, by, batch)
            _set(post, queue=queue, recurrence=recurrence, evergreen=evergreen)
            made.append(_forward(row, post, by))
        record(
            action="composition.placed",
            target=row,
            by=by,
            data={"posts": [str(post.pk) for post in made]},
        )
        compare_soon(row)
    return made


def refuse_words(
    row: Composition, accounts: Iterable[SocialAccount], words: Mapping[UUID, Words]
) -> None:
    """Raise Invalid with every sentence that keeps a composition from going out anywhere.

    The field is what causes the first; extra "accounts" has {account id: {cause: sentences}}.
    """
    named = {each.pk: each for each in accounts}
    found: dict[str, Mapping[str, Sequence[str]]] = {}
    for account_id, said in words.items():
        problems = {cause: list(sentences) for cause, sentences in said.problems.items()}
        blockers = check_words(
            brand=row.brand,
            text="\n\n".join([said.text, *said.thread]),
            hashtags=said.hashtags,
            link=said.link,
        ).blockers
        if blockers:
            problems["content"] = [*problems.get("content", []), *blockers]
        if problems:
            found[str(account_id)] = problems
    if not found:
        return
    cause = next(iter(next(iter(found.values()))))
    sentences = [
        f"{named[UUID(key)].name}: {' '.join(each)}"
        for key, problems in found.items()
        for each in problems.values()
    ]
    raise Invalid(
        " ".join(sentences),
        field="text" if cause == "content" else cause,
        code="does_not_fit",
        accounts=found,
    )


def moment_of(wall: str, zone: str) -> datetime:
    """The moment of a time of the clock; one that the clock jumps over moves forward, one that
    comes twice is its first. Raises Invalid for what is no such time."""
    try:
        typed = datetime.strptime(wall.strip(), WALL).replace(tzinfo=UTC)
    except ValueError as error:
        raise Invalid("Choose a day and a time, such as 2026-11-23 09:00.", field="day") from error
    return resolve(typed.date(), typed.time(), zone)


def _fit(composition: Composition, accounts: Sequence[SocialAccount] | None) -> None:
    """Make the media fit before anything is locked; what a worker must convert is left to it."""
    for each in composition.variants.select_related("account"):
        if accounts is None or each.account in accounts:
            media = each.overrides.get("media", composition.media)
            fit_media(media=media, account=each.account, at_once=True)


def _placed(row: Composition, submission: UUID) -> list[PendingPost]:
    rows = PendingPost.objects.filter(variant__composition=row, batch_id=submission)
    return list(rows.order_by("pk"))


def _chosen(row: Composition, accounts: Sequence[SocialAccount] | None) -> list[Variant]:
    if accounts is None:
        found = list(row.variants.select_related("account"))
    else:
        found = [
            Variant.objects.get_or_create(composition=row, account=each)[0] for each in accounts
        ]
    if not found:
        raise Invalid("Choose at least one account to post to.", field="accounts")
    return found


def _refuse_unusable(row: Composition, chosen: Sequence[Variant]) -> None:
    linked = set(
        BrandAccountLink.objects.filter(
            brand_id=row.brand_id, account__in=[each.account_id for each in chosen]
        ).values_list("account_id", flat=True)
    )
    for each in chosen:
        if each.account_id not in linked or not is_usable(each.account):
            channel = channels.get(each.account.platform)
            label = channel.label if channel else each.account.platform
            raise Invalid(
                f"{each.account.name} on {label} cannot be used for {row.brand.name} now. Connect "
                "it again under Channels, or leave it out.",
                field="accounts",
                code="account_unusable",
            )


def _time(
    account: SocialAccount,
    when: datetime | None,
    wall: str,
    zone: str,
    queue: PostingQueue | None,
) -> Time:
    if queue is not None:
        # Queues stand on the ledger, as this does.
        from .queues import next_free_slot

        slot = next_free_slot(queue=queue, account=account, after=when)
        return Time(slot.moment, slot.wall, slot.zone)
    if when is None and not wall:
        return Time(now())
    moment = when or moment_of(wall, zone)
    if moment < now() + timedelta(seconds=SECONDS_AHEAD):
        raise Invalid(
            "That time has passed. Choose one that is still ahead, or publish now.", field="day"
        )
    return Time(moment, wall.strip(), zone if wall else "")


def _post(
    row: Composition, variant: Variant, words: Words, at: Time, by: User | None, batch: UUID
) -> PendingPost:
    return PendingPost.objects.create(
        brand=row.brand,
        account=variant.account,
        platform=variant.account.platform,
        variant=variant,
        author=by,
        batch_id=batch,
        generation_mode=PendingPost.GenerationMode.MANUAL,
        scheduled_for=at.moment,
        wall_time=at.wall,
        zone=at.zone,
        when_late=row.when_late,
        pillar=row.pillar,
        campaign=row.campaign,
        **words.as_post(),
    )


def _set(post: PendingPost, **fields: Any) -> None:
    given = {name: value for name, value in fields.items() if value is not None}
    for name, value in given.items():
        setattr(post, name, value)
    if given:
        post.save(update_fields=[*given, "updated_at"])


def _forward(row: Composition, post: PendingPost, by: User | None) -> PendingPost:
    """With the link as it goes out, so that what is approved is what leaves."""
    # The services of posts stand on this module.
    from .links import wanted_link
    from .reviews import put_forward

    link = wanted_link(post=post, composition=row, by=by)
    if link != post.link:
        _set(post, link=link)
        refuse_misfit(draft_of(post), post.account)
    record(action="post.created", target=post, by=by, data={"platform": post.platform})
    _remember_soon(post)
    return put_forward(post=post, by=by)


def _remember_soon(post: PendingPost) -> None:
    """Have the worker, which has the embedder, place the words among what was said, so that neither
    the agent nor a person repeats them unseen."""
    from publishing.autopilot.tasks import remember_post

    ids = (str(post.organization_id), str(post.pk))
    transaction.on_commit(partial(hint, remember_post, *ids))
