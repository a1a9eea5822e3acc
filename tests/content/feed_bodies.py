"""Feeds as sites give them, for the tests of what reads and polls them."""

from __future__ import annotations

from collections.abc import Iterable

LONG = (
    "The workshop in Kiel rebuilds wooden masts for classic boats. Every mast is planed by hand "
    "from Douglas fir and gets seven coats of varnish before it goes back to its owner. The work "
    "takes twelve days, and owners may watch. Last spring 34 boats went to sea with one, and this "
    "year there are already forty on the list. A mast of nine metres costs 4,800 euros, and the "
    "workshop measures the old one for nothing while its owner waits for it."
)


def rss(items: Iterable[str], head: str = "<language>en</language>") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>'
        f"<title>Harbour news</title><link>https://news.example/</link>{head}{''.join(items)}"
        "</channel></rss>"
    )


def item(number: int, text: str = LONG, *, date: str = "", title: str = "") -> str:
    told = f"<pubDate>{date}</pubDate>" if date else ""
    return (
        f"<item><title>{title or f'Mast number {number}'}</title>"
        f"<link>https://news.example/{number}</link><guid>g{number}</guid>{told}"
        f"<description><![CDATA[{text}]]></description></item>"
    )
