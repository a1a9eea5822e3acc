from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from .base import SectionForm
from .fields import LinesField, ManyField

CLAIMS = [
    ("superlative", "The best, the first, the only"),
    ("health", "Health: what heals, helps or is safe"),
    ("finance", "Money: returns, savings, guarantees"),
    ("legal", "Law: rights, permissions, certificates"),
]
DISCLOSURE = [
    ("never", "Never"),
    ("ai", "When the agent wrote it"),
    ("always", "In every post"),
]
LEVELS = [
    ("easy", "Easy: short sentences, everyday words"),
    ("normal", "Normal: like a good newspaper"),
    ("any", "Any"),
]


class GuardsForm(SectionForm):
    title = "Guards"
    slug = "guards"
    lead = "What may go out by itself, and what waits for a person."
    kept_in = "guard_rules"
    kept: ClassVar = (
        "allowed_mentions",
        "allowed_prices",
        "claims",
        "crisis_words",
        "disclosure_when",
        "disclosure",
        "reading_level",
    )

    allowed_mentions = LinesField(
        required=False,
        label="Accounts that posts may mention",
        help_text="One a line, like @harbourmaster. Those in the material are asked about.",
    )
    allowed_prices = LinesField(
        required=False,
        label="Prices that posts may name",
        help_text="One a line, like 49 €. Prices of the material are allowed.",
    )
    claims = ManyField(
        required=False,
        choices=CLAIMS,
        label="Claims that may go out without asking",
        help_text="A post that makes another of these claims waits for a person.",
    )
    crisis_words = LinesField(
        required=False,
        label="Words that stop everything",
        help_text="One a line, such as a name or an event that you do not want to touch now.",
    )
    disclosure_when = forms.ChoiceField(choices=DISCLOSURE, label="Add a disclosure")
    disclosure = forms.CharField(
        required=False,
        max_length=200,
        label="Words of the disclosure",
        help_text="Such as: Written with the help of AI.",
    )
    reading_level = forms.ChoiceField(choices=LEVELS, label="How easy posts must be to read")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("disclosure_when", "never") != "never" and not values.get("disclosure"):
            self.add_error("disclosure", "Write what it is to say, or choose Never.")
        return values
