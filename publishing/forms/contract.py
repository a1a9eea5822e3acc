"""What a policy says, and the name under it."""

from __future__ import annotations

from datetime import time
from typing import Any, Final
from uuid import UUID

from django import forms

from config.kernel.clock import resolve, to_zone, zone_choices
from publishing.autopilot.policy.facts import SUPERLATIVE
from publishing.models import PolicyContract
from publishing.selectors.contracts import accounts_of

from .schedule import DAYS, InColumns

LAST_MINUTE: Final = time(23, 59)
"""Of the last day on which a policy holds, where its hours are counted too."""


class WordsField(forms.CharField):
    """Words or short phrases with commas or lines between."""

    widget = forms.Textarea(attrs={"rows": 2})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        parts = super().clean(value).replace("\n", ",").split(",")
        words = [" ".join(part.split()) for part in parts]
        found = list(dict.fromkeys(word for word in words if word))
        if any(len(word) > 80 for word in found):
            raise forms.ValidationError("Keep each topic to 80 characters.")
        return found[:50]


class ContractForm(forms.Form):
    topics = WordsField(
        label="Topics", required=False, help_text="Commas between. Empty: any topic."
    )
    topics_excluded = WordsField(label="Never about", required=False)
    superlatives = forms.BooleanField(
        label="Superlatives and comparisons may go out when a source has them", required=False
    )
    days = forms.TypedMultipleChoiceField(
        label="Days", choices=DAYS, coerce=int, required=False, widget=InColumns
    )
    opens = forms.TimeField(
        label="From", required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    until = forms.TimeField(
        label="Until",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text="Empty: at any time that a schedule names. Outside of it posts are moved.",
    )
    timezone = forms.ChoiceField(label="Time zone", choices=zone_choices)
    posts_per_day = forms.IntegerField(label="Posts a day, at most", min_value=1, max_value=100)
    credits_per_day = forms.IntegerField(
        label="Credits a day, at most", min_value=1, required=False, help_text="Empty: no limit."
    )
    first_posts_reviewed = forms.IntegerField(
        label="First posts of a channel that a person looks at", min_value=0, max_value=500
    )
    accounts = forms.TypedMultipleChoiceField(
        label="Channels",
        coerce=UUID,
        required=False,
        widget=InColumns,
        help_text="None chosen: every channel of the brand.",
    )
    ends_on = forms.DateField(
        label="Ends after",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: it holds until it is withdrawn.",
    )

    def __init__(self, *args: Any, contract: PolicyContract, **kwargs: Any) -> None:
        hours = contract.hours or {}
        ends = contract.ends_at
        kwargs.setdefault(
            "initial",
            {
                "topics": contract.topics,
                "topics_excluded": contract.topics_excluded,
                "superlatives": SUPERLATIVE in contract.claims,
                "days": hours.get("days") or [day for day, _ in DAYS],
                "opens": hours.get("from") or "",
                "until": hours.get("until") or "",
                "timezone": contract.timezone,
                "posts_per_day": contract.posts_per_day,
                "credits_per_day": contract.credits_per_day,
                "first_posts_reviewed": contract.first_posts_reviewed,
                "accounts": [str(each) for each in contract.account_ids],
                "ends_on": to_zone(ends, contract.timezone).date() if ends else None,
            },
        )
        super().__init__(*args, **kwargs)
        choices = [(str(each.pk), str(each.name)) for each in accounts_of(contract.brand)]
        self.fields["accounts"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            words = (
                "No channel is connected to the brand yet. The policy holds for each that will be."
            )
            self.fields["accounts"].help_text = words

    def words(self) -> dict[str, Any]:
        """As `change_draft` takes them."""
        given = self.cleaned_data
        ends = given["ends_on"]
        return {
            "topics": given["topics"],
            "topics_excluded": given["topics_excluded"],
            "claims": [SUPERLATIVE] if given["superlatives"] else [],
            "hours": self._hours(),
            "timezone": given["timezone"],
            "posts_per_day": given["posts_per_day"],
            "credits_per_day": given["credits_per_day"],
            "first_posts_reviewed": given["first_posts_reviewed"],
            "account_ids": given["accounts"],
            "ends_at": resolve(ends, LAST_MINUTE, given["timezone"]) if ends else None,
        }

    def _hours(self) -> dict[str, Any]:
        given = self.cleaned_data
        found: dict[str, Any] = {}
        if given["days"] and len(given["days"]) < len(DAYS):
            found["days"] = sorted(given["days"])
        for name, field in (("from", "opens"), ("until", "until")):
            if given[field]:
                found[name] = f"{given[field]:%H:%M}"
        return found


class SignForm(forms.Form):
    name = forms.CharField(
        label="Your name",
        max_length=120,
        help_text="Typed as you would sign a letter.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(label="Why", max_length=300, required=False)
