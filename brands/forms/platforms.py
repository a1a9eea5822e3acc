from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from brands.models import BrandProfile
from brands.platforms import platforms

from .base import TONE_CHOICES, SectionForm
from .fields import ManyField


@dataclass(frozen=True)
class PlatformGroup:
    """The fields of one network; open where the brand says something of its own."""

    slug: str
    label: str
    is_open: bool
    fields: list[BoundField]


class PlatformsForm(SectionForm):
    """Per network: whether it is used, hashtags that are always added, and a different tone."""

    title = "Platforms"
    slug = "platforms"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for platform in platforms.values():
            self._add(platform.slug, platform.label)

    def read(self, brand: BrandProfile) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for slug in platforms:
            own = brand.platform_settings.get(slug, {})
            values[f"{slug}-enabled"] = own.get("enabled", True)
            values[f"{slug}-tone"] = own.get("tone_override", [])
            values[f"{slug}-context"] = own.get("custom_context_override", "")
            values[f"{slug}-hashtags"] = " ".join(own.get("hashtags_default", []))
        return values

    def values(self) -> dict[str, Any]:
        before = self.brand.platform_settings if self.brand else {}
        return {"platform_settings": {**before, **{slug: self._own(slug) for slug in platforms}}}

    def groups(self) -> Iterator[PlatformGroup]:
        for platform in platforms.values():
            fields = [self[name] for name in self.fields if name.startswith(f"{platform.slug}-")]
            said = self.initial.get(f"{platform.slug}-context") or any(
                self.initial.get(f"{platform.slug}-{name}") for name in ("tone", "hashtags")
            )
            is_open = bool(said) or any(field.errors for field in fields)
            yield PlatformGroup(platform.slug, platform.label, is_open, fields)

    def _add(self, slug: str, label: str) -> None:
        self.fields[f"{slug}-enabled"] = forms.BooleanField(
            required=False, label=f"Write for {label}"
        )
        self.fields[f"{slug}-tone"] = ManyField(
            required=False,
            choices=TONE_CHOICES,
            label=f"Tone on {label}",
            help_text="Instead of the brand's own. None chosen: the brand's.",
        )
        self.fields[f"{slug}-context"] = forms.CharField(
            required=False,
            label=f"What is different on {label}",
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        self.fields[f"{slug}-hashtags"] = forms.CharField(
            required=False,
            label=f"Hashtags always used on {label}",
            help_text="Separated by spaces.",
        )

    def _own(self, slug: str) -> dict[str, Any]:
        tags = self.cleaned_data[f"{slug}-hashtags"].replace(",", " ").split()
        return {
            "enabled": self.cleaned_data[f"{slug}-enabled"],
            "tone_override": self.cleaned_data[f"{slug}-tone"],
            "custom_context_override": self.cleaned_data[f"{slug}-context"],
            "hashtags_default": [tag.lstrip("#") for tag in tags],
        }
