"""When an account's own posts did well, with the evidence; nothing is made up.

Means of the engagement rate over 90 days by local hour and by weekday (specification 6.4). An hour
with at least 20 posts is of high confidence, one with at least 10 of medium; with fewer it is left
out. The value expected of a day and hour is the mean of the two means. Until there is enough, the
hours in general use for the network are offered where its channel names some (`common_hours`), and
said to be that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from config.kernel.clock import now, resolve, to_zone, weekday_of
from publishing.channels.registry import channels, platform_label
from publishing.models import Post, SocialAccount

SPAN_DAYS: Final = 90
HIGH: Final = 20
MEDIUM: Final = 10
MOST_POSTS: Final = 5_000
AHEAD: Final = timedelta(minutes=15)
"""A time that is nearer leaves no room to write a post and to have it looked at."""
DAY_NAMES: Final = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


@dataclass(frozen=True, slots=True)
class TimeMean:
    """Mean engagement rate (0 to 1) of the posts of an hour (0 to 23) or a weekday (0: Sunday)."""

    value: int
    mean: float
    posts: int

    @property
    def confidence(self) -> str:
        return "high" if self.posts >= HIGH else "medium" if self.posts >= MEDIUM else "low"


@dataclass(frozen=True, slots=True)
class Suggestion:
    weekday: int
    hour: int
    mean: float
    posts: int
    confidence: str

    @property
    def name(self) -> str:
        return f"{DAY_NAMES[self.weekday]} {self.hour:02}:00"

    @property
    def evidence(self) -> str:
        """“(mean 4.2 %, 23 posts)”."""
        return f"(mean {self.mean * 100:.1f} %, {self.posts} posts)"


@dataclass(frozen=True, slots=True)
class Pick:
    """A suggested time as a composer takes it: `day` is the next such day that is still ahead."""

    name: str
    evidence: str
    day: str
    time: str


@dataclass(frozen=True, slots=True)
class BestTimes:
    """What is known of an account's times in `zone`: `suggestions` from its own posts, best first;
    else `prior`, hours in general use for its network, and `why` in words."""

    zone: str
    posts: int
    suggestions: tuple[Suggestion, ...]
    prior: tuple[int, ...]
    why: str

    @property
    def picks(self) -> list[Pick]:
        """Each suggestion, or each hour in general use, at its next coming."""
        usual = [self._pick(f"{hour:02}:00", "", hour) for hour in self.prior]
        return usual or [
            self._pick(each.name, each.evidence, each.hour, each.weekday)
            for each in self.suggestions
        ]

    def _pick(self, name: str, evidence: str, hour: int, weekday: int | None = None) -> Pick:
        day = to_zone(now(), self.zone).date()
        while weekday not in (None, weekday_of(day)) or self._is_over(day, hour):
            day += timedelta(days=1)
        return Pick(name, evidence, f"{day:%Y-%m-%d}", f"{hour:02}:00")

    def _is_over(self, day: date, hour: int) -> bool:
        return resolve(day, time(hour), self.zone) < now() + AHEAD


def best_times(*, account: SocialAccount, zone: str, most: int = 3) -> BestTimes:
    """The best days and hours of an account's published posts of 90 days; one query."""
    since = now() - timedelta(days=SPAN_DAYS)
    posts = Post.objects.live().filter(
        account=account, published_at__gte=since, metrics_updated_at__isnull=False
    )
    rows = posts.order_by("-published_at").values_list("published_at", "engagement_rate")
    measured = list(rows[:MOST_POSTS])
    found = suggestions_of(measured, zone)[:most]
    prior = () if found else prior_of(account.platform)
    return BestTimes(zone, len(measured), tuple(found), prior, _why(account, measured, bool(found)))


def suggestions_of(rows: Sequence[tuple[datetime, float]], zone: str) -> list[Suggestion]:
    """Days with hours, best first, from (moment, rate); only where both have 10 posts or more."""
    local = [(to_zone(moment, zone), rate) for moment, rate in rows]
    hours = _means((moment.hour, rate) for moment, rate in local)
    days = _means((weekday_of(moment.date()), rate) for moment, rate in local)
    found = [
        Suggestion(
            weekday=day.value,
            hour=hour.value,
            mean=(day.mean + hour.mean) / 2,
            posts=min(day.posts, hour.posts),
            confidence="high" if min(day.posts, hour.posts) >= HIGH else "medium",
        )
        for day in days
        for hour in hours
        if min(day.posts, hour.posts) >= MEDIUM
    ]
    return sorted(found, key=lambda each: (-each.mean, -each.posts, each.weekday, each.hour))


def prior_of(platform: str) -> tuple[int, ...]:
    """Local hours in general use for a network, for an account that has no history; often none."""
    hours: tuple[int, ...] = getattr(channels.get(platform), "common_hours", ())
    return hours


def _means(pairs: Iterable[tuple[int, float]]) -> list[TimeMean]:
    kept: dict[int, list[float]] = {}
    for value, rate in pairs:
        kept.setdefault(value, []).append(rate)
    return [TimeMean(value, sum(rates) / len(rates), len(rates)) for value, rates in kept.items()]


def _why(account: SocialAccount, measured: Sequence[object], is_known: bool) -> str:
    count = len(measured)
    if is_known:
        return f"From {count} posts of the last {SPAN_DAYS} days with their numbers."
    label = platform_label(account.platform)
    begin = (
        f"Not enough data yet: {count} measured post{'s' if count != 1 else ''} in {SPAN_DAYS} "
        f"days, and both an hour and a weekday need {MEDIUM}."
    )
    if not prior_of(account.platform):
        return begin
    return f"{begin} These are hours in general use for {label}, not yours."
