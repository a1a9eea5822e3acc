"""One form for each side of a brand. Each says how it is read from a row and written to it."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms

from brands.models import BrandProfile
from brands.platforms import platforms
from config.kernel.clock import zone_choices

TONES = [
    "witty",
    "confident",
    "friendly",
    "professional",
    "casual",
    "inspirational",
    "educational",
    "playful",
]
LANGUAGES = [
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("it", "Italian"),
    ("nl", "Dutch"),
    ("pt", "Portuguese"),
]
AMOUNTS = [("none", "None"), ("minimal", "Few"), ("moderate", "Some"), ("heavy", "Many")]
PILLAR = re.compile(r"^(?P<name>.{1,200}?)\s{0,9}[:\-]?\s{0,9}(?P<share>\d{1,3})\s{0,9}%?$")


class LinesField(forms.CharField):
    """A list, typed with one entry a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return [line.strip() for line in text.splitlines() if line.strip()]


class PillarsField(forms.CharField):
    """Pillars with their share, one a line: `Craft: 60`."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{pillar['name']}: {pillar['percentage']}" for pillar in value)

    def clean(self, value: Any) -> Any:
        pillars = []
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            found = PILLAR.match(line)
            if found is None:
                raise forms.ValidationError(
                    f"“{line}” has no share. Write the pillar and its percentage, like Craft: 60."
                )
            pillars.append({"name": found["name"], "percentage": int(found["share"])})
        return pillars


class SectionForm(forms.Form):
    """A part of a brand; field names are those of the row, unless a subclass says otherwise."""

    title: ClassVar[str]
    slug: ClassVar[str]

    def __init__(self, *args: Any, brand: BrandProfile | None = None, **kwargs: Any) -> None:
        if brand is not None:
            kwargs.setdefault("initial", self.read(brand))
        super().__init__(*args, **kwargs)
        self.brand = brand

    def read(self, brand: BrandProfile) -> dict[str, Any]:
        return {name: getattr(brand, name) for name in self.base_fields if hasattr(brand, name)}

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


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


class VoiceForm(SectionForm):
    title = "Voice"
    slug = "voice"

    tone = forms.MultipleChoiceField(
        required=False,
        choices=[(tone, tone.capitalize()) for tone in TONES],
        widget=forms.CheckboxSelectMultiple,
        label="Tone",
    )
    personality = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Personality",
        help_text="How it would introduce itself at a table, in two or three sentences.",
    )
    custom_context = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        label="Always keep in mind",
        help_text="Given to the writer word for word with every post.",
    )
    example_posts = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        label="Posts that sound right",
        help_text="Up to three, with an empty line between them.",
    )

    def read(self, brand: BrandProfile) -> dict[str, Any]:
        examples = "\n\n".join(example["content"] for example in brand.example_posts)
        return {**super().read(brand), "example_posts": examples}

    def clean_example_posts(self) -> list[dict[str, str]]:
        texts = re.split(r"\n\s*\n", self.cleaned_data["example_posts"].replace("\r", ""))
        found = [text.strip() for text in texts if text.strip()]
        if len(found) > 3:
            raise forms.ValidationError(f"Keep the three best; these are {len(found)}.")
        return [{"platform": "", "content": text} for text in found]


class RulesForm(SectionForm):
    title = "Rules"
    slug = "rules"

    words_to_use = LinesField(required=False, label="Words to use", help_text="One a line.")
    words_to_avoid = LinesField(
        required=False,
        label="Words to avoid",
        help_text="One a line. A post with one of them is never published.",
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
        label="Publish without asking when every guard passes",
        help_text="What fails a guard, or looks like an earlier post, always waits for a person.",
    )
    approval_timeout_hours = forms.IntegerField(
        min_value=1, max_value=720, label="Hours that a post waits for a person"
    )
    exploration_percent = forms.IntegerField(
        min_value=0,
        max_value=100,
        label="Share of posts that try a less proven angle, in percent",
    )

    _RULES: ClassVar = (
        "words_to_use",
        "words_to_avoid",
        "required_words",
        "emoji_usage",
        "hashtag_style",
        "cta_style",
    )

    def read(self, brand: BrandProfile) -> dict[str, Any]:
        rules = {name: brand.language_rules.get(name) for name in self._RULES}
        percent = round(brand.exploration_ratio * 100)
        return {**super().read(brand), **rules, "exploration_percent": percent}

    def values(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        before = self.brand.language_rules if self.brand else {}
        values["language_rules"] = {**before, **{name: values.pop(name) for name in self._RULES}}
        values["exploration_ratio"] = values.pop("exploration_percent") / 100
        return values


class PlatformsForm(SectionForm):
    """Per network: whether it is used, hashtags that are always added, and a different tone."""

    title = "Platforms"
    slug = "platforms"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for platform in platforms.values():
            self._add(platform.slug, platform.label)

    def read(self, brand: BrandProfile) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for slug in platforms:
            own = brand.platform_settings.get(slug, {})
            values[f"{slug}-enabled"] = own.get("enabled", True)
            values[f"{slug}-context"] = own.get("custom_context_override", "")
            values[f"{slug}-hashtags"] = " ".join(own.get("hashtags_default", []))
        return values

    def values(self) -> dict[str, Any]:
        before = self.brand.platform_settings if self.brand else {}
        return {"platform_settings": {**before, **{slug: self._own(slug) for slug in platforms}}}

    def _add(self, slug: str, label: str) -> None:
        self.fields[f"{slug}-enabled"] = forms.BooleanField(
            required=False, label=f"Write for {label}"
        )
        self.fields[f"{slug}-context"] = forms.CharField(
            required=False,
            label=f"What is different on {label}",
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        self.fields[f"{slug}-hashtags"] = forms.CharField(
            required=False,
            label=f"Hashtags always used on {label}",
            help_text="Separated by spaces.",
        )

    def _own(self, slug: str) -> dict[str, Any]:
        tags = self.cleaned_data[f"{slug}-hashtags"].replace(",", " ").split()
        return {
            "enabled": self.cleaned_data[f"{slug}-enabled"],
            "custom_context_override": self.cleaned_data[f"{slug}-context"],
            "hashtags_default": [tag.lstrip("#") for tag in tags],
        }


SECTIONS: dict[str, type[SectionForm]] = {
    form.slug: form for form in (IdentityForm, VoiceForm, RulesForm, PlatformsForm)
}
