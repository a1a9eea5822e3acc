"""The form that connects a channel: made from what the channel says it needs."""

from __future__ import annotations

from typing import Any

from django import forms

from brands.models import BrandProfile
from publishing.channels.base import Channel, CredentialField


class ConnectForm(forms.Form):
    """One input for each credential, and the brand that will use the account.

    Secrets are never sent back to the page, also not when something else was wrong.
    """

    def __init__(
        self, *args: Any, channel: Channel, brands: list[BrandProfile], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.channel = channel
        for each in channel.credential_fields:
            self.fields[each.name] = _field(each)
        choices = [(str(brand.pk), brand.name) for brand in brands]
        self.fields["brand"] = forms.ChoiceField(
            required=False,
            choices=[*choices, ("", "No brand yet")],
            label="Brand that posts here",
            help_text="It becomes the brand's default here if it has none. Others can join later.",
        )
        self.brands = {str(brand.pk): brand for brand in brands}

    @property
    def has_secrets(self) -> bool:
        return any(each.secret for each in self.channel.credential_fields)

    def credentials(self) -> dict[str, str]:
        return {each.name: self.cleaned_data[each.name] for each in self.channel.credential_fields}

    def brand(self) -> BrandProfile | None:
        return self.brands.get(self.cleaned_data["brand"])


def _field(each: CredentialField) -> forms.CharField:
    attributes = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    widget: forms.Widget = forms.TextInput(attrs=attributes)
    if each.secret:
        # `render_value` is false: what was typed does not come back.
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(
        label=each.label,
        help_text=each.help,
        initial=each.default or None,
        required=each.required,
        max_length=500,
        widget=widget,
    )
