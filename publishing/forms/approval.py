"""What a person may change of a post before it goes out, one form a verb."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from config.kernel.clock import resolve, to_zone
from publishing.models import PendingPost


class RejectForm(forms.Form):
    reason = forms.CharField(
        label="Why not this one?",
        max_length=500,
        help_text="Kept with the post. A rejected post is final and its credit is spent.",
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
    )


class ChangesForm(forms.Form):
    comment = forms.CharField(
        label="What should change?",
        max_length=2_000,
        help_text=(
            "Goes to whoever made the post. What was signed so far is void, and it starts at its "
            "first step again."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
    )


class RegenerateForm(forms.Form):
    instruction = forms.CharField(
        required=False,
        label="What should be different?",
        max_length=1000,
        help_text=(
            "Such as: shorter, begin with the price, name the workshop. Leave it empty for three "
            "new texts from other angles."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
    )


class TimeForm(forms.Form):
    """A wall time in the brand's zone, which the label names."""

    scheduled_for = forms.DateTimeField(
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "autofocus": True}
        ),
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["scheduled_for"].label = f"Time in {zone.replace('_', ' ')}"

    @classmethod
    def of(cls, post: PendingPost, data: Any = None) -> TimeForm:
        zone = post.brand.timezone
        wall = to_zone(post.scheduled_for, zone).replace(tzinfo=None, second=0, microsecond=0)
        return cls(data, zone=zone, initial={"scheduled_for": wall})

    def clean_scheduled_for(self) -> datetime:
        # Django reads it in its own zone; only the wall time counts.
        wall: datetime = self.cleaned_data["scheduled_for"]
        return resolve(wall.date(), wall.time(), self.zone)
