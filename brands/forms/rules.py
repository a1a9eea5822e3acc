from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from brands.models import BrandProfile

from .base import AMOUNTS, SectionForm
from .fields import LinesField, PillarsField, SynonymsField


class RulesForm(SectionForm):
    title = "Rules"
    slug = "rules"
    kept_in = "language_rules"
    kept: ClassVar = (
        "words_to_use",
        "words_to_avoid",
        "synonyms",
        "required_words",
        "emoji_usage",
        "hashtag_style",
        "cta_style",
    )

    words_to_use = LinesField(required=False, label="Words to use", help_text="One a line.")
    words_to_avoid = LinesField(
        required=False,
        label="Words to avoid",
        help_text="One a line. A post with one of them is never published.",
    )
    synonyms = SynonymsField(
        required=False,
        label="Say this instead",
        help_text="For words to avoid, one a line: cheap: good value.",
    )
    required_words = LinesField(
        required=False, label="Words that every post must have", help_text="One a line."
    )
    emoji_usage = forms.ChoiceField(choices=AMOUNTS, label="Emoji")
    hashtag_style = forms.ChoiceField(choices=AMOUNTS, label="Hashtags")
    cta_style = forms.ChoiceField(
        choices=[("none", "None"), ("soft", "Soft"), ("direct", "Direct")], label="Call to action"
    )
    allowed_links = LinesField(
        required=False,
        label="Other links that posts may carry",
        help_text="One address a line. Links of the material and of the website are allowed.",
    )
    content_pillars = PillarsField(
        required=False,
        label="Pillars",
        help_text="What it talks about, with shares that add up to 100: Craft: 60.",
    )
    auto_approve = forms.BooleanField(
        required=False,
        label="Let the agent ask the signed policy",
        help_text="What keeps to the policy goes out by itself; without one every text waits.",
    )
    approval_timeout_hours = forms.IntegerField(
        min_value=1, max_value=720, label="Hours that a post waits for a person"
    )
    exploration_percent = forms.IntegerField(
        min_value=0,
        max_value=100,
        label="Share of posts that try a less proven angle, in percent",
    )
    notify_email = forms.EmailField(
        required=False,
        label="E-mail address of the brand",
        help_text="Where its own people are reached. Warren itself writes to members of the team.",
    )
    notify_webhook = forms.URLField(
        required=False,
        label="Webhook of the brand",
        assume_scheme="https",
        max_length=200,
        help_text="Kept with the brand. Events go to the endpoints under Settings, Webhooks.",
    )

    def read(self, brand: BrandProfile) -> dict[str, Any]:
        percent = round(brand.exploration_ratio * 100)
        return {**super().read(brand), "exploration_percent": percent}

    def values(self) -> dict[str, Any]:
        values = super().values()
        values["exploration_ratio"] = values.pop("exploration_percent") / 100
        return values
