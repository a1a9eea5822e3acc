from __future__ import annotations

from django import forms

from publishing.services.comments import MOST


class CommentForm(forms.Form):
    body = forms.CharField(
        label="Comment",
        max_length=MOST,
        strip=True,
        help_text="Write @ and a name to have somebody told.",
        widget=forms.Textarea(attrs={"rows": 3, "data-behavior": "mention"}),
    )
    is_for_client = forms.BooleanField(
        label="The client may read this", required=False, initial=False
    )
    parent = forms.UUIDField(required=False, widget=forms.HiddenInput)


class CommentChangeForm(forms.Form):
    body = forms.CharField(
        label="Comment",
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
    )
