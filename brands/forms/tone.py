from __future__ import annotations

import re
from typing import Any

from django import forms

from brands.models import BrandProfile

from .base import TONE_CHOICES, SectionForm
from .fields import ManyField


class ToneForm(SectionForm):
    title = "Tone"
    slug = "voice"

    tone = ManyField(required=False, choices=TONE_CHOICES, label="Tone")
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
        before = self.brand.example_posts if self.brand else []
        of_platform = {post["content"]: post.get("platform", "") for post in before}
        return [{"platform": of_platform.get(text, ""), "content": text} for text in found]
