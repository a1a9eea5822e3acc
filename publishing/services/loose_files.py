"""Files that nothing names: uploaded in the editor and never saved, taken out of a post again, or
made to fit a network for a file that is gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import models

from brands.models import BrandProfile
from content.models import Asset, Candidate, LinkPreview, Material
from organizations.models import WhiteLabel
from organizations.services.regions import media_roots
from publishing.models import (
    Composition,
    FeedEntry,
    MediaRendition,
    PendingPost,
    Post,
    PostVersion,
    Variant,
)

# Columns that name a file by its key.
KEYS: Final[dict[type[models.Model], tuple[str, ...]]] = {
    Material: ("file_key",),
    Asset: ("reference", "thumbnail"),
    LinkPreview: ("picture",),
    BrandProfile: ("logo", "icon"),
    WhiteLabel: ("logo",),
}
# Columns that hold media as posts keep them.
MEDIA: Final[dict[type[models.Model], str]] = {
    PendingPost: "media",
    Post: "media",
    Candidate: "media",
    Composition: "media",
    Variant: "overrides__media",
    PostVersion: "words__media",
}


def remove_loose_files(before: datetime) -> int:
    """Delete files of every organization that are older than that and that no row names; returns
    how many. Runs as the operator; a file is looked for in every kind of row that can name one."""
    removed = 0
    for folder in _folders():
        old = {path.name: path for path in _older(folder, before)}
        if old:
            loose = set(old) - _named(UUID(folder.name))
            _forget(UUID(folder.name), loose)
            for name in loose:
                old[name].unlink(missing_ok=True)
            removed += len(loose)
    return removed


def _folders() -> Iterator[Path]:
    for root in media_roots():
        for folder in sorted(root.glob("*-*-*-*-*")) if root.is_dir() else ():
            if folder.is_dir() and _is_organization(folder.name):
                yield folder


def _is_organization(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _older(folder: Path, before: datetime) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_mtime < before.timestamp():
            yield path


def _rows(model: type[models.Model], organization_id: UUID) -> Any:
    """Every row, deleted ones too: those can come back."""
    return model._base_manager.using("operator").filter(organization_id=organization_id)


def _named(organization_id: UUID) -> set[str]:
    """Names of files that some row still needs."""
    keys: set[str] = set()
    for model, columns in KEYS.items():
        for pictures in _rows(model, organization_id).values_list(*columns):
            keys |= set(pictures)
    for model, column in MEDIA.items():
        shown = _rows(model, organization_id).exclude(**{column: []})
        for media in shown.values_list(column, flat=True):
            keys |= {str(each.get("reference", "")) for each in media or ()}
    names = {_name(key) for key in keys}
    fitted = _rows(MediaRendition, organization_id).values_list("reference", "fitted")
    names |= {_name(made) for given, made in fitted if given in keys}
    entries = _rows(FeedEntry, organization_id).exclude(media=[]).values_list("media", flat=True)
    return names | {str(each.get("name", "")) for media in entries for each in media}


def _name(key: str) -> str:
    return key.rpartition("/")[2]


def _forget(organization_id: UUID, names: Iterable[str]) -> None:
    keys = [f"{organization_id}/{name}" for name in names]
    gone = models.Q(reference__in=keys) | models.Q(fitted__in=keys)
    _rows(MediaRendition, organization_id).filter(gone).delete()
