from __future__ import annotations

from django import forms

from config.kernel.clock import zone_choices


class TeamForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        label="Name of your team",
        help_text="Your agency or company. Clients see brands, not this name.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    timezone = forms.ChoiceField(
        choices=zone_choices,
        label="Time zone",
        help_text="Times are shown in it unless a brand has its own. Schedules keep theirs.",
    )
