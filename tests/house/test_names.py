"""Names and sizes that the house keeps: no platform outside its channel, no long file unlisted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from publishing.channels.registry import channels

ROOT = Path(__file__).resolve().parents[2]
APPS = ["config", "organizations", "billing", "brands", "content", "publishing", "analytics"]
FORBIDDEN_FILES = {"utils.py", "helpers.py", "common.py", "signals.py"}
LONGEST_FILE = 400

# Files over the limit; the list may only shrink.
LONG_FILES: set[str] = set()


def sources() -> list[Path]:
    return [
        path
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
    ]


def test_no_file_is_a_drawer_for_anything() -> None:
    assert [path for path in sources() if path.name in FORBIDDEN_FILES] == []


def test_no_file_grows_long() -> None:
    long = {
        str(path.relative_to(ROOT))
        for path in sources()
        if len(path.read_text().splitlines()) > LONGEST_FILE
    }
    assert long == LONG_FILES


ORDINARY = {"feed", "medium", "reddit", "threads", "webhook", "x"}
"""Networks that are called as ordinary things are: found only where the line speaks of networks."""
SPEAKS_OF_NETWORKS = re.compile(r"platform|slug|network|channels?\b|account", re.IGNORECASE)

NAMED_HONESTLY = {
    # They fill an installation, and the hosted page is the network that every one has.
    "feed": re.compile(r"analytics/(bench|seeding)/|publishing/(demo|urls_feed)"),
}


@pytest.mark.parametrize("slug", sorted(channels))
def test_a_platform_is_named_only_where_it_lives(slug: str) -> None:
    """Its channel's files, the registry, its icon and its tests; nothing else knows its name."""
    # An icon may be called as a network is.
    quoted = re.compile(rf"""(?<!icon=)(?<!icon )(?P<mark>["']){slug}(?P=mark)""")
    honest = NAMED_HONESTLY.get(slug)
    naming = [
        f"{name}:{number}"
        for name, path in _outside_of_channels()
        if honest is None or not honest.search(name)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if quoted.search(line) and (slug not in ORDINARY or SPEAKS_OF_NETWORKS.search(line))
    ]
    assert naming == []


def test_what_channels_share_names_none_of_them() -> None:
    """A file in publishing/channels/ belongs to the network that its name begins with, or to a
    family of networks (FAMILIES), or to all of them, and then it names none."""
    slugs = "|".join(each for each in channels if each not in ORDINARY)
    quoted = re.compile(rf"""(?P<mark>["'])({slugs})(?P=mark)""")
    own = tuple([*channels, *FAMILIES])
    naming = [
        f"{path.name}:{number}"
        for path in (ROOT / "publishing" / "channels").glob("*.py")
        if not path.stem.startswith(own) and path.stem != "registry"
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if quoted.search(line)
    ]
    assert naming == []


FAMILIES = ("atproto", "google", "meta", "pin_media", "wp")
"""What several networks, or one under its protocol's name, have in common."""


def _outside_of_channels() -> list[tuple[str, Path]]:
    files = [
        *sources(),
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "static" / "js").rglob("*.js"),
    ]
    named = [(str(path.relative_to(ROOT)), path) for path in files]
    return [(name, path) for name, path in named if not name.startswith("publishing/channels/")]


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    found = [
        path
        for path in sources()
        if marks.search(path.read_text()) and "guards/placeholders" not in str(path)
    ]
    assert found == []


def test_only_the_clock_knows_time_zones() -> None:
    knows = re.compile(
        r"^\s*(import zoneinfo|from zoneinfo|.*django\.utils\.timezone)", re.MULTILINE
    )
    found = [
        path.name
        for path in sources()
        if knows.search(path.read_text()) and path.name != "clock.py"
    ]
    assert found == []


def test_only_two_places_catch_everything() -> None:
    catches = re.compile(r"except (Exception|BaseException)\b|except:")
    found = sorted(
        str(path.relative_to(ROOT)) for path in sources() if catches.search(path.read_text())
    )
    assert found == ["config/kernel/tasks.py"]
