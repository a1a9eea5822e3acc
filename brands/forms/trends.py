from __future__ import annotations

from typing import ClassVar

from django import forms

from brands.models import BrandProfile

from .base import SectionForm
from .fields import LinesField


class TrendsForm(SectionForm):
    title = "Trends"
    slug = "trends"
    lead = "What the agent takes up out of the feeds that you follow."
    previews = ""
    kept_in = "trending_filters"
    kept: ClassVar = ("industries", "exclude_topics", "min_relevance", "require_approval")

    trending_enabled = forms.BooleanField(
        required=False, label="Take up what is talked about in the feeds"
    )
    trending_priority = forms.ChoiceField(
        choices=BrandProfile.TrendingPriority.choices,
        label="Priority",
        help_text="High: before other material. Low: only when there is no other.",
    )
    industries = LinesField(
        required=False,
        label="Industries",
        help_text="One a line. None: whatever fits the brand.",
    )
    exclude_topics = LinesField(
        required=False, label="Topics to leave alone", help_text="One a line."
    )
    min_relevance = forms.IntegerField(
        min_value=0,
        max_value=100,
        label="Least relevance, from 0 to 100",
        help_text="What scores lower is left alone.",
    )
    require_approval = forms.BooleanField(
        required=False, label="Ask a person before a trend is written about"
    )
