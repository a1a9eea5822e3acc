"""When the agent writes: presets, wall times, days and how it chooses."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms

from brands.models import BrandProfile
from config.kernel.clock import zone_choices
from publishing.channels.registry import channels
from publishing.models import CatchUp, MaterialStrategy, Schedule
from publishing.selectors.schedules import CATCH_UP_WORDS, STRATEGY_WORDS
from publishing.services.schedules import PRESETS, ScheduleValues

FREQUENCIES = [
    (Schedule.Frequency.ONCE_A_DAY, "Once a day, on weekdays at 10:00"),
    (Schedule.Frequency.TWICE_A_DAY, "Twice a day, on weekdays at 09:00 and 17:00"),
    (Schedule.Frequency.THRICE_A_DAY, "Three times a day, on weekdays at 08:00, 12:00 and 18:00"),
    (Schedule.Frequency.WEEKLY, "Once a week, on Mondays at 10:00"),
    (Schedule.Frequency.CUSTOM, "Only at the times and on the days given here"),
]
# A week as people read it; stored with 0 for Sunday.
DAYS = [
    (1, "Monday"),
    (2, "Tuesday"),
    (3, "Wednesday"),
    (4, "Thursday"),
    (5, "Friday"),
    (6, "Saturday"),
    (0, "Sunday"),
]
APPROVALS = [
    ("brand", "As the brand says"),
    ("yes", "Let the signed policy decide"),
    ("no", "Every post waits for a person"),
]
ANSWERS = {True: "yes", False: "no", None: "brand"}


class InColumns(forms.CheckboxSelectMultiple):
    """Its class lays out the group; the boxes themselves have none."""

    option_inherits_attrs = False


class TimesField(forms.CharField):
    """Wall times, typed with blanks or commas between; which ones are times the service says."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return " ".join(
                f"{each:%H:%M}" if isinstance(each, time) else str(each) for each in value
            )
        return value

    def clean(self, value: Any) -> Any:
        return super().clean(value).replace(",", " ").split()


class TimingForm(forms.Form):
    """When: also used alone, to show the next runs before anything is saved."""

    frequency = forms.ChoiceField(
        choices=FREQUENCIES,
        initial=Schedule.Frequency.ONCE_A_DAY,
        label="How often",
        widget=forms.RadioSelect,
    )
    times = TimesField(
        required=False,
        label="Other times",
        help_text="Such as 09:00 14:30. Leave it empty for the times above.",
    )
    days_of_week = forms.TypedMultipleChoiceField(
        required=False,
        choices=DAYS,
        coerce=int,
        label="Other days",
        help_text="Choose none for the days above.",
        widget=InColumns(attrs={"class": "grid grid--narrow"}),
    )
    timezone = forms.ChoiceField(
        choices=zone_choices,
        label="Time zone",
        help_text="An hour that the clock skips moves on to the next valid one.",
    )


class ScheduleForm(TimingForm):
    name = forms.CharField(max_length=120, label="Name", help_text="Such as Weekdays at ten.")
    platforms = forms.MultipleChoiceField(label="Channels", widget=forms.CheckboxSelectMultiple)
    material_strategy = forms.ChoiceField(
        choices=list(STRATEGY_WORDS.items()),
        initial=MaterialStrategy.ROUND_ROBIN,
        label="Which material comes next",
        widget=forms.RadioSelect,
    )
    approval = forms.ChoiceField(choices=APPROVALS, initial="brand", label="Approval")
    exploration_percent = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=100,
        label="Share of posts that try a less proven angle, in percent",
        help_text="Leave it empty for the brand's own share.",
    )
    is_unique_per_platform = forms.BooleanField(
        required=False, label="Use other material for each channel"
    )
    catch_up = forms.ChoiceField(
        choices=list(CATCH_UP_WORDS.items()),
        initial=CatchUp.ONCE,
        label="Runs that were missed while Warren was off",
    )

    field_order = (
        *("name", "platforms", "frequency", "times", "days_of_week", "timezone"),
        *("material_strategy", "approval", "exploration_percent"),
        *("is_unique_per_platform", "catch_up"),
    )

    def __init__(self, *args: Any, brand: BrandProfile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        platforms: Any = self.fields["platforms"]
        platforms.choices = [(slug, channel.label) for slug, channel in channels.items()]
        self.fields["exploration_percent"].widget.attrs["placeholder"] = round(
            brand.exploration_ratio * 100
        )

    @classmethod
    def of(cls, schedule: Schedule, data: Any = None) -> ScheduleForm:
        ratio = schedule.exploration_ratio
        preset = PRESETS.get(schedule.frequency)
        is_preset = preset is not None and (
            list(preset.times) == schedule.times and list(preset.days) == schedule.days_of_week
        )
        names = ("name", "platforms", "frequency", "timezone", "material_strategy", "catch_up")
        initial = {
            **{name: getattr(schedule, name) for name in names},
            "times": [] if is_preset else schedule.times,
            "days_of_week": [] if is_preset else schedule.days_of_week,
            "is_unique_per_platform": schedule.is_unique_per_platform,
            "approval": ANSWERS[schedule.auto_approve],
            "exploration_percent": None if ratio is None else round(ratio * 100),
        }
        return cls(data, brand=schedule.brand, initial=initial)

    def values(self) -> ScheduleValues:
        found = dict(self.cleaned_data)
        percent = found.pop("exploration_percent")
        answer = found.pop("approval")
        return ScheduleValues(
            **found,
            auto_approve={"yes": True, "no": False}.get(answer),
            exploration_ratio=None if percent is None else percent / 100,
        )
