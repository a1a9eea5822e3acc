"""How often the engine looks, and how long it waits. Read through env.py."""

from __future__ import annotations

from .variables import Setting, pairs

# fmt: off

_group = "Times of the engine, in seconds"
LEASE_SECONDS = Setting(
    "WARREN_LEASE_SECONDS", float, 60.0,
    "How long a worker owns a row that it claimed; longer than any one outside call.",
    group=_group,
)
DUE_SWEEP_SECONDS = Setting(
    "WARREN_DUE_SWEEP_SECONDS", float, 30.0,
    "Between two sweeps for due rows; bounds how late a post is when the broker is away.",
    group=_group,
)
SCHEDULE_TICK_SECONDS = Setting(
    "WARREN_SCHEDULE_TICK_SECONDS", float, 60.0, "Between two looks at the schedules.",
    group=_group,
)
REAPER_SECONDS = Setting(
    "WARREN_REAPER_SECONDS", float, 30.0, "Between two looks for expired leases.", group=_group
)
RETRY_BASE_SECONDS = Setting(
    "WARREN_RETRY_BASE_SECONDS", float, 60.0,
    "Wait before the first retry of a delivery; each further one waits twice as long.",
    group=_group,
)
RETRY_MOST_SECONDS = Setting(
    "WARREN_RETRY_MOST_SECONDS", float, 3_600.0, "Longest wait between two tries.", group=_group
)
DELIVERY_THREADS = Setting(
    "WARREN_DELIVERY_THREADS", int, 24,
    "Posts that one process of the task worker sends at the same time (a number, not seconds).",
    group=_group,
)
PULSE_SECONDS = Setting(
    "WARREN_PULSE_SECONDS", float, 5.0,
    "Between two looks for due posts that each worker process takes by itself, without the broker. "
    "0 turns them off.",
    group=_group,
)
READ_BACK_SECONDS = Setting(
    "WARREN_READ_BACK_SECONDS", float, 30.0,
    "From an unknown outcome to the look for the post on the network; longer than a request.",
    group=_group,
)
HOLD_SECONDS = Setting(
    "WARREN_HOLD_SECONDS", float, 900.0,
    "Until a post that a pause, a lost account or missing credits hold up is looked at again.",
    group=_group,
)
TOO_LATE_SECONDS = Setting(
    "WARREN_TOO_LATE_SECONDS", float, 7_200.0,
    "How late a post may still go out without a person being asked.",
    group=_group,
)
METRICS_SCALE = Setting(
    "WARREN_METRICS_SCALE", float, 1.0,
    "Factor on the ages at which a post's numbers are read; below 1 to see them sooner.",
    group=_group,
)
CHANNEL_OPTIONS = Setting[dict[str, str]](
    "WARREN_CHANNEL_OPTIONS", pairs, {},
    "What a channel lets an operator change, such as its public addresses; each channel's file "
    "names its own: slug.option=value,slug.option=value",
    group=_group,
)
OUTBOUND_TIMEOUT_SECONDS = Setting(
    "WARREN_OUTBOUND_TIMEOUT_SECONDS", float, 20.0, "Deadline of one outside request.",
    group=_group,
)

# fmt: on
