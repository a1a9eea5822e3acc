"""What people type of a voice: where to read it, how it is put, and texts to hold against it."""

from __future__ import annotations

from typing import Any

from django import forms

from brands.forms.fields import LinesField
from brands.voice.profile import (
    MOST_EXAMPLES,
    PRICE_RANGES,
    Dimensions,
    Personality,
    ToneAttribute,
    VocabularyGroup,
    VoiceProfile,
    WritingRule,
)

EXAMPLE_CHARACTERS = 2_000


class PairsField(LinesField):
    """Lines of a name and what it means: `Warm: thanks people by name`."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        return "\n".join(f"{name}: {text}" if text else name for name, text in value)

    def clean(self, value: Any) -> Any:
        pairs = []
        for line in super().clean(value):
            name, _, text = line.partition(":")
            if not name.strip():
                raise forms.ValidationError(f"“{line}” begins with nothing. Put a name before it.")
            pairs.append((name.strip()[:120], text.strip()[:300]))
        return pairs


class ReadForm(forms.Form):
    url = forms.CharField(
        required=False,
        max_length=2_000,
        label="Address",
        help_text="A home page or a page about the brand. Up to 8 pages of the site are read.",
    )
    text = forms.CharField(
        required=False,
        label="Or its texts",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Posts, letters: 50,000 characters at most. With them the address is not read.",
    )


class ScoreForm(forms.Form):
    sample = forms.CharField(
        max_length=10_000,
        label="A text",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Nothing of it is kept.",
    )


class RejectForm(forms.Form):
    reason = forms.CharField(
        required=False,
        max_length=500,
        label="What is wrong with it?",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Such as: too formal; never “solutions”. The next reading heeds it.",
    )


class SaveForm(forms.Form):
    name = forms.CharField(max_length=200, label="Name")


class VoiceForm(forms.Form):
    """A whole voice; what is measured is not typed."""

    summary = forms.CharField(
        required=False, max_length=900, widget=forms.Textarea(attrs={"rows": 3}), label="Summary"
    )
    writing_direction = forms.CharField(
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Direction for the writer",
        help_text="Given to the writer with every post.",
    )
    archetype = forms.CharField(required=False, max_length=60, label="Archetype")
    person = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Personality",
    )
    tone_attributes = PairsField(
        required=False, label="Tone", help_text="One a line: Warm: thanks people by name."
    )
    vocabulary = PairsField(
        required=False, label="Words", help_text="One category a line: Bread: rye, crust, dough."
    )
    writing_style = PairsField(
        required=False, label="Rules of writing", help_text="One a line: Keep it short: 11 words."
    )
    avoidances = LinesField(required=False, label="What it never does", help_text="One a line.")
    avoided_words = LinesField(
        required=False,
        label="Words that count against a text",
        help_text="One a line. Those of the brand's rules count too.",
    )
    example_texts = forms.CharField(
        required=False,
        label="Texts that sound right",
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="With an empty line between them. Scores are measured on them.",
    )
    formality = forms.IntegerField(min_value=0, max_value=100, label="Formality, 0 to 100")
    enthusiasm = forms.IntegerField(min_value=0, max_value=100, label="Enthusiasm, 0 to 100")
    technicality = forms.IntegerField(min_value=0, max_value=100, label="Technicality, 0 to 100")
    business_type = forms.CharField(required=False, max_length=120, label="What it does")
    location = forms.CharField(required=False, max_length=120, label="Where it is")
    audience = forms.CharField(required=False, max_length=300, label="Who it speaks to")
    price_range = forms.ChoiceField(
        required=False,
        choices=[("", "Not said"), *((name, name.capitalize()) for name in PRICE_RANGES)],
        label="Price range",
    )
    selling_points = LinesField(required=False, label="What sets it apart", help_text="One a line.")

    def __init__(self, data: Any = None, *, voice: VoiceProfile) -> None:
        self.voice = voice
        super().__init__(data, initial=self.read(voice))
        # A brand's profile may say its prices in words of its own.
        field = self.fields["price_range"]
        if isinstance(field, forms.ChoiceField) and voice.price_range not in ("", *PRICE_RANGES):
            own = (voice.price_range, voice.price_range)
            field.choices = [*field.choices, own]  # type: ignore[misc]

    @staticmethod
    def read(voice: VoiceProfile) -> dict[str, Any]:
        plain = (
            *("summary", "writing_direction", "avoidances", "avoided_words", "business_type"),
            *("location", "audience", "price_range", "selling_points"),
        )
        return {
            **{name: getattr(voice, name) for name in plain},
            "archetype": voice.personality.archetype,
            "person": voice.personality.description,
            "tone_attributes": [(one.name, one.description) for one in voice.tone_attributes],
            "vocabulary": [(one.category, ", ".join(one.terms)) for one in voice.vocabulary],
            "writing_style": [(one.rule, one.description) for one in voice.writing_style],
            "example_texts": "\n\n".join(voice.example_texts),
            "formality": voice.dimensions.formality,
            "enthusiasm": voice.dimensions.enthusiasm,
            "technicality": voice.dimensions.technicality,
        }

    def clean_example_texts(self) -> tuple[str, ...]:
        blocks = self.cleaned_data["example_texts"].replace("\r", "").split("\n\n")
        texts = tuple(block.strip() for block in blocks if block.strip())
        if len(texts) > MOST_EXAMPLES:
            raise forms.ValidationError(
                f"Keep the {MOST_EXAMPLES} best; these are {len(texts)}, parted by empty lines."
            )
        if any(len(text) > EXAMPLE_CHARACTERS for text in texts):
            raise forms.ValidationError("A text is longer than 2,000 characters. Shorten it.")
        return texts

    def profile(self) -> VoiceProfile:
        said = self.cleaned_data
        groups = ((name, terms.split(",")) for name, terms in said["vocabulary"])
        return VoiceProfile(
            brand_name=self.voice.brand_name,
            business_type=said["business_type"],
            location=said["location"],
            audience=said["audience"],
            price_range=said["price_range"],
            selling_points=tuple(said["selling_points"]),
            personality=Personality(said["archetype"], said["person"]),
            tone_attributes=tuple(ToneAttribute(*pair) for pair in said["tone_attributes"]),
            vocabulary=tuple(
                VocabularyGroup(name, tuple(term.strip() for term in terms if term.strip()))
                for name, terms in groups
            ),
            writing_style=tuple(WritingRule(*pair) for pair in said["writing_style"]),
            avoidances=tuple(said["avoidances"]),
            avoided_words=tuple(said["avoided_words"]),
            writing_direction=said["writing_direction"],
            summary=said["summary"],
            example_texts=said["example_texts"],
            dimensions=Dimensions(said["formality"], said["enthusiasm"], said["technicality"]),
            measures=self.voice.measures,
        )
