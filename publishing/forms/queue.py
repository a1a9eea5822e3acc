"""Queues and their slots as people fill them in."""

from __future__ import annotations

from typing import Any

from django import forms

from brands.models import BrandProfile
from config.kernel.clock import zone_choices
from publishing.models import PostingQueue
from publishing.services.queue_slots import SLOT_PRESETS

from .calendar import TimeInput
from .schedule import DAYS, InColumns

PRESETS = [*SLOT_PRESETS.items()]


class QueueForm(forms.Form):
    name = forms.CharField(max_length=80, label="Name", help_text="Such as Evenings or Offers.")
    timezone = forms.ChoiceField(
        choices=zone_choices,
        label="Time zone",
        help_text="Its slots are times of the clock there, also when the clock is changed.",
    )


class NewQueueForm(QueueForm):
    preset = forms.ChoiceField(
        choices=[*PRESETS, ("", "None yet: I add slots myself")],
        required=False,
        initial="2_per_day",
        label="Slots to begin with",
        widget=forms.RadioSelect,
    )

    @classmethod
    def of(cls, brand: BrandProfile, data: Any = None) -> NewQueueForm:
        return cls(data, initial={"timezone": brand.timezone, "preset": "2_per_day"})


class EditQueueForm(QueueForm):
    is_default = forms.BooleanField(
        required=False, label="Posts of this brand go into this queue unless another is chosen"
    )
    fills_from_pool = forms.BooleanField(
        required=False,
        label="Fill empty slots from the evergreen pool",
        help_text="A day ahead, with posts whose rest is over.",
    )

    @classmethod
    def of(cls, queue: PostingQueue, data: Any = None) -> EditQueueForm:
        names = ("name", "timezone", "is_default", "fills_from_pool")
        return cls(data, initial={name: getattr(queue, name) for name in names})


class SlotForm(forms.Form):
    time = forms.TimeField(label="Time", widget=TimeInput)
    weekdays = forms.TypedMultipleChoiceField(
        choices=DAYS,
        coerce=int,
        label="Days",
        error_messages={"required": "Choose at least one day."},
        widget=InColumns(attrs={"class": "cluster"}),
    )
    account = forms.ChoiceField(required=False, label="Channel")

    def __init__(self, *args: Any, accounts: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account: Any = self.fields["account"]
        account.choices = [("", "All channels"), *((str(a.pk), str(a.name)) for a in accounts)]


class PresetForm(forms.Form):
    preset = forms.ChoiceField(choices=PRESETS, label="Preset")
