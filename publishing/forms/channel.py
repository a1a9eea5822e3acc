"""The forms that connect a channel: made from what the channel says it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from brands.models import BrandProfile
from publishing.channels.base import Connection, CredentialField, secret_names


class CredentialsForm(forms.Form):
    """One input for each of the fields.

    Secrets are never sent back to the page, also not when something else was wrong.
    """

    def __init__(self, *args: Any, asked: Sequence[CredentialField], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for each in asked:
            self.fields[each.name] = field_of(each)

    @property
    def has_secrets(self) -> bool:
        return any(each.secret for each in self.asked)

    @property
    def secret_names(self) -> str:
        """For a heading."""
        return secret_names(self.asked)

    def credentials(self) -> dict[str, str]:
        return {each.name: self.cleaned_data[each.name] for each in self.asked}


class ConnectForm(CredentialsForm):
    """What a channel asks, and the brand that will use the account."""

    def __init__(self, *args: Any, brands: list[BrandProfile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(brand.pk), brand.name) for brand in brands]
        self.fields["brand"] = forms.ChoiceField(
            required=False,
            choices=[*choices, ("", "No brand yet")],
            label="Brand that posts here",
            help_text="It becomes the brand's default here if it has none. Others can join later.",
        )
        self.brands = {str(brand.pk): brand for brand in brands}

    def brand(self) -> BrandProfile | None:
        return self.brands.get(self.cleaned_data["brand"])


class ChooseForm(forms.Form):
    """Which of the accounts that a network offers are to be connected."""

    accounts = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label="Accounts",
        error_messages={"required": "Choose at least one account, or cancel."},
    )

    def __init__(self, *args: Any, offered: Sequence[Connection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["accounts"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(each.remote_id, _named(each)) for each in offered]


class OptionsForm(forms.Form):
    """What posts of one account say by default, as the channel lists it."""

    def __init__(
        self,
        data: Any = None,
        *,
        asked: Sequence[CredentialField],
        chosen: Mapping[str, Any],
    ) -> None:
        initial = {each.name: chosen.get(each.name, each.default) for each in asked}
        super().__init__(data, initial=initial)
        self.asked = asked
        for each in asked:
            self.fields[each.name] = field_of(each, required=False)

    def values(self) -> dict[str, str]:
        return {each.name: self.cleaned_data[each.name] for each in self.asked}


def field_of(each: CredentialField, *, required: bool | None = None) -> forms.Field:
    """The input of one field: a choice, a secret that does not come back, or a line of text."""
    is_required = each.required if required is None else required
    if each.choices:
        return forms.ChoiceField(
            label=each.label,
            help_text=each.help,
            initial=each.default or None,
            required=is_required,
            choices=each.choices,
        )
    attributes = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    widget: forms.Widget = forms.TextInput(attrs=attributes)
    if each.secret:
        # `render_value` is false: what was typed does not come back.
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(
        label=each.label,
        help_text=each.help,
        initial=each.make or each.default or None,
        required=is_required,
        max_length=500,
        widget=widget,
    )


def _named(each: Connection) -> str:
    return f"{each.name} (@{each.handle})" if each.handle else each.name
