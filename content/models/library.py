from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from config.kernel.models import AliveManager, OrgOwned, SoftDeletes, TenantForeignKey
from config.kernel.scoping import ScopedManager, ScopedQuerySet


class AssetFolder(OrgOwned):
    """A folder of the media library; one of no brand belongs to the whole team."""

    brand_path: ClassVar[str] = "brand"
    shared_without_brand: ClassVar[bool] = True

    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, null=True, blank=True, related_name="+"
    )
    parent = TenantForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children"
    )
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "brand", "parent", "name"],
                name="asset_folder_name",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return self.name


class Asset(SoftDeletes, OrgOwned):
    """A picture or video that posts are made with.

    `focal_x` and `focal_y` say what must stay in sight when it is cut, as ratios from the left and
    the top. A cut is an asset of its own `made_from` the whole one, with `crop` as it was cut:
    {"x", "y", "width", "height"} in ratios of the whole.
    """

    brand_path: ClassVar[str] = "brand"
    shared_without_brand: ClassVar[bool] = True
    # Of no column: set where what was given is in the library already.
    was_there: bool = False

    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, null=True, blank=True, related_name="assets"
    )
    folder = TenantForeignKey(
        "content.AssetFolder", models.SET_NULL, null=True, blank=True, related_name="assets"
    )
    made_from = TenantForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="cuts"
    )
    name = models.CharField(max_length=200)
    reference = models.CharField(max_length=300)
    content_type = models.CharField(max_length=60)
    size_bytes = models.PositiveBigIntegerField(default=0)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration_seconds = models.FloatField(null=True, blank=True)
    alt = models.TextField(blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    focal_x = models.FloatField(
        default=0.5, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    focal_y = models.FloatField(
        default=0.5, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    crop = models.JSONField(default=dict, blank=True)
    checksum = models.CharField(max_length=64)
    # The key of a small picture of it for lists; empty where none could be made.
    thumbnail = models.CharField(max_length=300, blank=True, default="", db_default="")
    use_count = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = AliveManager.from_queryset(ScopedQuerySet)()  # type: ignore[assignment,misc]
    with_deleted = ScopedManager.from_queryset(ScopedQuerySet)()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="asset_recent"),
            models.Index(fields=["organization", "checksum"], name="asset_checksum"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_video(self) -> bool:
        return self.content_type.startswith("video/")

    @property
    def file_name(self) -> str:
        return self.reference.rpartition("/")[2]

    @property
    def shown_name(self) -> str:
        """Of the file to show in lists: a small picture, or else a picture itself; none of some
        videos."""
        shown = self.thumbnail or ("" if self.is_video else self.reference)
        return shown.rpartition("/")[2]

    @property
    def facts(self) -> str:
        """Sides and length, for people."""
        sides = f"{self.width} × {self.height}" if self.width and self.height else ""
        seconds = f"{self.duration_seconds:.0f} s" if self.duration_seconds else ""
        return ", ".join(filter(None, (sides, seconds)))


class Upload(OrgOwned):
    """A file on its way in, piece by piece; taken up again where it stopped (tus 1.0).

    `offset` bytes stand in the file behind `key` so far. It becomes an asset when all are there.
    """

    brand_path: ClassVar[str] = "brand"
    shared_without_brand: ClassVar[bool] = True

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, null=True, blank=True, related_name="+"
    )
    folder = TenantForeignKey(
        "content.AssetFolder", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=200)
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    key = models.CharField(max_length=300)
    asset = TenantForeignKey(
        "content.Asset", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    problem = models.TextField(blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["expires_at"], name="upload_expiry", condition=Q(asset__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.name


class LinkPreview(OrgOwned):
    """What a page says of itself to those who link to it; kept for a day."""

    url = models.CharField(max_length=2000)
    url_hash = models.CharField(max_length=64)
    title = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    site_name = models.CharField(max_length=120, blank=True)
    picture = models.CharField(max_length=300, blank=True)
    problem = models.TextField(blank=True)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "url_hash"], name="link_preview_unique")
        ]

    def __str__(self) -> str:
        return self.title or self.url

    @property
    def file_name(self) -> str:
        return self.picture.rpartition("/")[2]


class Signature(OrgOwned):
    """Words that close a post: whose it is, where to find us."""

    brand_path: ClassVar[str] = "brand"
    shared_without_brand: ClassVar[bool] = True

    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=80)
    text = models.TextField()
    platforms = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="signature_name"),
            models.UniqueConstraint(
                fields=["organization", "brand"],
                condition=Q(is_default=True),
                nulls_distinct=False,
                name="signature_one_default",
            ),
        ]

    def __str__(self) -> str:
        return self.name
