from __future__ import annotations

from typing import Any

from django import forms

from organizations.models import WebhookEndpoint
from organizations.services.webhooks import EndpointValues
from organizations.webhooks.catalogue import webhook_events


class EndpointForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="The system that listens, for your team.")
    url = forms.URLField(
        max_length=500,
        label="Address",
        assume_scheme="https",
        help_text="Takes POST requests; https, reachable from the internet.",
    )
    events = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        help_text="Only these are sent.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["events"].choices = [  # type: ignore[attr-defined]
            (name, f"{event.words} ({name})") for name, event in webhook_events.items()
        ]

    def values(self) -> EndpointValues:
        return EndpointValues(**self.cleaned_data)

    @staticmethod
    def initial_of(endpoint: WebhookEndpoint) -> dict[str, Any]:
        return {"name": endpoint.name, "url": endpoint.url, "events": endpoint.events}
