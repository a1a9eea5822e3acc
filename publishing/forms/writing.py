"""Writing by hand: from what, for where, and with which instruction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from content.models import Material
from publishing.models import SocialAccount


class WritingForm(forms.Form):
    material = forms.ChoiceField(label="Write from")
    platforms = forms.MultipleChoiceField(
        label="For",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one channel."},
    )
    instruction = forms.CharField(
        required=False,
        max_length=1000,
        label="Anything to bear in mind?",
        help_text="Such as: for regular customers, mention Saturday.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        materials: Sequence[Material],
        accounts: Sequence[tuple[SocialAccount, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["material"].choices = [(str(each.pk), each.name) for each in materials]
        fields["platforms"].choices = [
            (account.platform, f"{label}: {account.name}") for account, label in accounts
        ]

    def chosen_material(self) -> Material:
        """Whole, with its text: the list of choices does without."""
        return Material.objects.get(pk=self.cleaned_data["material"])
