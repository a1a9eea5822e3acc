"""What docs/security.md promises is shown by tests that exist."""

from __future__ import annotations

import re

from tests.house.test_names import ROOT

DOCUMENT = ROOT / "docs" / "security.md"
ROW = re.compile(r"^\| (\d+\.\d+\.\d+)(?:\\\*)? \| (.+) \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")


def rows() -> list[tuple[str, str, str]]:
    return [(found[1], found[2], found[3]) for found in ROW.finditer(DOCUMENT.read_text())]


def test_every_requirement_stands_once_with_words_and_a_test() -> None:
    ids = [row[0] for row in rows()]
    assert len(ids) == len(set(ids)) >= 100
    assert [row[0] for row in rows() if len(row[1]) < 8 or not TEST.search(row[2])] == []


def test_every_test_that_is_named_exists() -> None:
    missing = []
    for _, _, cell in rows():
        for path, name in TEST.findall(cell):
            file = ROOT / path
            text = file.read_text() if file.exists() else ""
            if not text or (name and not re.search(rf"^def {name}\(", text, re.MULTILINE)):
                missing.append(f"{path}::{name}")
    assert missing == []


def test_every_setting_that_is_named_exists() -> None:
    named = set(re.findall(r"`(WARREN_[A-Z_]+)`", DOCUMENT.read_text()))
    example = (ROOT / ".env.example").read_text()
    assert {name for name in named if f"#{name}=" not in example} == set()
