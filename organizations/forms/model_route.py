from __future__ import annotations

from django import forms

from config.kernel.llm.providers import LABELS
from organizations.services.model_routes import RouteValues

PURPOSES = [
    ("", "Everything that has no model of its own"),
    ("analysis", "Reading materials"),
    ("copy", "Writing posts"),
]


class ModelRouteForm(forms.Form):
    purpose = forms.ChoiceField(choices=PURPOSES, required=False, label="Used for")
    provider = forms.ChoiceField(choices=list(LABELS.items()), label="Provider")
    model = forms.CharField(
        max_length=120, label="Model", help_text="Its name as the provider writes it."
    )
    api_key = forms.CharField(
        required=False,
        label="Key",
        help_text="Stored encrypted and never shown again. Empty: the stored one stays.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    base_url = forms.URLField(
        required=False,
        label="Address",
        assume_scheme="https",
        help_text="Only for OpenAI-compatible servers, or to go through a proxy of your own.",
    )
    is_free = forms.BooleanField(
        required=False,
        label="Calls cost nothing",
        help_text="For models on hardware of your own. Otherwise an unknown price is refused.",
    )

    def values(self) -> RouteValues:
        return RouteValues(**self.cleaned_data)
