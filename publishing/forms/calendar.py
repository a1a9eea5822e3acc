"""Moving posts, events, and what a calendar shows."""

from __future__ import annotations

from typing import Any

from django import forms

from brands.models import BrandProfile
from config.kernel.clock import zone_choices
from publishing.models import CalendarEvent, CalendarSettings

from .schedule import DAYS


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class MoveForm(forms.Form):
    """A wall time in a zone; the zone may be left out where the page says it."""

    day = forms.DateField(label="Day", widget=DayInput)
    time = forms.TimeField(label="Time", widget=TimeInput)
    zone = forms.ChoiceField(
        choices=zone_choices,
        label="Time zone",
        help_text="An hour that the clock skips moves on to the next valid one.",
    )

    def wall(self) -> str:
        return f"{self.cleaned_data['day']:%Y-%m-%d} {self.cleaned_data['time']:%H:%M}"


class BulkForm(forms.Form):
    """What a bar under several chosen posts says: one of three ways, by the button pressed."""

    how = forms.ChoiceField(choices=[("days", "days"), ("day", "day"), ("queue", "queue")])
    days = forms.IntegerField(required=False, min_value=-366, max_value=366)
    weekday = forms.TypedChoiceField(
        required=False, choices=[("", "same"), *DAYS], coerce=int, empty_value=None
    )
    at = forms.TimeField(required=False)
    queue = forms.UUIDField(required=False)


class EventForm(forms.Form):
    name = forms.CharField(max_length=120, label="What happens", help_text="Such as Boat fair.")
    brand: Any = forms.ModelChoiceField(
        queryset=None, required=False, empty_label="Every brand", label="Brand"
    )
    starts_on = forms.DateField(label="First day", widget=DayInput)
    ends_on = forms.DateField(
        required=False,
        label="Last day",
        help_text="Leave it empty for a single day.",
        widget=DayInput,
    )
    note = forms.CharField(
        required=False, max_length=2000, label="Note", widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        brand: Any = self.fields["brand"]
        # Of the organization in scope, which is known only now.
        brand.queryset = BrandProfile.objects.order_by("name")

    @classmethod
    def of(cls, event: CalendarEvent, data: Any = None) -> EventForm:
        names = ("name", "brand", "starts_on", "ends_on", "note")
        return cls(data, initial={name: getattr(event, name) for name in names})

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        first, last = found.get("starts_on"), found.get("ends_on")
        if first and not last:
            found["ends_on"] = first
        elif first and last and last < first:
            self.add_error("ends_on", "The last day is before the first. Correct one of them.")
        return found


class CalendarSettingsForm(forms.Form):
    countries = forms.CharField(
        required=False,
        label="Countries whose holidays are shown",
        help_text="Codes with blanks between: DE, US, or a part of one such as DE-BY or US-CA.",
    )
    week_starts_on = forms.TypedChoiceField(
        choices=[(1, "Monday"), (0, "Sunday"), (6, "Saturday")],
        coerce=int,
        label="A week begins on",
    )

    @classmethod
    def of(cls, settings: CalendarSettings | None, data: Any = None) -> CalendarSettingsForm:
        return cls(
            data,
            initial={
                "countries": " ".join(settings.countries) if settings else "",
                "week_starts_on": settings.week_starts_on if settings else 1,
            },
        )

    def places(self) -> list[str]:
        typed: str = self.cleaned_data["countries"]
        return typed.replace(",", " ").split()
