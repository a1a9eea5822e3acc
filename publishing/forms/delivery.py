from __future__ import annotations

from typing import Any

from django import forms


class FoundForm(forms.Form):
    """Where a post is; a person who posted it themselves may not have an address at hand."""

    url = forms.CharField(
        label="Address of the post",
        max_length=1000,
        help_text="As the network shows it. Warren measures the post from there on.",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )

    def __init__(self, *args: Any, is_required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_required:
            self.fields["url"].required = False
            self.fields["url"].help_text = "As the network shows it, if it has one."
