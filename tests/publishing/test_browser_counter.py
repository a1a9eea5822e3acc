"""The browser's counter and the server's validation count alike: the same texts through both."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from publishing.channels.shapes import Limits
from publishing.channels.text import comment_length, compose, measure_text

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(sys.executable).parent / "node"
PROGRAM = f"""
import {{ compose, measure, measureComment }} from "{(ROOT / "static/js/text.js").as_uri()}";
let given = "";
for await (const part of process.stdin) given += part;
const answers = JSON.parse(given).map(({{ text, hashtags, link, limits, hasMedia }}) => {{
  const composed = compose(text, hashtags, link ?? "", limits);
  const {{ used, bytes, isOver }} = measure(composed, limits, hasMedia);
  const comment = measureComment(text, limits).used;
  return {{ composed, used, bytes, isOver, comment }};
}});
process.stdout.write(JSON.stringify(answers));
"""

LIMITS = [
    Limits(max_characters=300, max_bytes=3000, link_rule="shortened", link_length=24),
    Limits(max_characters=280, counter="codepoints", link_rule="fixed", link_length=23),
    Limits(max_characters=40, counter="graphemes"),
    Limits(max_characters=500, counter="bytes", max_bytes=500),
    Limits(
        max_characters=280,
        counter="weighted",
        link_rule="fixed",
        link_length=23,
        bare_links=True,
        comment_max=280,
    ),
    Limits(max_characters=3000, counter="linkedin_escaped", comment_max=1250),
    Limits(max_characters=500, counter="emoji_bytes", comment_max=500),
    Limits(max_characters=500, link_rule="fixed", link_length=23, mention_rule="local"),
    Limits(max_characters=4096, counter="utf16", max_characters_with_media=60),
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


PIECES = [
    *" \n\t\u00a0\u3000\u200b\ufeff\x1f.,:;!?-_()[]{}<>|*~#@$/&%'’…\"«»",
    *"aeoznüßØ",
    "ab",
    "Mast",
    "Größe",
    "ΣΑΣ",
    "e\u0301",
    "u\u0308\u0301",
    "\u0301",
    "日本語",
    "한국어",
    "각",
    "नमस्ते",
    "สวัสดี",
    "مرحبا",
    "עברית",
    "👨‍👩‍👧‍👦",
    "👩🏽‍🚀",
    "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "🇩🇪",
    "🇩",
    "❤️",
    "❤\ufe0e",
    "❤",
    "1️⃣",
    "#⃣",
    "©",
    "©️",
    "™",
    "☝🏿",
    "🏿",
    "\u200d",
    "𝒳",
    "#boats",
    "#日本",
    "#1",
    "\uff03wide",
    "a#b",
    "@mast",
    "@mast@harbour.example",
    "@a.b@c.org",
    "x@mast@b.org",
    "mail@example.org",
    "example.org",
    "Example.COM/a_(b)?q=1#top",
    "münchen.de",
    "sub.domain.co.uk:8080/x",
    "harbour.shop?x=1",
    "end.Of",
    "e.g",
    "Node.js",
    "v1.2",
    "https://example.org",
    "http://example.org/",
    "https://example.org/a_(b)_c",
    "https://example.org/a(b",
    "https://example.org/道/に?q=[1]&b={2}",
    "(https://example.org/x.)",
    "https://例え.jp/",
    "https://",
]


def _random_drafts() -> list[tuple[str, tuple[str, ...], str | None]]:
    """Texts out of what is hard to count, in any order; the same ones in every run."""
    chance = random.Random(20261121)
    drafts: list[tuple[str, tuple[str, ...], str | None]] = []
    for _ in range(250):
        text = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 14)))
        spaced = " ".join(chance.choice(PIECES) for _ in range(chance.randint(0, 6)))
        tags = tuple(chance.choice(PIECES) for _ in range(chance.randint(0, 3)))
        link = chance.choice([None, "https://example.org", " https://example.org/a_(b)_c\u3000"])
        drafts.append((text + chance.choice(["", " "]) + spaced, tags, link))
    return drafts


ALL = [
    (limits, draft, has_media)
    for limits in LIMITS
    for drafts, has_media in ((DRAFTS, False), (_random_drafts(), True))
    for draft in drafts
]


def _cases() -> list[dict[str, Any]]:
    return [
        {
            "text": text,
            "hashtags": list(hashtags),
            "link": link,
            "limits": limits.as_json(),
            "hasMedia": has_media,
        }
        for limits, (text, hashtags, link), has_media in ALL
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
    for (limits, (text, hashtags, link), has_media), seen in zip(ALL, counted, strict=True):
        composed = compose(text, hashtags, link)
        count = measure_text(composed, limits, has_media=has_media)
        expected = {
            "composed": composed,
            "used": count.used,
            "bytes": count.bytes_used,
            "isOver": count.over,
            "comment": comment_length(compose(text), limits),
        }
        assert seen == expected, (limits.counter, text)
