"""Names and sizes that the house keeps: no platform outside its channel, no long file unlisted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("slug", ["bluesky"])
def test_a_platform_is_named_only_where_it_lives(slug: str) -> None:
    """Its channel file, the registry line, its icon and its tests; nothing else knows its name."""
    own = {"publishing/channels/registry.py", f"publishing/channels/{slug}.py"}
    naming = [
        str(path.relative_to(ROOT))
        for path in [*sources(), *(ROOT / "templates").rglob("*.html")]
        if re.search(rf"\b{slug}\b", path.read_text(), re.IGNORECASE)
    ]
    assert [name for name in naming if name not in own] == []


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
