from __future__ import annotations

from typing import Any

from django import forms

from organizations.services.provider_secrets import outside_services


class SecretForm(forms.Form):
    service = forms.ChoiceField(
        choices=lambda: [(each.name, each.label) for each in outside_services.values()],
        label="Service",
    )
    api_key = forms.CharField(
        label="Key",
        max_length=4_000,
        help_text="Stored encrypted and never shown again.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    address = forms.URLField(
        required=False,
        label="Address",
        assume_scheme="https",
        help_text="Only for OpenAI-compatible servers, or for a proxy of your own.",
    )

    def values(self) -> dict[str, Any]:
        """What `save_secret` is given."""
        given = dict(self.cleaned_data)
        return {
            "family": given["service"],
            "value": given["api_key"],
            "address": given["address"],
        }
