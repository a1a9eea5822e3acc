from __future__ import annotations

from typing import Any

from django import forms

from brands.models import BrandProfile
from brands.platforms import platforms
from config.kernel.brands import brands_in_sight
from content.skills.structure import Structure
from content.skills.vocabulary import PART_LABELS, PARTS

_NOTES_HELP = "For your team alone. It is never shared and never told to the writer."


class StructureForm(forms.Form):
    """The eight parts of a structure, each a choice among known words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part, words in PARTS.items():
            self.fields[part] = forms.ChoiceField(
                label=PART_LABELS[part], choices=[(key, word.label) for key, word in words.items()]
            )
        self.fields["notes"] = forms.CharField(
            label="Why", required=False, max_length=300, help_text=_NOTES_HELP
        )

    @property
    def structure(self) -> Structure:
        return Structure(**{part: self.cleaned_data[part] for part in PARTS})


class NewSkillForm(StructureForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["platform"] = forms.ChoiceField(
            label="Platform",
            required=False,
            choices=[
                ("", "Every platform"),
                *((one.slug, one.label) for one in platforms.values()),
            ],
        )
        is_restricted = brands_in_sight() is not None
        self.fields["brand"] = forms.ModelChoiceField(
            label="Brand",
            queryset=BrandProfile.objects.order_by("name"),
            required=is_restricted,
            empty_label=None if is_restricted else "Every brand",
        )
        self.order_fields(["platform", "brand", *PARTS, "notes"])
