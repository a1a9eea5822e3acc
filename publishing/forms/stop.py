"""Pulling the brake: what, and why."""

from __future__ import annotations

from typing import Any

from django import forms

from organizations.models import Role
from publishing.models import Stop
from publishing.selectors.stops import choices_to_stop
from publishing.services.stops import may_stop

LEVELS = [
    (Stop.Level.ACCOUNT, "One channel"),
    (Stop.Level.BRAND, "A brand, on all its channels"),
    (Stop.Level.PLATFORM, "A whole network"),
    (Stop.Level.ORGANIZATION, "The whole team"),
]


class StopForm(forms.Form):
    """One choice of what: its value names the level and the row, so that nothing can disagree."""

    what = forms.ChoiceField(
        label="What stands still",
        help_text="From the next second nothing leaves there: no post, no part of one, no answer.",
    )
    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="Everybody in the team reads it on every page.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, role: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = choices_to_stop()
        groups: list[tuple[str, list[tuple[str, str]]]] = []
        for level, label in LEVELS:
            if not may_stop(role, level):
                continue
            if level is Stop.Level.ORGANIZATION:
                groups.insert(0, (label, [(f"{level}:", "Everything of the team")]))
            elif found[level]:
                groups.append((label, [(f"{level}:{key}", name) for key, name in found[level]]))
        self.fields["what"].choices = [("", "Choose …"), *groups]  # type: ignore[attr-defined]

    @property
    def level(self) -> str:
        return str(self.cleaned_data["what"]).partition(":")[0]

    @property
    def key(self) -> str:
        return str(self.cleaned_data["what"]).partition(":")[2]


class ReleaseForm(forms.Form):
    note = forms.CharField(label="What was done about it", max_length=300, required=False)
