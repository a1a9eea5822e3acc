from __future__ import annotations

from django import forms


class FoundForm(forms.Form):
    url = forms.CharField(
        label="Address of the post",
        max_length=1000,
        help_text="As the network shows it. Warren measures the post from there on.",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
