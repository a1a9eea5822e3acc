"""The days of a skill, as the chart on its page takes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Sum

from analytics.models import SkillDay
from analytics.templatetags.charts import Point, Series
from config.kernel.clock import now

DAYS_SHOWN = 30


def series_of_skill(skill_id: UUID) -> Sequence[object]:
    """Uses, approvals and defects of each of the last 30 days (UTC); empty when it has no use."""
    last = now().date()
    first = last - timedelta(days=DAYS_SHOWN - 1)
    rows = (
        SkillDay.objects.filter(skill_version__skill_id=skill_id, day__gte=first)
        .order_by("day")
        .values_list("day")
        .annotate(Sum("uses_count"), Sum("approved_count"), Sum("defect_count"))
    )
    counts = {day: values for day, *values in rows}
    if not counts:
        return []
    days = [first + timedelta(days=place) for place in range(DAYS_SHOWN)]
    return [
        Series(
            name,
            [
                Point(f"{day.day} {day:%b}", float(counts[day][place] if day in counts else 0))
                for day in days
            ],
        )
        for place, name in enumerate(("Written", "Approved", "Something wrong"))
    ]
