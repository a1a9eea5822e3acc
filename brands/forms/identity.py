from __future__ import annotations

from django import forms

from config.kernel.clock import zone_choices

from .base import SectionForm
from .fields import LinesField

LANGUAGES = [
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("it", "Italian"),
    ("nl", "Dutch"),
    ("pt", "Portuguese"),
]


class IdentityForm(SectionForm):
    title = "Identity"
    slug = "identity"

    name = forms.CharField(max_length=120, label="Name", help_text="Shown on the hosted feed.")
    website_url = forms.URLField(
        required=False,
        label="Website",
        assume_scheme="https",
        help_text="Links to it are always allowed in posts.",
    )
    business_type = forms.CharField(
        required=False, max_length=120, label="What it does", help_text="Such as bakery, law firm."
    )
    location = forms.CharField(required=False, max_length=120, label="Where it is")
    price_range = forms.CharField(
        required=False,
        max_length=40,
        label="Price range",
        help_text="As you would say it: €€, or from 40 to 90 € a seat.",
    )
    target_audience = forms.CharField(
        required=False,
        label="Who it speaks to",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    unique_selling_points = LinesField(
        required=False, label="What sets it apart", help_text="One a line."
    )
    language = forms.ChoiceField(choices=LANGUAGES, initial="en", label="Language of its posts")
    timezone = forms.ChoiceField(choices=zone_choices, initial="UTC", label="Time zone")
