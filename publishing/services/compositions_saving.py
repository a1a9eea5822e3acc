"""The whole of a composition at once, as the composer's page sends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from brands.models import BrandProfile
from config.kernel.errors import Conflict, NotFound
from config.kernel.scoping import org_atomic
from organizations.models import User
from organizations.services.audit import record
from publishing.models import Composition, SocialAccount

from .comparing import compare_soon
from .compositions_following import follow, locked_composition, unsent_posts
from .compositions_words import checked, checked_overrides, variants_for


@dataclass(frozen=True, slots=True)
class Said:
    """One account of a composition, what is said else there, and what that was written beside."""

    account: SocialAccount
    overrides: Mapping[str, Any] = field(default_factory=dict)
    beside: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


def save_composition(
    *,
    key: UUID,
    brand: BrandProfile,
    by: User,
    said: Sequence[Said],
    seen: str = "",
    **words: Any,
) -> Composition:
    """Make the draft of this key, or change it: words, accounts and what is said else, together.

    The same twice is one draft. `seen` is the row's `updated_at` in ISO 8601 as the page had it.
    Raises Conflict when somebody changed it since, NotFound for a key that is another's, and
    Invalid, naming the field, as the other services do: nothing is saved then.
    """
    given = checked(words)
    with org_atomic():
        row, is_new = _row(key, brand, by)
        if not is_new and seen and seen != row.updated_at.isoformat():
            raise Conflict(
                "Somebody changed this draft while you wrote. What you wrote stands below and is "
                "not saved; save again to put it in place of theirs.",
                code="changed_meanwhile",
            )
        with follow(row, by=by, relinks=_relinks(row, given)):
            for name, value in given.items():
                setattr(row, name, value)
            row.save(update_fields=[*given, "updated_at"])
            _say(row, said)
        action = "composition.created" if is_new else "composition.changed"
        record(action=action, target=row, by=by)
        compare_soon(row)
    return row


def _row(key: UUID, brand: BrandProfile, by: User) -> tuple[Composition, bool]:
    row = Composition.objects.filter(pk=key, brand=brand).first()
    if row is not None:
        return locked_composition(row), False
    try:
        with transaction.atomic():
            made = Composition(pk=key, brand=brand, author=by)
            made.save(force_insert=True)
    except IntegrityError as error:
        twin = Composition.objects.filter(pk=key, brand=brand).first()
        if twin is None:
            raise NotFound("There is no such draft any more. Begin a new one.") from error
        return locked_composition(twin), False
    return made, True


def _relinks(row: Composition, given: Mapping[str, Any]) -> bool:
    names = ("shortens_links", "adds_utm")
    return any(name in given and given[name] != getattr(row, name) for name in names)


def _say(row: Composition, said: Sequence[Said]) -> None:
    wanted = {each.account.pk: each for each in said}
    for variant in variants_for(row, [each.account for each in said]):
        own = wanted[variant.account_id]
        variant.overrides = checked_overrides(own.overrides)
        variant.overridden_from = {name: own.beside.get(name, "") for name in variant.overrides}
        variant.options = dict(own.options)
        variant.save(update_fields=["overrides", "overridden_from", "options", "updated_at"])
    kept = {*wanted, *(post.account_id for post in unsent_posts(row))}
    row.variants.exclude(account_id__in=kept).delete()
