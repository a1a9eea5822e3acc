from __future__ import annotations

from typing import Any

from django import forms


class TicketForm(forms.Form):
    subject = forms.CharField(
        max_length=160, label="What is it about?", help_text="A few words, such as a page's name."
    )
    message = forms.CharField(
        max_length=10_000,
        label="What happened, and what did you expect?",
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ReplyForm(forms.Form):
    body = forms.CharField(
        max_length=10_000, label="Your reply", widget=forms.Textarea(attrs={"rows": 4})
    )


class ContactForm(forms.Form):
    """For everybody. `website` is for programs that fill in whatever they find."""

    email = forms.EmailField(
        max_length=320,
        label="Your e-mail address",
        help_text="The answer goes there.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    name = forms.CharField(
        max_length=120,
        required=False,
        label="Your name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    subject = forms.CharField(max_length=160, label="What is it about?")
    message = forms.CharField(
        max_length=10_000, label="Your message", widget=forms.Textarea(attrs={"rows": 8})
    )
    website = forms.CharField(required=False, widget=forms.HiddenInput)

    def is_from_a_person(self) -> bool:
        return not self.cleaned_data.get("website")

    def values(self) -> dict[str, Any]:
        return {key: value for key, value in self.cleaned_data.items() if key != "website"}
