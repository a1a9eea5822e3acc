"""How posts are made: hashtags, the call to action, and what a text must reach to go out alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from brands.models import BrandProfile
from config.kernel.brands import over_all_brands
from config.kernel.scoping import org_atomic
from content.models import HashtagSet, PostConfiguration
from organizations.models import User
from organizations.services.audit import record

from .named_rows import change_named, create_named, delete_named, note_use


@dataclass(frozen=True, slots=True)
class Configured:
    """Plain values. `hashtags_max` is the configuration's own limit for the platform, None where it
    sets none; the network's limit holds beside it. `voice_minimum` is a ratio from 0 to 1.
    `name` is empty where no configuration was found and these are the defaults."""

    adds_hashtags: bool = True
    hashtags: tuple[str, ...] = ()
    hashtags_max: int | None = None
    adds_call: bool = True
    call_to_action: str = ""
    voice_minimum: float = 0.80
    requires_guards: bool = True
    name: str = ""
    configuration_id: UUID | None = None


def configuration_for(
    *, brand_id: UUID | None, platform: str, name: str | None = None
) -> Configured:
    """The configuration that counts for a post of a brand on a platform.

    The one called `name` if it is named and fits, else the brand's default, else the team's, else
    what we think sensible. One that lists platforms counts on those only.
    Source: specification 2b, post_configurations.
    """
    with org_atomic(), over_all_brands("a post's configuration may be the team's"):
        rows = PostConfiguration.objects.filter(Q(brand_id=brand_id) | Q(brand_id=None))
        rows = rows.filter(Q(platforms=[]) | Q(platforms__contains=[platform]))
        wanted = Q(is_default=True) | Q(name__iexact=name) if name else Q(is_default=True)
        found = list(rows.filter(wanted).select_related("hashtag_set"))
    best = min(found, key=lambda row: _nearness(row, name), default=None)
    return _configured(best, platform) if best else Configured()


def create_configuration(*, values: Mapping[str, Any], by: User) -> PostConfiguration:
    """Raises Invalid, naming the field. A new default takes the place of the one before."""
    with org_atomic():
        _make_room(values, None, by)
        return create_named(PostConfiguration, values, action="post_configuration.created", by=by)


def edit_configuration(
    *, configuration: PostConfiguration, values: Mapping[str, Any], by: User
) -> PostConfiguration:
    with org_atomic():
        _make_room(values, configuration, by)
        return change_named(configuration, values, action="post_configuration.changed", by=by)


def delete_configuration(*, configuration: PostConfiguration, by: User) -> None:
    delete_named(configuration, action="post_configuration.deleted", by=by)


def note_configuration_use(configured: Configured) -> None:
    """Count that a post was made with it, and with its hashtags."""
    if configured.configuration_id is None:
        return
    note_use(PostConfiguration, configured.configuration_id)
    if configured.hashtags:
        with over_all_brands("a post's hashtags may be the team's"):
            row = PostConfiguration.objects.filter(pk=configured.configuration_id).first()
        if row is not None and row.hashtag_set_id:
            note_use(HashtagSet, row.hashtag_set_id)


def _nearness(row: PostConfiguration, name: str | None) -> tuple[bool, bool]:
    is_named = bool(name) and row.name.casefold() == str(name).casefold()
    return not is_named, row.brand_id is None


def _configured(row: PostConfiguration, platform: str) -> Configured:
    tags = row.hashtag_set
    fits = tags is not None and (not tags.platforms or platform in tags.platforms)
    return Configured(
        adds_hashtags=row.adds_hashtags,
        hashtags=tuple(tags.tags) if tags is not None and fits and row.adds_hashtags else (),
        hashtags_max=row.hashtags_max.get(platform),
        adds_call=row.adds_call,
        call_to_action=row.call_to_action if row.adds_call else "",
        voice_minimum=row.voice_minimum,
        requires_guards=row.requires_guards,
        name=row.name,
        configuration_id=row.pk,
    )


def _make_room(values: Mapping[str, Any], row: PostConfiguration | None, by: User) -> None:
    """At most one default of a brand, and one of the team: the last one that was said."""
    is_default = values.get("is_default", row.is_default if row else False)
    if not is_default:
        return
    brand: BrandProfile | None = values.get("brand", row and row.brand)
    others = PostConfiguration.objects.select_for_update().filter(brand=brand, is_default=True)
    for other in others.exclude(pk=row.pk) if row else others:
        other.is_default = False
        other.save(update_fields=["is_default", "updated_at"])
        record(
            action="post_configuration.changed",
            target=other,
            by=by,
            before={"is_default": True},
            after={"is_default": False},
        )
