from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from organizations.models import Membership, Role
from organizations.services.brand_sight import BrandName
from organizations.services.rights import LIMITED_ROLES

ROLES = [
    (Role.VIEWER, "Viewer: reads everything but secrets and billing, changes nothing"),
    (Role.MEMBER, "Member: adds material, writes, approves and schedules"),
    (Role.ADMIN, "Admin: also manages people, channels and keys, for all brands"),
]
SEES = [("all", "All brands, also later ones"), ("some", "Only these brands")]


class StandingForm(forms.Form):
    """What somebody is in the team: a role, and the brands that they see."""

    role = forms.ChoiceField(choices=ROLES, widget=forms.RadioSelect, initial=Role.MEMBER)
    sees = forms.ChoiceField(
        choices=SEES, widget=forms.RadioSelect, initial="all", label="Brands they see"
    )
    brands = forms.TypedMultipleChoiceField(
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="These brands",
        help_text="Counts for viewers and members, if “Only these brands” is chosen.",
    )

    def __init__(self, *args: Any, brands: Sequence[BrandName], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if brands:
            choices: Any = [(str(brand.id), brand.name) for brand in brands]
            self.fields["brands"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["brands"], self.fields["sees"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("sees") == "some":
            if values.get("role") not in LIMITED_ROLES:
                self.add_error("sees", "An admin decides over all brands. Choose another role.")
            elif not values.get("brands"):
                self.add_error("brands", "Choose at least one brand, or let them see all.")
        return values

    @property
    def chosen_brands(self) -> frozenset[UUID] | None:
        """None stands for all."""
        if self.cleaned_data.get("sees") != "some":
            return None
        return frozenset(self.cleaned_data["brands"])


class InvitationForm(StandingForm):
    email = forms.EmailField(
        max_length=320,
        label="E-mail address",
        help_text="They get a link that works once, for a few days.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["email", "role", "sees", "brands"]


class TransferForm(forms.Form):
    member = forms.TypedChoiceField(coerce=UUID, label="New owner")
    confirmation = forms.CharField(
        max_length=120,
        label="Type the team's name to confirm",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, team: str, members: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        choices: Any = [("", "Choose a person")]
        choices += [(str(each.pk), f"{each.user} ({each.user.email})") for each in members]
        self.fields["member"].choices = choices  # type: ignore[attr-defined]
        self.fields["confirmation"].help_text = f"Exactly as it stands here: {team}"

    def clean_confirmation(self) -> str:
        typed: str = self.cleaned_data["confirmation"]
        if " ".join(typed.split()) != " ".join(self.team.split()):
            raise forms.ValidationError(f"That is not the team's name. It is: {self.team}")
        return typed
