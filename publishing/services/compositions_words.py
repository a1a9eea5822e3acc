"""The words of a composition as they come in: which there are, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from config.kernel.errors import Invalid, NotFound
from publishing.channels.text import clean_hashtags
from publishing.models import BrandAccountLink, Composition, SocialAccount, Variant

from .compiling import OVERRIDABLE

WORDS = (
    *OVERRIDABLE,
    "splits_long",
    "when_late",
    "pillar",
    "campaign",
    "signature",
    "template",
    "shortens_links",
    "adds_utm",
    "notes",
    "import_batch",
)
"""What `compose` and `change_composition` take."""


def variants_for(row: Composition, accounts: Iterable[SocialAccount]) -> list[Variant]:
    """A row for each account, made where there is none. Raises Invalid for an account that the
    brand does not use."""
    wanted = list(dict.fromkeys(accounts))
    linked = set(
        BrandAccountLink.objects.filter(
            brand_id=row.brand_id, account__in=wanted, account__deleted_at=None
        ).values_list("account_id", flat=True)
    )
    for each in wanted:
        if each.pk not in linked:
            raise Invalid(
                f"{row.brand.name} does not use {each.name}. Link it under Channels, or choose "
                "another account.",
                field="accounts",
            )
    known = {each.account_id: each for each in row.variants.filter(account__in=wanted)}
    return [
        known.get(each.pk) or Variant.objects.create(composition=row, account=each)
        for each in wanted
    ]


def checked(words: Mapping[str, Any]) -> dict[str, Any]:
    """As rows keep them. Raises Invalid for a link that is none."""
    if strange := set(words) - set(WORDS):
        raise TypeError(f"A composition has no {sorted(strange)}.")
    given = {name: _value(name, value) for name, value in words.items()}
    link = given.get("link", "")
    if link and not link.lower().startswith(("https://", "http://")):
        raise Invalid(
            "A link starts with https:// or http://. Correct it or leave it empty.", field="link"
        )
    return given


def checked_overrides(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The same of what is said else for one account. Raises NotFound for what cannot be."""
    if strange := set(overrides) - set(OVERRIDABLE):
        raise NotFound(f"Nothing of these can be said else for an account: {sorted(strange)}.")
    return checked(overrides)


def _value(name: str, value: Any) -> Any:
    if name == "hashtags":
        return clean_hashtags(value)
    if name == "thread":
        return [part for each in value if (part := each.replace("\r\n", "\n").strip())]
    if name == "media":
        return [dict(each) for each in value]
    if name in ("text", "first_comment"):
        return value.replace("\r\n", "\n").strip()
    return " ".join(value.split()) if name == "title" else _bare(value)


def _bare(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
