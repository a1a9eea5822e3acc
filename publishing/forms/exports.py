"""Which planned posts go into a file, and what kind of file."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from django import forms

from brands.models import BrandProfile
from config.kernel.clock import resolve, today_in
from publishing.channels.registry import platform_label
from publishing.models import PendingStatus, SocialAccount
from publishing.services.exports import Span

from .recurrence import DayInput

KINDS = [("csv", "CSV, for spreadsheets"), ("json", "JSON"), ("ics", "ICS, for calendars")]


class AccountChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: SocialAccount) -> str:
        return f"{obj.name}, {platform_label(obj.platform)}"


class ExportForm(forms.Form):
    """Days are days of the organization's zone; both ends are included."""

    start = forms.DateField(label="From", widget=DayInput)
    end = forms.DateField(label="Until", widget=DayInput)
    brand: forms.ModelChoiceField = forms.ModelChoiceField(  # type: ignore[type-arg]
        None, required=False, label="Brand", empty_label="Every brand"
    )
    account = AccountChoices(
        None,
        required=False,
        label="Accounts",
        help_text="Choose none for all.",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "lines"}),
    )
    state = forms.MultipleChoiceField(
        choices=PendingStatus.choices,
        required=False,
        label="States",
        help_text="Choose none for all.",
        widget=forms.CheckboxSelectMultiple,
    )
    format = forms.ChoiceField(choices=KINDS, label="File", widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, zone: str) -> None:
        today = today_in(zone)
        initial = {"start": today, "end": today + timedelta(days=30), "format": "csv"}
        super().__init__(data, initial=initial)
        self.zone = zone
        fields: dict[str, Any] = self.fields
        fields["brand"].queryset = BrandProfile.objects.order_by("name")
        fields["account"].queryset = SocialAccount.objects.order_by("name")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        start, end = found.get("start"), found.get("end")
        if start and end and not timedelta() <= end - start < timedelta(days=3 * 366 - 1):
            self.add_error("end", "Choose a day after the first, at most three years later.")
        return found

    def span(self) -> Span:
        found = self.cleaned_data
        after = found["end"] + timedelta(days=1)
        return Span(
            start=resolve(found["start"], time(), self.zone),
            end=resolve(after, time(), self.zone),
            brand_id=found["brand"].pk if found["brand"] else None,
            account_ids=tuple(each.pk for each in found["account"]),
            statuses=tuple(found["state"]),
        )
