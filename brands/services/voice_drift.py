"""Whether a brand's texts go on sounding like it. Source: specification 6.4, voice drift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Avg, Count, QuerySet

from brands.models import VoiceScore
from config.kernel.clock import now
from config.kernel.scoping import org_atomic

RECENT_DAYS = 30
BASELINE_DAYS = (90, 60)
ALERT_PERCENT = 10.0
FEWEST = 5  # texts in either span; fewer say nothing
_WEEKS = 13


@dataclass(frozen=True, slots=True)
class DriftPoint:
    """One week's mean in percent; no value in a week without a text."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class DriftSeries:
    name: str
    points: Sequence[DriftPoint]


@dataclass(frozen=True, slots=True)
class Drift:
    """Means from 0 to 1, None where there were too few texts. `change_percent` is of the baseline.

    `is_alert` beyond 10 % in either direction.
    """

    baseline: float | None
    recent: float | None
    count: int
    series: tuple[DriftSeries, ...]

    @property
    def change_percent(self) -> float | None:
        if not self.baseline or self.recent is None:
            return None
        return (self.recent - self.baseline) / self.baseline * 100

    @property
    def change_words(self) -> str:
        change = self.change_percent
        return "" if change is None else f"{change:+.1f} %".replace("-", "−")

    @property
    def is_alert(self) -> bool:
        change = self.change_percent
        return change is not None and abs(change) > ALERT_PERCENT


def voice_drift(brand_id: UUID, *, moment: datetime | None = None) -> Drift:
    """The mean score of the last 30 days against that of the days 90 to 60 before."""
    at = moment or now()
    with org_atomic():
        rows = VoiceScore.objects.filter(brand_id=brand_id, said_at__lte=at)
        begin, end = (at - timedelta(days=days) for days in BASELINE_DAYS)
        known = rows.filter(said_at__gt=at - timedelta(weeks=_WEEKS))
        return Drift(
            baseline=_mean(rows.filter(said_at__gte=begin, said_at__lt=end)),
            recent=_mean(rows.filter(said_at__gt=at - timedelta(days=RECENT_DAYS))),
            count=known.count(),
            series=(DriftSeries("Voice", _weeks(known, at)),),
        )


def _mean(rows: QuerySet[VoiceScore]) -> float | None:
    found = rows.aggregate(mean=Avg("score"), number=Count("pk"))
    return found["mean"] if found["number"] >= FEWEST else None


def _weeks(rows: QuerySet[VoiceScore], at: datetime) -> list[DriftPoint]:
    """Thirteen weeks up to now, each by the day on which it ends."""
    sums: dict[int, list[float]] = {}
    for said_at, score in rows.values_list("said_at", "score"):
        sums.setdefault((at - said_at) // timedelta(weeks=1), []).append(score)
    points = []
    for back in range(_WEEKS - 1, -1, -1):
        day = at - timedelta(weeks=back)
        scores = sums.get(back, [])
        value = round(100 * sum(scores) / len(scores), 1) if scores else None
        points.append(DriftPoint(f"{day.day} {day:%b}", value, count=len(scores)))
    return points
