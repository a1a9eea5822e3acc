"""Which post goes into which pool, and how long it rests between two uses."""

from __future__ import annotations

from typing import Any

from django import forms

from brands.models import BrandProfile
from publishing.services.evergreen import LONGEST_REST, SHORTEST_REST


class RestForm(forms.Form):
    cooldown_days = forms.IntegerField(
        min_value=SHORTEST_REST,
        max_value=LONGEST_REST,
        initial=60,
        label="Days of rest between two uses",
        help_text="31 at least, so that the same words never come twice within a month.",
    )
    most_uses = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000,
        label="At most so many uses",
        help_text="Empty: as often as its rest allows.",
    )


class PoolForm(RestForm):
    queue: forms.ModelChoiceField = forms.ModelChoiceField(  # type: ignore[type-arg]
        None,
        label="Queue",
        empty_label=None,
        help_text="Its slots that nobody filled take from the pool, a day ahead.",
    )
    field_order = ("queue",)

    def __init__(self, *args: Any, brand: BrandProfile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queues: Any = self.fields["queue"]
        queues.queryset = brand.queues.all()
