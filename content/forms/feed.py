from __future__ import annotations

from typing import Any

from django import forms

from brands.models import BrandProfile
from content.models import MaterialFeed

INTERVALS = [
    (15, "Every 15 minutes"),
    (60, "Every hour"),
    (180, "Every 3 hours"),
    (720, "Twice a day"),
    (1_440, "Once a day"),
]
USES = [
    (MaterialFeed.Use.MATERIALS, "Material at once, each of them"),
    (MaterialFeed.Use.TRENDS, "Topics, scored and offered"),
]


class FeedForm(forms.Form):
    """How a feed is asked and what its items become."""

    use = forms.ChoiceField(choices=USES, label="What its items become")
    interval_minutes = forms.TypedChoiceField(
        choices=INTERVALS,
        coerce=int,
        initial=60,
        label="How often it is asked",
        help_text="More rarely when the site asks for that.",
    )


class NewFeedForm(FeedForm):
    url = forms.CharField(
        max_length=2000,
        label="Address of the feed or of its site",
        help_text="RSS or Atom. On a site’s address the feed that it names is taken.",
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "url"}),
    )
    brand: forms.ModelChoiceField[BrandProfile] = forms.ModelChoiceField(
        queryset=None,
        label="Brand",
        empty_label="Choose a brand",
        help_text="Whose posts are made of it.",
    )
    field_order = ["url", "brand", "use", "interval_minutes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        brands: Any = self.fields["brand"]
        brands.queryset = BrandProfile.objects.order_by("name")
        if len(brands.queryset) == 1:
            brands.initial = brands.queryset[0]


class EditFeedForm(FeedForm):
    title = forms.CharField(max_length=200, label="Name")
    field_order = ["title", "use", "interval_minutes"]

    @staticmethod
    def read(feed: MaterialFeed) -> dict[str, Any]:
        return {
            "title": feed.title,
            "use": feed.use,
            "interval_minutes": min(
                (minutes for minutes, _ in INTERVALS if minutes >= feed.interval_minutes),
                default=INTERVALS[-1][0],
            ),
        }
