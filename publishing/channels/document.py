"""The table of networks in docs/channels.md, written from what the channels declare."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from .base import Authorizes, Channel, Connects, Deletes, Measures, Probes
from .registry import channels
from .shapes import DeliveryClass

BEGIN = "<!-- Written by `manage.py channels_table`; do not edit. -->"
END = "<!-- End of the written table. -->"

CLASSES = {
    DeliveryClass.A: "A, a key of ours",
    DeliveryClass.B: "B, a handle",
    DeliveryClass.C: "C, read back",
    DeliveryClass.D: "D, a person",
}
HEAD = (
    *("Network", "Connected by", "Unknown outcome", "Text", "Pictures", "Video", "Title"),
    *("Thread", "First comment", "Counts", "Deletes", "Doctor"),
)


def rendered() -> str:
    lines = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    by_label = sorted(channels.values(), key=lambda channel: channel.label.casefold())
    return "\n".join([*lines, *(_line(channel) for channel in by_label)])


def is_current() -> bool:
    return f"{BEGIN}\n\n{rendered()}\n\n{END}" in _path().read_text()


def write() -> None:
    path = _path()
    text = path.read_text()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n\n{rendered()}\n\n{END}{after}")


def _line(channel: Channel) -> str:
    limits = channel.limits
    ways = [
        *(["its consent page"] if isinstance(channel, Authorizes) else []),
        *(["a form"] if isinstance(channel, Connects) else []),
    ]
    title = "" if limits.title_max is None else f"{limits.title_max:,}"
    cells = [
        channel.label,
        " or ".join(ways) + (", with an app of yours" if channel.needs_app else ""),
        CLASSES[channel.delivery_class],
        f"{limits.max_characters:,}",
        str(limits.images_max or ""),
        str(limits.videos_max or ""),
        f"{title}, needed" if limits.title_required else title,
        f"{limits.thread_max} posts" if limits.thread_max > 1 else "",
        "" if limits.comment_max is None else f"{limits.comment_max:,}",
        *("yes" if isinstance(channel, each) else "" for each in (Measures, Deletes, Probes)),
    ]
    return f"| {' | '.join(cells)} |"


def _path() -> Path:
    return Path(settings.BASE_DIR) / "docs" / "channels.md"
