"""What a person writes and sets in the inbox."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django import forms

from brands.models import BrandProfile
from publishing.models import InboxSettings, SavedReply
from publishing.services.inbox_level import LONGEST_MINUTES, USUAL_HOURS
from publishing.services.inbox_replies import NAME_MAX, TEXT_MAX

DAYS: Final = (
    *(("1", "Monday"), ("2", "Tuesday"), ("3", "Wednesday"), ("4", "Thursday")),
    *(("5", "Friday"), ("6", "Saturday"), ("0", "Sunday")),
)
UNITS: Final = (("minutes", "minutes"), ("hours", "hours"))


class WriteForm(forms.Form):
    """An answer or a note."""

    text = forms.CharField(
        required=False,
        strip=False,
        label="Your answer",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    suggested = forms.CharField(required=False, widget=forms.HiddenInput)
    to = forms.UUIDField(required=False, widget=forms.HiddenInput)


class LevelForm(forms.Form):
    """A brand's service level and its business hours, as wall times in the brand's zone."""

    minutes = forms.IntegerField(
        label="Answer within (minutes)",
        min_value=0,
        max_value=LONGEST_MINUTES,
        help_text="240 is four hours. 0 sets no level, and nobody is told of late answers.",
    )
    days = forms.MultipleChoiceField(
        label="On",
        choices=DAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="No day at all means around the clock, every day.",
    )
    opens = forms.TimeField(label="From", widget=forms.TimeInput(attrs={"type": "time"}))
    closes = forms.TimeField(label="Until", widget=forms.TimeInput(attrs={"type": "time"}))

    @classmethod
    def of(cls, row: InboxSettings | None, brand: BrandProfile, data: Any = None) -> LevelForm:
        hours = {**USUAL_HOURS, **(row.business_hours if row else {})}
        initial = {
            "minutes": row.answer_within_minutes if row else 0,
            "days": [str(day) for day in hours["days"]],
            "opens": hours["from"],
            "closes": hours["until"],
        }
        form = cls(data, initial=initial)
        zone = brand.timezone.replace("_", " ")
        form.fields["opens"].help_text = f"Wall time in {zone}."
        return form

    def hours(self) -> dict[str, Any]:
        return {
            "days": sorted(int(day) for day in self.cleaned_data["days"]),
            "from": f"{self.cleaned_data['opens']:%H:%M}",
            "until": f"{self.cleaned_data['closes']:%H:%M}",
        }


class ReplyForm(forms.Form):
    name = forms.CharField(label="Name", max_length=NAME_MAX)
    text = forms.CharField(
        max_length=TEXT_MAX,
        label="Text",
        help_text="{{ name }} becomes the name of whoever is answered.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    brand = forms.ChoiceField(label="For", required=False)

    def __init__(self, *args: Any, brands: Collection[BrandProfile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["brand"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Every brand"), *((str(each.pk), each.name) for each in brands)]

    @classmethod
    def of(
        cls, row: SavedReply | None, brands: Collection[BrandProfile], data: Any = None
    ) -> ReplyForm:
        initial = {}
        if row is not None:
            brand = str(row.brand_id) if row.brand_id else ""
            initial = {"name": row.name, "text": row.text, "brand": brand}
        return cls(data, initial=initial, brands=brands)

    def brand_id(self) -> UUID | None:
        chosen = self.cleaned_data["brand"]
        return UUID(chosen) if chosen else None
