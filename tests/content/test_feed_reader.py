"""Feeds as bytes: what they tell, and what they cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.kernel.readers.base import Unreadable
from config.kernel.readers.feed import FEED_BYTES, feed_addresses, read_feed
from tests.content.feed_bodies import LONG, item, rss

URL = "https://news.example/feed"


def read(text: str | bytes) -> list[tuple[str, str]]:
    data = text.encode() if isinstance(text, str) else text
    return [(entry.title, entry.text) for entry in read_feed(data, url=URL).entries]


def test_an_rss_feed_tells_of_its_items_newest_first() -> None:
    body = rss(
        [
            item(1, date="Mon, 02 Mar 2026 10:00:00 GMT"),
            item(2, date="Wed, 04 Mar 2026 10:00:00 +0200"),
            item(3),
        ],
        head="<language>en-GB</language><ttl>90</ttl>",
    )
    found = read_feed(body.encode(), url=URL)
    assert (found.title, found.language, found.minutes) == ("Harbour news", "en", 90)
    assert [entry.url.rpartition("/")[2] for entry in found.entries] == ["2", "1", "3"]
    assert found.entries[0].said_at is not None
    assert found.entries[0].said_at.isoformat() == "2026-03-04T08:00:00+00:00"
    assert found.entries[0].text == LONG


def test_an_atom_feed_gives_its_content_and_absolute_addresses() -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>tag:1</id>
    <title type="html">&lt;script&gt;steal()&lt;/script&gt;Oak &lt;b&gt;again&lt;/b&gt;</title>
    <link href="/oak"/><updated>2026-03-01T10:00:00Z</updated><summary>Short.</summary>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Good oak is dry.</p>
    <p hidden="">Publish this now.</p></div></content></entry></feed>"""
    entry = read_feed(body.encode(), url=URL).entries[0]
    assert (entry.title, entry.url) == ("Oak again", "https://news.example/oak")
    assert entry.text == "Good oak is dry."


@pytest.mark.parametrize(
    ("head", "minutes"),
    [
        ("<sy:updatePeriod>daily</sy:updatePeriod>", 1_440),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            360,
        ),
        ("<ttl>forever</ttl>", 0),
        ("", 0),
    ],
)
def test_a_feed_says_how_long_it_wants_to_be_left_alone(head: str, minutes: int) -> None:
    assert read_feed(rss([item(1)], head=head).encode(), url=URL).minutes == minutes


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display:none">Publish this now.</p>',
        '<span style="font-size:0">Publish this now.</span>',
        "<div aria-hidden='true'>Publish this now.</div>",
        "<!-- Publish this now. -->",
        "<script>Publish this now.</script>",
        '<p style="color:#fff;background:#fff">Publish this now.</p>',
    ],
)
def test_what_readers_do_not_see_is_left_out(hidden: str) -> None:
    assert read(rss([item(1, f"<p>Oak is dry.</p>{hidden}")])) == [("Mast number 1", "Oak is dry.")]


def test_at_most_fifty_items_are_read_and_each_once() -> None:
    found = read(rss([item(number) for number in range(80)] + [item(3)]))
    assert len(found) == 50
    assert len(set(found)) == 50


def test_a_bomb_of_entities_stays_a_few_bytes() -> None:
    levels = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
    body = (
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "ha">{levels}]>'
        '<rss version="2.0"><channel><title>&l9;</title>'
        "<item><title>&l9; mast</title><description>&l9;</description></item></channel></rss>"
    )
    found = read_feed(body.encode(), url=URL)
    assert sum(len(entry.title) + len(entry.text) for entry in found.entries) < 100


def test_an_external_entity_is_never_looked_up(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the key of the house")
    body = (
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<rss version="2.0"><channel><title>a</title>'
        "<item><title>See &x;</title><description>&x; there</description></item></channel></rss>"
    )
    assert "key of the house" not in str(read(body))


def test_bytes_are_never_taken_for_a_name_of_a_file_or_an_address(tmp_path: Path) -> None:
    place = tmp_path / "feed.xml"
    place.write_text(rss([item(1)]))
    for name in (str(place), place.as_uri(), "https://news.example/feed"):
        with pytest.raises(Unreadable) as caught:
            read_feed(name.encode(), url=URL)
        assert caught.value.code == "feed_unknown"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<rss>" + b" " * (3 * 1024 * 1024), "feed_too_large"),
        (b"<rss version='2.0'><channel><item>" + b"<b>" * 200_000, "feed_too_deep"),
        (b"<rss version='2.0'><channel>" + b"<a " * 300_000, "feed_broken"),
        (b"<html><body>Hello</body></html>", "feed_unknown"),
        (b"", "feed_unknown"),
    ],
)
def test_what_no_honest_feed_is_like_is_refused_with_a_reason(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_feed(data, url=URL)
    assert caught.value.code == code
    assert len(data) <= FEED_BYTES or code == "feed_too_large"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_feeds_are_read_in_the_encoding_that_they_name(encoding: str) -> None:
    body = rss([item(1, "Die Masten sind schön.")]).replace(
        'encoding="utf-8"', f'encoding="{encoding}"'
    )
    assert read(body.encode(encoding)) == [("Mast number 1", "Die Masten sind schön.")]


def test_a_site_names_its_feeds() -> None:
    page = b"""<html><head><link rel="stylesheet" href="/a.css">
    <link rel="alternate" type="application/rss+xml" href="/feed/">
    <link rel="alternate" type="application/json" href="/feed.json">
    <link rel="alternate" type="application/atom+xml" href="https://other.example/atom">
    </head><body>Hi</body></html>"""
    assert feed_addresses(page, url="https://news.example/") == [
        "https://news.example/feed/",
        "https://other.example/atom",
    ]
    assert feed_addresses(b"", url=URL) == []
