"""The browser's counter and the server's validation count alike: the same texts through both."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from publishing.channels.shapes import Limits
from publishing.channels.text import compose, measure_text

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(sys.executable).parent / "node"
PROGRAM = f"""
import {{ compose, measure }} from "{(ROOT / "static/js/text.js").as_uri()}";
let given = "";
for await (const part of process.stdin) given += part;
const answers = JSON.parse(given).map(({{ text, hashtags, link, limits }}) => {{
  const composed = compose(text, hashtags, link ?? "", limits);
  const {{ used, bytes, isOver }} = measure(composed, limits);
  return {{ composed, used, bytes, isOver }};
}});
process.stdout.write(JSON.stringify(answers));
"""

LIMITS = [
    Limits(max_characters=300, max_bytes=3000, link_rule="shortened", link_length=24),
    Limits(max_characters=280, counter="codepoints", link_rule="fixed", link_length=23),
    Limits(max_characters=40, counter="graphemes"),
    Limits(max_characters=500, counter="bytes", max_bytes=500),
]
DRAFTS: list[tuple[str, tuple[str, ...], str | None]] = [
    ("", (), None),
    ("Nine months on the branch instead of six.", ("coffee", "#Altitude"), None),
    ("  A line.\r\nAnd another.  ", ("coffee", "Coffee", "7", "slow roast!"), "https://e.org/"),
    ("Family 👨‍👩‍👧‍👦, flag 🇩🇪, thumb 👍🏽, é as two: e\u0301", (), None),
    ("See https://www.example.org/a/rather/long/address/?with=query, then rest.", (), None),
    ("(https://example.org/a_(b)) and https://example.org/x.", (), "https://example.org/x"),
    ("Already #coffee here", ("COFFEE", "roast"), "https://example.org/a/long/way/to/go/on"),
    ("日本語のテキスト、https://例え.jp/道。 #東京 です", ("東京", "京都"), None),
    ("नमस्ते दुनिया", (), None),
    ("Γειά σου Κόσμε " * 20, (), "https://example.org/"),
    ("é" * 600, (), None),
]


def _cases() -> list[dict[str, Any]]:
    return [
        {"text": text, "hashtags": list(hashtags), "link": link, "limits": limits.as_json()}
        for limits in LIMITS
        for text, hashtags, link in DRAFTS
    ]


@pytest.fixture(scope="module")
def counted() -> list[dict[str, Any]]:
    answer = subprocess.run(
        [NODE, "--input-type=module", "-e", PROGRAM],
        input=json.dumps(_cases()),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answers: list[dict[str, Any]] = json.loads(answer.stdout)
    return answers


def test_the_browser_counts_what_the_server_counts(counted: list[dict[str, Any]]) -> None:
    expected = []
    for limits in LIMITS:
        for text, hashtags, link in DRAFTS:
            composed = compose(text, hashtags, link)
            count = measure_text(composed, limits)
            expected.append(
                {
                    "composed": composed,
                    "used": count.used,
                    "bytes": count.bytes_used,
                    "isOver": count.over,
                }
            )
    assert counted == expected
