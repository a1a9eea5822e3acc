"""How often a post repeats: the usual ways with their own fields, and a rule for whoever knows."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from django import forms

from config.kernel.clock import today_in, weekday_of, zone_choices
from config.kernel.errors import Invalid
from publishing.models import Recurrence
from publishing.services.recurrence_rules import DAYS as NAMES
from publishing.services.recurrence_rules import (
    Timing,
    daily,
    monthly_on_day,
    monthly_on_weekday,
    weekly,
    yearly,
)
from publishing.services.recurrences import timing_of

from .schedule import DAYS, InColumns

WAYS = [
    ("weekly", "On days of the week"),
    ("monthly", "On a weekday of the month"),
    ("monthly_day", "On a day of the month"),
    ("yearly", "Once a year"),
    ("daily", "Every few days"),
    ("rule", "By a rule"),
]
NUMBERS = [(1, "First"), (2, "Second"), (3, "Third"), (4, "Fourth"), (-1, "Last")]
MONTH_DAYS = [(number, str(number)) for number in range(1, 32)] + [(-1, "Last day")]
TEN = time(10)
_OF_A_WAY = ("weekdays", "number", "weekday", "month_day", "interval", "rule")


class DayInput(forms.DateInput):
    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        return value.isoformat() if isinstance(value, date) else value


class ClockInput(forms.TimeInput):
    input_type = "time"


class RecurrenceForm(forms.Form):
    way = forms.ChoiceField(
        choices=WAYS,
        initial="weekly",
        label="How often",
        widget=forms.RadioSelect(attrs={"class": "lines"}),
    )
    weekdays = forms.TypedMultipleChoiceField(
        required=False,
        choices=DAYS,
        coerce=int,
        label="Days",
        widget=InColumns(attrs={"class": "grid grid--narrow"}),
    )
    number = forms.TypedChoiceField(
        required=False, choices=NUMBERS, coerce=int, initial=1, label="Which one"
    )
    weekday = forms.TypedChoiceField(
        required=False, choices=DAYS, coerce=int, initial=1, label="Weekday"
    )
    month_day = forms.TypedChoiceField(
        required=False,
        choices=MONTH_DAYS,
        coerce=int,
        initial=1,
        label="Day of the month",
        help_text="A month that is too short is left out; the last day is in every month.",
    )
    interval = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=365,
        initial=1,
        label="Every so many weeks, months or days",
    )
    rule = forms.CharField(
        required=False,
        max_length=300,
        label="Rule",
        help_text="As in calendars (RFC 5545), such as FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1.",
    )
    starts_on = forms.DateField(label="First day", widget=DayInput)
    wall_time = forms.TimeField(label="Time", initial=TEN, widget=ClockInput(format="%H:%M"))
    timezone = forms.ChoiceField(
        choices=zone_choices,
        label="Time zone",
        help_text="It stays this time of the clock when summer time begins and ends.",
    )
    ends_on = forms.DateField(
        required=False, label="Last day", widget=DayInput, help_text="Empty: it goes on."
    )
    most = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1000,
        label="At most so many times",
        help_text="Empty: as often as it comes.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _OF_A_WAY:
            # Asked by one of the ways, and neither optional there nor asked elsewhere.
            fields: dict[str, Any] = self.fields
            fields[name].is_conditional = True

    @classmethod
    def of(cls, recurrence: Recurrence, data: Any = None) -> RecurrenceForm:
        timing = timing_of(recurrence)
        initial = {
            **_as_typed(timing.rule),
            "starts_on": timing.starts_on,
            "wall_time": timing.wall_time,
            "timezone": timing.timezone,
            "ends_on": timing.ends_on,
            "most": timing.most,
        }
        return cls(data, initial=initial)

    @staticmethod
    def first(zone: str) -> dict[str, Any]:
        """What a new one says until somebody says else: weekly from tomorrow on."""
        tomorrow = today_in(zone) + timedelta(days=1)
        return {"starts_on": tomorrow, "timezone": zone, "weekdays": [weekday_of(tomorrow)]}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        way = found.get("way")
        if way == "weekly" and not found.get("weekdays") and "weekdays" not in self.errors:
            self.add_error("weekdays", "Choose at least one day.")
        if way == "rule" and not found.get("rule") and "rule" not in self.errors:
            self.add_error("rule", "Write the rule, or choose one of the other ways.")
        return found

    def timing(self) -> Timing:
        """Of what was typed; which rules are rules the service says."""
        found = self.cleaned_data
        return Timing(
            rule=_rule(found),
            starts_on=found["starts_on"],
            wall_time=found["wall_time"].replace(second=0, microsecond=0),
            timezone=found["timezone"],
            ends_on=found["ends_on"],
            most=found["most"],
        )


def _rule(found: dict[str, Any]) -> str:
    interval = found["interval"] or 1
    match found["way"]:
        case "weekly":
            return weekly(found["weekdays"], interval)
        case "monthly":
            return monthly_on_weekday(found["number"] or 1, _day(found["weekday"]), interval)
        case "monthly_day":
            return monthly_on_day(found["month_day"] or 1, interval)
        case "yearly":
            return yearly(found["starts_on"])
        case "daily":
            return daily(interval)
        case _:
            return str(found["rule"])


def _day(value: Any) -> int:
    return value if isinstance(value, int) else 1


def _as_typed(rule: str) -> dict[str, Any]:
    """The fields that give this rule; what none of the ways gives is shown as the rule itself."""
    parts = dict(each.split("=", 1) for each in rule.split(";"))
    interval = int(parts.get("INTERVAL", "1"))
    for way, fields in _guesses(parts):
        try:
            written = _rule({"interval": interval, "way": way, **fields})
        except (KeyError, ValueError, Invalid):
            continue
        if written == rule:
            fields.pop("starts_on", None)
            return {"way": way, "interval": interval, **fields}
    return {"way": "rule", "rule": rule}


def _guesses(parts: dict[str, str]) -> list[tuple[str, dict[str, Any]]]:
    days, month_day = parts.get("BYDAY", ""), parts.get("BYMONTHDAY", "0")
    found: list[tuple[str, dict[str, Any]]] = [("daily", {})]
    if parts["FREQ"] == "WEEKLY" and days:
        chosen = [NAMES.index(each) for each in days.split(",")]
        found.append(("weekly", {"weekdays": chosen}))
    if days[-2:] in NAMES and days[:-2].lstrip("-").isdigit():
        weekday = NAMES.index(days[-2:])
        found.append(("monthly", {"number": int(days[:-2]), "weekday": weekday}))
    if month_day.lstrip("-").isdigit():
        found.append(("monthly_day", {"month_day": int(month_day)}))
        if parts.get("BYMONTH", "").isdigit() and int(month_day) > 0:
            on = date(2000, int(parts["BYMONTH"]), min(int(month_day), 29))
            found.append(("yearly", {"starts_on": on}))
    return found
