from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from brands.models import BrandProfile

TONES = [
    "witty",
    "confident",
    "friendly",
    "professional",
    "casual",
    "inspirational",
    "educational",
    "playful",
]
TONE_CHOICES = [(tone, tone.capitalize()) for tone in TONES]
AMOUNTS = [("none", "None"), ("minimal", "Few"), ("moderate", "Some"), ("heavy", "Many")]


class SectionForm(forms.Form):
    """A part of a brand; field names are those of the row, unless a subclass says otherwise.

    `previews` names the template part that shows the effect of a change, where there is one.
    `kept_in` is the row's JSON column that holds the fields named in `kept`, beside others.
    """

    title: ClassVar[str]
    slug: ClassVar[str]
    lead: ClassVar[str] = ""
    previews: ClassVar[str] = "sample"
    kept_in: ClassVar[str] = ""
    kept: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, brand: BrandProfile | None = None, **kwargs: Any) -> None:
        if brand is not None:
            kwargs.setdefault("initial", self.read(brand))
        super().__init__(*args, **kwargs)
        self.brand = brand

    def read(self, brand: BrandProfile) -> dict[str, Any]:
        own = {name: getattr(brand, name) for name in self.base_fields if hasattr(brand, name)}
        inner = {**self._inner_defaults(), **(getattr(brand, self.kept_in) if self.kept_in else {})}
        return {**own, **{name: inner.get(name) for name in self.kept}}

    def values(self) -> dict[str, Any]:
        """Columns of the row and what stands in them after the change."""
        values = dict(self.cleaned_data)
        if self.kept_in:
            before = getattr(self.brand, self.kept_in) if self.brand else {}
            changed = {name: values.pop(name) for name in self.kept}
            values[self.kept_in] = {**self._inner_defaults(), **before, **changed}
        return values

    def _inner_defaults(self) -> dict[str, Any]:
        if not self.kept_in:
            return {}
        default: Any = BrandProfile._meta.get_field(self.kept_in).get_default()  # type: ignore[union-attr]
        return dict(default)
