"""What a client, and who makes links for clients, fills in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from publishing.channels.base import Channel
from publishing.models import PortalLink
from publishing.services.portal import LIFE_DAYS, MOST_DAYS

from .channel import CredentialsForm


class NetworkForm(CredentialsForm):
    """What a network asks of a client: all of it, or only what it must know before its own page
    opens, such as which server. And the client's name, where the link does not say it."""

    _NAME: ClassVar = "client_name"

    def __init__(self, *args: Any, agency: str, link: PortalLink, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # Clients know the agency, and need not know what it works with.
            field.help_text = field.help_text.replace("Warren", agency)
        if not link.client_name:
            self.fields[self._NAME] = forms.CharField(
                label="Your name",
                max_length=120,
                help_text=f"So that {agency} knows who connected it.",
                widget=forms.TextInput(attrs={"autocomplete": "name"}),
            )
        self.known_name = link.client_name

    @property
    def client_name(self) -> str:
        return self.known_name or " ".join(self.cleaned_data[self._NAME].split())


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
    mailed = forms.ChoiceField(
        required=False,
        label="Mail the report",
        choices=PortalLink.Mailed.choices,
        help_text="By itself, at 08:00 where the brand is. Only for a link to the report.",
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
        said["mailed"] = said["mailed"] or PortalLink.Mailed.NEVER
        if said["purpose"] != PortalLink.Purpose.CONNECT:
            said["platforms"] = []
        return said


class MailingForm(forms.Form):
    """How often the report behind a link is mailed, and to whom."""

    mailed = forms.ChoiceField(label="Mail the report", choices=PortalLink.Mailed.choices)
    client_email = forms.EmailField(required=False, label="E-mail")

    def __init__(self, data: Any = None, *, link: PortalLink) -> None:
        said = {"mailed": link.mailed, "client_email": link.client_email}
        # One form a link on the same page.
        super().__init__(data, initial=said, auto_id=f"id_{link.pk.hex}_%s")
