from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from brands.models import BrandProfile

from .base import SectionForm
from .fields import ColorField

_PICTURE = {"accept": "image/png,image/jpeg,image/webp"}
_HELP = "PNG, JPEG or WebP. Where and with what it was taken is removed."


class LookForm(SectionForm):
    """Colours and pictures. `logo` and `icon` are files here; the service keeps them."""

    title = "Look"
    slug = "look"
    lead = "For pictures and pages that carry the brand."
    previews = "look"
    kept_in = "colors"
    kept: ClassVar = ("primary", "secondary", "accent", "background", "text")

    logo = forms.FileField(
        required=False, label="Logo", help_text=_HELP, widget=forms.FileInput(attrs=_PICTURE)
    )
    forget_logo = forms.BooleanField(required=False, label="Take the logo away")
    icon = forms.FileField(
        required=False,
        label="Icon",
        help_text="A square, for small places.",
        widget=forms.FileInput(attrs=_PICTURE),
    )
    forget_icon = forms.BooleanField(required=False, label="Take the icon away")
    primary = ColorField(label="Primary colour")
    secondary = ColorField(label="Secondary colour")
    accent = ColorField(label="Accent colour")
    background = ColorField(label="Background")
    text = ColorField(label="Text")
    visual_style = forms.ChoiceField(choices=BrandProfile.VisualStyle.choices, label="Visual style")
    font_preference = forms.ChoiceField(choices=BrandProfile.FontPreference.choices, label="Type")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("logo", "icon"):
            if not (self.brand and getattr(self.brand, name)):
                del self.fields[f"forget_{name}"]

    def read(self, brand: BrandProfile) -> dict[str, Any]:
        return {**super().read(brand), "logo": None, "icon": None}

    def values(self) -> dict[str, Any]:
        """An upload stands for a new picture, "" for none, and no word of it for the old one."""
        values = super().values()
        for name in ("logo", "icon"):
            upload, is_forgotten = values.pop(name), values.pop(f"forget_{name}", False)
            if upload:
                values[name] = upload
            elif is_forgotten:
                values[name] = ""
        return values
