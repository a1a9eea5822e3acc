from __future__ import annotations

from typing import Any

from django import forms

from organizations.models import ConsentKind


class EndForm(forms.Form):
    """Asks for the name of what ends, so that nobody ends it by a slip of the hand."""

    def __init__(self, *args: Any, typed: str, label: str, graces: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._typed = typed
        # No grace is chosen beforehand.
        self.fields["days"] = forms.TypedChoiceField(
            label="When", choices=graces, coerce=int, widget=forms.RadioSelect
        )
        self.fields["typed"] = forms.CharField(
            label=label,
            max_length=320,
            help_text=f"Type “{typed}”.",
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"]).strip()
        if typed.casefold() != self._typed.casefold():
            raise forms.ValidationError(f"This must be “{self._typed}”. Nothing was deleted.")
        return typed


class ConsentForm(forms.Form):
    kind = forms.ChoiceField(choices=ConsentKind)
    answer = forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No")])
