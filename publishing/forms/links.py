from __future__ import annotations

from typing import Any

from django import forms

from brands.platforms import platforms
from config.kernel.errors import Invalid
from publishing.models import LinkSettings
from publishing.services.links import URL_CHARACTERS, web_address
from publishing.services.links_parameters import NAMES, PLACEHOLDERS

_COLUMNS = ("shortens", "adds_utm", *(f"utm_{name}" for name in NAMES))


class LinkSettingsForm(forms.Form):
    """What a brand does with the links of its posts."""

    shortens = forms.BooleanField(
        required=False,
        label="Shorten links",
        help_text="Clicks are counted, also where the network says none. A post may say otherwise.",
    )
    adds_utm = forms.BooleanField(
        required=False,
        label="Say where visitors came from",
        help_text="Adds UTM parameters, which web analytics read. What an address has, it keeps.",
    )
    utm_source = forms.CharField(max_length=80, label="Source (utm_source)")
    utm_medium = forms.CharField(max_length=80, label="Medium (utm_medium)")
    utm_campaign = forms.CharField(max_length=80, required=False, label="Campaign (utm_campaign)")
    utm_content = forms.CharField(max_length=80, required=False, label="Content (utm_content)")

    def __init__(self, *args: Any, row: LinkSettings, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(row, name) for name in _COLUMNS}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for name in NAMES:
            _refuse_strange(self, f"utm_{name}", said.get(f"utm_{name}", ""))
        return said


class NewLinkForm(forms.Form):
    """A short link for somewhere else than a post: a flyer, a bio, a newsletter."""

    url = forms.CharField(
        max_length=URL_CHARACTERS,
        label="Address",
        widget=forms.URLInput(attrs={"placeholder": "https://example.org/page"}),
    )
    platform = forms.ChoiceField(required=False, label="For")
    campaign = forms.CharField(required=False, max_length=80, label="Campaign")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["platform"]
        choices.choices = [
            ("", "No network"),
            *((each.slug, each.label) for each in platforms.values()),
        ]

    def clean_url(self) -> str:
        try:
            return web_address(self.cleaned_data["url"])
        except Invalid as error:
            raise forms.ValidationError(error.message) from None


def _refuse_strange(form: forms.Form, field: str, value: str) -> None:
    """A placeholder that is mistyped would stand in every address as it is."""
    rest = value
    for name in PLACEHOLDERS:
        rest = rest.replace(f"{{{name}}}", "")
    if "{" in rest or "}" in rest:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        form.add_error(field, f"Only these stand in braces: {known}.")
