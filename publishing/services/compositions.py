"""What a person composes: kept as a draft, said else for an account, and placed as posts.

A composition's posts follow it until they leave. Locks are taken in one order: the composition, its
queue, its posts, and then what hangs on those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from brands.models import BrandProfile
from config.kernel.errors import Conflict
from config.kernel.scoping import org_atomic
from organizations.models import User
from organizations.services.audit import record
from publishing.models import (
    BrandAccountLink,
    Composition,
    PendingPost,
    RecurrenceStatus,
    SocialAccount,
    Variant,
)

from .accounts import is_usable
from .compiling import Words, canonical_value, compiled
from .compositions_following import follow, locked_composition, unsent_posts
from .compositions_placing import place_composition
from .compositions_saving import Said, save_composition
from .compositions_words import WORDS, checked, checked_overrides, variants_for

__all__ = [
    "Said",
    "save_composition",
    "accounts_of",
    "choose_accounts",
    "change_composition",
    "compose",
    "copy_composition",
    "delete_composition",
    "keep_override",
    "place_composition",
    "restore_composition",
    "set_variant",
    "usable_accounts",
    "use_canonical",
    "words_for",
]


def compose(
    *,
    brand: BrandProfile,
    by: User | None,
    accounts: Iterable[SocialAccount] = (),
    **words: Any,
) -> Composition:
    """A draft of a brand for some of its accounts; `words` are any of WORDS. Nothing goes out.

    Raises Invalid, naming the field, for a link that is none and for an account of another brand.
    """
    given = checked(words)
    with org_atomic():
        row = Composition.objects.create(brand=brand, author=by, **given)
        variants_for(row, accounts)
        record(action="composition.created", target=row, by=by)
    return row


def change_composition(*, composition: Composition, by: User | None, **words: Any) -> Composition:
    """Change what is given of WORDS. Posts of it that have not left are compiled anew; where that
    changes what readers see, their approvals are void. Without a change nothing happens.

    Raises Invalid when one of those posts would not fit its network any more: nothing is changed
    then.
    """
    given = checked(words)
    with org_atomic():
        row = locked_composition(composition)
        wanted = {name: value for name, value in given.items() if getattr(row, name) != value}
        if not wanted:
            return row
        with follow(row, by=by, relinks=bool(wanted.keys() & {"shortens_links", "adds_utm"})):
            for name, value in wanted.items():
                setattr(row, name, value)
            row.save(update_fields=[*wanted, "updated_at"])
        record(action="composition.changed", target=row, by=by, data={"fields": sorted(wanted)})
    return row


def choose_accounts(
    *, composition: Composition, accounts: Iterable[SocialAccount], by: User | None
) -> list[Variant]:
    """Say for which accounts it is. What was said else for one that is taken out is lost; an
    account with a post that has not left stays.

    Raises Invalid for an account that the brand does not use.
    """
    with org_atomic():
        row = locked_composition(composition)
        before = {each.account_id for each in row.variants.all()}
        chosen = variants_for(row, accounts)
        kept = {each.account_id for each in chosen} | {
            post.account_id for post in unsent_posts(row)
        }
        row.variants.exclude(account_id__in=kept).delete()
        after = {each.account_id for each in row.variants.all()}
        if before != after:
            names = [str(each) for each in sorted(after)]
            record(action="composition.addressed", target=row, by=by, data={"accounts": names})
    return chosen


def set_variant(
    *,
    composition: Composition,
    account: SocialAccount,
    overrides: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
    by: User | None,
) -> Variant:
    """Say for one account all that is said else there; what is not named follows the text for all.

    An override remembers the text for all that it was written beside, until it is changed itself.
    `options` None leaves them. Raises Invalid as `change_composition` does.
    """
    wanted = checked_overrides(overrides)
    with org_atomic():
        row = locked_composition(composition)
        (variant,) = variants_for(row, [account])
        kept = variant.options if options is None else dict(options)
        if variant.overrides == wanted and variant.options == kept:
            return variant
        beside = {
            name: variant.overridden_from[name]
            if name in variant.overrides and variant.overrides[name] == value
            else canonical_value(row, name)
            for name, value in wanted.items()
        }
        _save_variant(row, variant, by, overrides=wanted, overridden_from=beside, options=kept)
        record(
            action="composition.overridden",
            target=row,
            by=by,
            data={"account": str(account.pk), "fields": sorted(wanted)},
        )
    return variant


def use_canonical(*, variant: Variant, field: str, by: User | None) -> Variant:
    """Let an account follow the text for all again in one of OVERRIDABLE."""
    with org_atomic():
        row = locked_composition(variant.composition)
        fresh = row.variants.get(pk=variant.pk)
        if field not in fresh.overrides:
            return fresh
        left = {name: value for name, value in fresh.overrides.items() if name != field}
        beside = {name: value for name, value in fresh.overridden_from.items() if name != field}
        _save_variant(row, fresh, by, overrides=left, overridden_from=beside)
        record(action="composition.adopted", target=row, by=by, data={"field": field})
    return fresh


def keep_override(*, variant: Variant, field: str, by: User | None) -> Variant:
    """Say that an override stands beside the text for all as it is now: no drift any more."""
    with org_atomic():
        row = locked_composition(variant.composition)
        fresh = row.variants.get(pk=variant.pk)
        if field in fresh.overrides:
            beside = {**fresh.overridden_from, field: canonical_value(row, field)}
            _save_variant(row, fresh, by, overridden_from=beside)
            record(action="composition.override_kept", target=row, by=by, data={"field": field})
    return fresh


def copy_composition(*, composition: Composition, by: User | None) -> Composition:
    """The same words and overrides as a draft of its own."""
    with org_atomic():
        words = {
            name: getattr(composition, name) for name in WORDS if name not in ("import_batch",)
        }
        row = Composition.objects.create(brand=composition.brand, author=by, **words)
        for each in composition.variants.select_related("account"):
            if not each.account.is_deleted:
                Variant.objects.create(
                    composition=row,
                    account=each.account,
                    overrides=each.overrides,
                    overridden_from=each.overridden_from,
                    options=each.options,
                )
        record(action="composition.copied", target=row, by=by, data={"from": str(composition.pk)})
    return row


def delete_composition(*, composition: Composition, by: User | None) -> None:
    """Hide a draft; `restore_composition` brings it back for 30 days.

    Raises Conflict while posts of it are on their way or it repeats.
    """
    with org_atomic():
        row = locked_composition(composition)
        if left := len(unsent_posts(row)):
            count = "A post" if left == 1 else f"{left} posts"
            raise Conflict(
                f"{count} of this draft did not leave yet. Reject what is not to go out, then "
                "delete the draft."
            )
        if row.recurrences.exclude(status=RecurrenceStatus.ENDED).exists():
            raise Conflict("This draft repeats. End its repeating first, then delete it.")
        row.soft_delete()
        record(action="composition.deleted", target=row, by=by)


def restore_composition(*, composition: Composition, by: User | None) -> None:
    """Undo of `delete_composition`."""
    with org_atomic():
        composition.restore()
        record(action="composition.restored", target=composition, by=by)


def words_for(composition: Composition, account: SocialAccount) -> Words:
    """The composition for one account as it stands, with what was said else there."""
    return compiled(composition, account, composition.variants.filter(account=account).first())


def accounts_of(composition: Composition) -> list[SocialAccount]:
    """The accounts that it is for, in the order in which they were chosen."""
    variants = composition.variants.select_related("account")
    return [each.account for each in variants if not each.account.is_deleted]


def usable_accounts(brand: BrandProfile) -> list[SocialAccount]:
    """The brand's accounts that can take a post, its default ones first within a network."""
    links = (
        BrandAccountLink.objects.filter(brand=brand, account__deleted_at=None)
        .select_related("account")
        .order_by("platform", "-is_default", "created_at")
    )
    return [link.account for link in links if is_usable(link.account)]


def _save_variant(row: Composition, variant: Variant, by: User | None, **fields: Any) -> None:
    with follow(row, by=by):
        for name, value in fields.items():
            setattr(variant, name, value)
        variant.save(update_fields=[*fields, "updated_at"])
        row.save(update_fields=["updated_at"])


def posts_of(composition: Composition) -> Sequence[PendingPost]:
    """Every post that was made of it, the next to leave first."""
    rows = PendingPost.objects.filter(variant__composition=composition)
    return list(rows.select_related("account").order_by("scheduled_for", "pk"))
