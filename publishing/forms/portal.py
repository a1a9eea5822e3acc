"""What a client, and who makes links for clients, fills in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from publishing.channels.base import Channel, CredentialField
from publishing.models import PortalLink
from publishing.services.portal import LIFE_DAYS, MOST_DAYS

from .channel import field_of


class NetworkForm(forms.Form):
    """What a network must know before its own page opens, such as which server."""

    def __init__(self, data: Any = None, *, asked: Sequence[CredentialField]) -> None:
        super().__init__(data)
        self.asked = asked
        for each in asked:
            self.fields[each.name] = field_of(each)

    def values(self) -> dict[str, str]:
        return {each.name: self.cleaned_data[each.name] for each in self.asked}


class LinkForm(forms.Form):
    """A new door for a client of one brand."""

    _LIVES: ClassVar = ", ".join(
        f"{PortalLink.Purpose(purpose).label.lower()} {days}" for purpose, days in LIFE_DAYS.items()
    )

    purpose = forms.ChoiceField(
        label="What it opens",
        choices=PortalLink.Purpose.choices,
        widget=forms.RadioSelect,
        initial=PortalLink.Purpose.REVIEW,
    )
    client_name = forms.CharField(
        required=False,
        max_length=120,
        label="The client's name",
        help_text="Stands beside their answers. Left empty, they are asked for it.",
    )
    client_email = forms.EmailField(
        required=False,
        label="E-mail",
        help_text="The link is mailed there. Left empty, you pass it on yourself.",
    )
    message = forms.CharField(
        required=False,
        max_length=2_000,
        label="A word to the client",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        label="Days until it ends",
        help_text=f"Left empty: {_LIVES}.",
    )
    platforms = forms.MultipleChoiceField(
        required=False,
        label="Networks to connect",
        help_text="Only for connecting accounts. None chosen means all.",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, networks: Sequence[Channel], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["platforms"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(each.slug, each.label) for each in networks]
        if not networks:
            del self.fields["platforms"]

    def values(self) -> dict[str, Any]:
        """The arguments of `make_link`."""
        said = {"platforms": [], **self.cleaned_data}
        if said["purpose"] != PortalLink.Purpose.CONNECT:
            said["platforms"] = []
        return said
