from __future__ import annotations

from typing import Any

from django import forms

from config.kernel.contrast import HEX
from organizations.services.white_label import Look, Shades, shades_of


class WhiteLabelForm(forms.Form):
    """How clients see the team. An empty name is the team's, an empty colour Warren's own blue."""

    name = forms.CharField(
        required=False,
        max_length=80,
        label="Name",
        help_text="As your clients know you. Left empty: the name of the team.",
    )
    logo = forms.FileField(
        required=False,
        label="Logo",
        help_text="PNG, JPEG or WebP, wide rather than high. It stands on light and on dark.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    forget_logo = forms.BooleanField(required=False, label="Take the logo away")
    accent = forms.CharField(
        required=False,
        max_length=7,
        label="Accent colour",
        help_text="Six digits, like #2563EB. Buttons and links take it.",
        widget=forms.TextInput(attrs={"placeholder": "#2563EB", "autocapitalize": "none"}),
    )
    sender_name = forms.CharField(
        required=False,
        max_length=80,
        label="Sender of mail to clients",
        help_text="Left empty: the name above. The address stays this installation's.",
    )
    reply_to = forms.EmailField(
        required=False, label="Answers go to", help_text="Your own address, for replies."
    )
    hides_warren = forms.BooleanField(
        required=False, label="Do not mention Warren to clients", help_text="On pages and in mail."
    )

    def __init__(self, *args: Any, has_logo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_logo:
            del self.fields["forget_logo"]

    def clean_accent(self) -> str:
        color = str(self.cleaned_data["accent"]).strip().upper()
        if color and not color.startswith("#"):
            color = f"#{color}"
        if color and HEX.fullmatch(color) is None:
            raise forms.ValidationError(
                f"“{color}” is no colour. Write # and six digits, like #1F2937."
            )
        return color

    def values(self) -> dict[str, Any]:
        """An upload stands for a new logo, "" for none, and no word of it for the old one."""
        said = dict(self.cleaned_data)
        upload, is_forgotten = said.pop("logo"), said.pop("forget_logo", False)
        if upload:
            said["logo"] = upload
        elif is_forgotten:
            said["logo"] = ""
        return said


def initial_of(look: Look, *, team: str) -> dict[str, Any]:
    return {
        "name": "" if look.name == team else look.name,
        "accent": look.accent,
        "sender_name": look.sender_name,
        "reply_to": look.reply_to,
        "hides_warren": look.hides_warren,
    }


def shades_or_none(accent: str) -> Shades | None:
    try:
        return shades_of(accent)
    except ValueError:
        return None
