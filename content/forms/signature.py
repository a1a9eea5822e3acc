from __future__ import annotations

from typing import Any

from django import forms

from content.forms.template import NamedForm, platform_choices
from content.models import Signature
from content.services.signatures import MOST_CHARACTERS


class SignatureForm(NamedForm):
    text = forms.CharField(
        label="Words",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=f"They close the post and count with it; {MOST_CHARACTERS} characters at most.",
    )
    platforms = forms.MultipleChoiceField(
        required=False,
        label="Only on",
        help_text="None chosen: everywhere.",
        widget=forms.CheckboxSelectMultiple,
    )
    is_default = forms.BooleanField(
        required=False,
        label="Add it where no other is chosen",
        help_text="It takes the place of the brand's default before.",
    )

    def __init__(self, *args: Any, row: Signature | None = None, **kwargs: Any) -> None:
        if row is not None:
            names = ("name", "brand", "text", "platforms", "is_default")
            kwargs["initial"] = {name: getattr(row, name) for name in names}
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["platforms"]
        choices.choices = platform_choices()
        self.fields["name"].max_length = 80  # type: ignore[attr-defined]
