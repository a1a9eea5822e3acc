"""The media library as its pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.http import QueryDict

from brands.models import BrandProfile
from config.kernel.pagination import Page, paginate
from content.models import Asset, AssetFolder
from organizations.services.files import stored_bytes

TILES: Final = 24
TAGS_SHOWN: Final = 30
KINDS: Final = (("picture", "Pictures"), ("video", "Videos"))
NONE: Final = "top"
"""Stands for what is in no folder."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person filters by; a value that means nothing is as none."""

    search: str
    folder: str
    brand: str
    kind: str
    tag: str
    is_deleted: bool

    @property
    def is_empty(self) -> bool:
        return not (self.search or self.folder or self.brand or self.kind or self.tag) and (
            not self.is_deleted
        )


@dataclass(frozen=True, slots=True)
class Branch:
    """A folder in the tree: how deep it lies, and how many files are in it (not below)."""

    folder: AssetFolder
    depth: int
    count: int

    @property
    def path(self) -> str:
        return f"{'– ' * self.depth}{self.folder.name}"


@dataclass(frozen=True, slots=True)
class Room:
    """How much of the team's space for files is taken."""

    taken_bytes: int
    most_bytes: int

    @property
    def ratio(self) -> float:
        return min(1.0, self.taken_bytes / self.most_bytes) if self.most_bytes else 1.0

    @property
    def words(self) -> str:
        return f"{size_words(self.taken_bytes)} of {size_words(self.most_bytes)} used"

    @property
    def tone(self) -> str:
        return "bad" if self.ratio >= 0.95 else "warn" if self.ratio >= 0.8 else ""


def chosen_of(query: QueryDict) -> Chosen:
    folder, brand = query.get("folder", ""), query.get("brand", "")
    kind = query.get("kind", "")
    return Chosen(
        search=query.get("q", "").replace("\x00", "").strip()[:200],
        folder=folder if folder == NONE else _id(folder),
        brand=_id(brand),
        kind=kind if kind in dict(KINDS) else "",
        tag=query.get("tag", "").replace("\x00", "").strip()[:40],
        is_deleted=bool(query.get("deleted")),
    )


def assets_page(
    chosen: Chosen, cursor: str | None, *, size: int = TILES, without: Sequence[UUID] = ()
) -> Page[Asset]:
    """Newest first. A search looks at names, descriptions and tags."""
    rows: Any = Asset.objects.exclude(pk__in=without) if without else Asset.objects.all()
    if chosen.is_deleted:
        rows = Asset.with_deleted.filter(deleted_at__isnull=False)
    if chosen.folder == NONE:
        rows = rows.filter(folder=None)
    elif chosen.folder:
        rows = rows.filter(folder_id=chosen.folder)
    if chosen.brand:
        rows = rows.filter(Q(brand_id=chosen.brand) | Q(brand=None))
    if chosen.kind:
        rows = rows.filter(
            content_type__startswith="video/" if chosen.kind == "video" else "image/"
        )
    if chosen.tag:
        rows = rows.filter(tags__contains=[chosen.tag])
    if chosen.search:
        words = chosen.search
        found = Q(name__icontains=words) | Q(alt__icontains=words) | Q(tags__icontains=words)
        rows = rows.filter(found)
    listed = rows.select_related("brand").only(*_LISTED)
    return paginate(listed, order=("-created_at", "-id"), cursor=cursor, size=size)


def folder_tree() -> list[Branch]:
    """Every folder in sight, each under its own, by name; two queries whatever their number."""
    rows = list(AssetFolder.objects.select_related("brand").order_by("name"))
    counted = Asset.objects.exclude(folder=None).values_list("folder").annotate(Count("pk"))
    counts: dict[UUID, int] = dict(counted.order_by())
    known = {row.pk for row in rows}
    below: dict[UUID | None, list[AssetFolder]] = {}
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)

    def branches(parent: UUID | None, depth: int) -> list[Branch]:
        found = []
        for row in below.get(parent, ()):
            found.append(Branch(row, depth, counts.get(row.pk, 0)))
            found += branches(row.pk, depth + 1)
        return found

    return branches(None, 0)


def common_tags() -> list[str]:
    """Tags in use, the most frequent first."""
    rows = Asset.objects.exclude(tags=[]).order_by("-created_at").values_list("tags", flat=True)
    counts: dict[str, int] = {}
    for tags in rows[:1_000]:
        for tag in tags:
            counts[tag] = counts.get(tag, 0) + 1
    return sorted(counts, key=lambda tag: (-counts[tag], tag.casefold()))[:TAGS_SHOWN]


def room() -> Room:
    return Room(stored_bytes(), settings.WARREN_UPLOAD_QUOTA_MB * 1_048_576)


def brand_choices() -> Sequence[BrandProfile]:
    return list(BrandProfile.objects.only("name").order_by("name"))


def size_words(size: int) -> str:
    """Bytes in the unit that people read them in."""
    for unit, step in (("GB", 1024**3), ("MB", 1024**2), ("kB", 1024)):
        if size >= step:
            value = size / step
            return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"
    return f"{size} bytes"


_LISTED: Final = (
    *("name", "alt", "tags", "content_type", "size_bytes", "width", "height", "duration_seconds"),
    *("reference", "thumbnail", "use_count", "created_at", "deleted_at", "folder_id", "focal_x"),
    *("focal_y", "brand__name"),
)


def _id(text: str) -> str:
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        return ""
