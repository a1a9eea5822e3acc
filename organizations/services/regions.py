"""Where an organization's files lie and which model providers may read its texts.

`WARREN_REGIONS` says it for each region: `eu-west.media=/srv/eu,eu-west.providers=mistral+google`.
A region that says nothing uses the installation's media folder and every provider. An organization
keeps the region that it was founded in, so a process asks for it once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from config.kernel.scoping import org_atomic
from organizations.models import Organization


@dataclass(frozen=True, slots=True)
class Region:
    """`providers` None: all. `media_root` may be a bucket that is mounted there."""

    name: str
    media_root: Path
    providers: frozenset[str] | None = None

    def allows(self, provider: str) -> bool:
        return self.providers is None or provider in self.providers


def region_named(name: str) -> Region:
    said = dict(settings.WARREN_REGIONS)
    media = said.get(f"{name}.media") or settings.WARREN_MEDIA_ROOT
    providers = said.get(f"{name}.providers")
    allowed = None if providers is None else frozenset(_words(providers))
    return Region(name, Path(media), allowed)


def region_of(organization_id: UUID) -> Region:
    """The region of one organization, whether or not it is in scope."""
    return region_named(_name_of(organization_id))


def media_root_for(organization_id: UUID) -> Path:
    """The folder under which all files of one organization lie."""
    if not any(key.endswith(".media") for key in settings.WARREN_REGIONS):
        return Path(settings.WARREN_MEDIA_ROOT)
    return region_of(organization_id).media_root


def media_folders() -> dict[str, Path]:
    """Region -> its folder, and the installation's own under "media"; each folder once."""
    folders = {"media": Path(settings.WARREN_MEDIA_ROOT)}
    for key, value in dict(settings.WARREN_REGIONS).items():
        if key.endswith(".media") and Path(value) not in folders.values():
            folders[key] = Path(value)
    return folders


def media_roots() -> list[Path]:
    """Every folder that files may lie under, for who must find all of them."""
    return list(media_folders().values())


class RegionPolicy:
    """What the model gateway asks before a text leaves for a provider."""

    def refusal(self, organization_id: UUID, provider: str) -> str:
        if not any(key.endswith(".providers") for key in settings.WARREN_REGIONS):
            return ""
        region = region_of(organization_id)
        return "" if region.allows(provider) else refused(region, provider)


def refused(region: Region, provider: str) -> str:
    allowed = ", ".join(sorted(region.providers or ()))
    return (
        f"The texts of a team in the region {region.name} may not go to {provider}, so nothing was "
        f"sent. {f'Allowed there: {allowed}.' if allowed else 'No provider is allowed there.'} "
        "Choose another model under Language models, or ask who runs this installation."
    )


def forget_regions() -> None:
    _name_of.cache_clear()


@lru_cache(maxsize=4096)
def _name_of(organization_id: UUID) -> str:
    with org_atomic(organization_id):
        return str(Organization.with_deleted.values_list("region", flat=True).get())


def _words(text: str) -> Iterable[str]:
    return (word.strip() for word in text.split("+") if word.strip())
