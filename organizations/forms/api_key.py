from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms

from organizations.services.api_keys import (
    DEFAULT_DAYS,
    LIFETIMES_DAYS,
    MOST_REQUESTS_PER_MINUTE,
)
from organizations.services.api_scopes import PRESETS, scopes
from organizations.services.app_settings import setting

OWN = "own"


def _presets() -> list[tuple[str, str]]:
    usual = [(each.name, f"{each.word}: {each.sentence}") for each in PRESETS.values()]
    return [*usual, (OWN, "Only what is ticked below")]


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        label="Name",
        help_text="The program that will use it, such as your reporting tool.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    preset = forms.ChoiceField(
        choices=_presets,
        initial="read_only",
        label="What it may do",
        widget=forms.RadioSelect,
    )
    scopes = forms.MultipleChoiceField(
        choices=lambda: [
            (each.name, f"{each.sentence.rstrip('.')} ({each.name})") for each in scopes.values()
        ],
        required=False,
        label="Single rights",
        help_text="Count only with the last choice above.",
        # Whole sentences: one a line.
        widget=forms.CheckboxSelectMultiple(attrs={"class": "lines"}),
    )
    days = forms.TypedChoiceField(
        choices=[(days, f"{days} days") for days in LIFETIMES_DAYS],
        coerce=int,
        initial=DEFAULT_DAYS,
        label="Works for",
    )
    requests_per_minute = forms.IntegerField(
        min_value=1,
        max_value=MOST_REQUESTS_PER_MINUTE,
        label="Requests a minute",
        help_text="Beyond them the program is told to wait.",
    )
    allowed_addresses = forms.CharField(
        required=False,
        label="Networks it works from",
        help_text="One a line, such as 203.0.113.7 or 203.0.113.0/24. Empty: from everywhere.",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )

    # Of one opened page: sent again by a reload, it makes no second key.
    once = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["requests_per_minute"].initial = setting("api_requests_per_minute")

    def values(self) -> dict[str, Any]:
        """What `create_api_key` is given."""
        given = dict(self.cleaned_data)
        del given["once"]
        preset = given.pop("preset")
        if preset != OWN:
            given["scopes"] = PRESETS[preset].scopes
        given["allowed_addresses"] = given["allowed_addresses"].splitlines()
        return given
