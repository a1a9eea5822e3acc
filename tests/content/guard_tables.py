"""For each guard, texts that must pass and texts that must fail."""

from __future__ import annotations

from . import trust_tables
from .guard_cases import MASTS, Case, counted

GERMAN = "Unsere Werkstatt baut die Masten in zwölf Tagen neu und der Lack ist nicht aus dem Regal."
AVOID = {"words_to_avoid": ("cheap", "best price", "guarantee*", "größte", "C++")}
LINKS = {
    "links": ("https://harbour.example/masts?size=12",),
    "allowed_links": ("https://shop.example/boats", "harbour-partner.com"),
    "website": "https://www.harbour.example",
}

MUST_PASS: dict[str, list[Case]] = {
    "length": [
        Case(MASTS),
        Case("x" * 300),
        Case("x" * 280, hashtags=("masts", "boats")),
        Case("ü" * 150, {"count": counted(300, 300)}),
    ],
    "placeholders": [
        Case(MASTS),
        Case("I <3 wooden boats, and 2 < 3 > 1."),
        Case("Measured twice [1], cut once [2]."),
        Case("A set {1, 2, 3} of 100% fir."),
        Case("TODO lo que ves es madera.", {"languages": ("es",)}),
        Case("We do everything to-do lists ask for."),
        Case("Read the [guide](https://harbour.example) first."),
    ],
    "words_to_avoid": [
        Case(MASTS, AVOID),
        Case("A cheaper mast is cheapness.", AVOID),
        Case("The best. Price on request.", AVOID),
        Case("Learn C, then sail.", AVOID),
        Case("Grosse Masten.", AVOID),
        Case("Fair", AVOID, hashtags=("Cheapside",)),
    ],
    "required_words": [
        Case(MASTS, {"required_words": ("Douglas fir",)}),
        Case("Masts by HARBOUR & PINE.", {"required_words": ("Harbour & Pine",)}),
        Case("Masts.", {"required_words": ("#ad",)}, hashtags=("Ad",)),
        Case("Masts. #ad", {"required_words": ("#ad",)}),
        Case("Masts.", {"required_words": ("wooden boats",)}, hashtags=("WoodenBoats",)),
        Case("Masts.", {"required_words": (" ", "")}),
    ],
    "links": [
        Case(MASTS, LINKS),
        Case("See https://harbour.example/masts?size=12.", LINKS),
        Case("See http://www.harbour.example/masts/?size=12&utm_source=feed", LINKS),
        Case("See (https://harbour.example/anything/else)!", LINKS),
        Case("Order at shop.example/boats/12 or in the shop.", LINKS),
        Case("Ask blog.harbour-partner.com, or Node.js, e.g. at 3.5 knots.", LINKS),
        Case("Rooms on Booking.com fill up.", {**LINKS, "known_text": "booking.com says"}),
        Case("Write to masts@harbour.example.", LINKS),
        Case("One sentence.Another one.In haste.", LINKS),
        Case("The data: 12 boats. The file: closed.", LINKS),
        Case("Masts.", LINKS, link="https://harbour.example/masts?size=12"),
    ],
    "language": [
        Case(MASTS, {"languages": ("en",)}),
        Case(GERMAN, {"languages": ("en", "de")}),
        Case(GERMAN, {"languages": ("de-AT",)}),
        Case(GERMAN),
        Case("Wood. Fir. Varnish.", {"languages": ("de",)}),
        Case("今日の船はとても静かです。", {"languages": ("ja",)}),
        Case("⛵⛵⛵ 12 34", {"languages": ("en",)}),
    ],
    "hashtags": [
        Case(MASTS),
        Case(MASTS, {"hashtags_max": 2}, hashtags=("masts", "boats")),
        Case(MASTS, hashtags=("holz_boot", "Größe", "2026er", "船")),
    ],
}

MUST_FAIL: dict[str, list[Case]] = {
    "length": [
        Case(""),
        Case(" \n "),
        Case("x" * 301),
        Case("x" * 290, hashtags=("masts", "boats")),
        Case("x" * 290, link="https://harbour.example"),
        Case("ü" * 151, {"count": counted(300, 300)}),
    ],
    "placeholders": [
        Case("Buy [product name] now.", points_at=("[product name]",)),
        Case("Dear {{ first_name }}, hello.", points_at=("{{ first_name }}",)),
        Case("Dear {name}, pay ${price}.", points_at=("{name}", "${price}")),
        Case("Save with %CODE% today.", points_at=("%CODE%",)),
        Case("More at <insert link>.", points_at=("<insert link>",)),
        Case("<b>Bold</b> words.", points_at=("<b>", "</b>")),
        Case("TODO: find a hook", points_at=("TODO",)),
        Case("Lorem ipsum dolor sit amet", points_at=("Lorem ipsum",)),
        Case("Insert your web address here", points_at=("Insert your web address here",)),
        Case("Twelve days. [...]", points_at=("[...]",)),
        Case("Masts.", hashtags=("[tag]",)),
    ],
    "words_to_avoid": [
        Case("A CHEAP mast.", AVOID, points_at=("CHEAP",)),
        Case("The best\nprice, the best-price.", AVOID, points_at=("best\nprice", "best-price")),
        Case("Guaranteed for life.", AVOID, points_at=("Guaranteed",)),
        Case("Die GRÖSSTE Werft.", AVOID, points_at=("GRÖSSTE",)),
        Case("Die gro\u0308ßte Werft.", AVOID, points_at=("gro\u0308ßte",)),
        Case("We write C++.", AVOID, points_at=("C++",)),
        Case("Masts.", AVOID, hashtags=("CheapMasts",)),
        Case("Masts.", AVOID, hashtags=("best_price",)),
    ],
    "required_words": [
        Case(MASTS, {"required_words": ("Harbour & Pine",)}),
        Case("Adamant masts.", {"required_words": ("#ad",)}),
        Case("Firs.", {"required_words": ("fir", "oak")}),
    ],
    "links": [
        Case(
            "See https://evil.example/masts now.", LINKS, points_at=("https://evil.example/masts",)
        ),
        Case("Order at shop.example/cars.", LINKS, points_at=("shop.example/cars",)),
        Case("See notharbour-partner.com!", LINKS, points_at=("notharbour-partner.com",)),
        Case("See https://harbour.example.evil.com/masts", LINKS),
        Case("See https://harbour.example@evil.com/masts", LINKS),
        Case("See https://harbour.example:8443/masts", LINKS),
        Case("Open javascript:alert(1) now.", LINKS, points_at=("javascript:alert(1)",)),
        Case("See data:text/html;base64,PHA+ today.", LINKS),
        Case("See https://h\u0430rbour.example/masts", LINKS),
        Case("Open javascript://harbour.example/%0aalert(1)", LINKS),
        Case("See ftp://harbour.example/masts", LINKS),
        Case("Masts.", LINKS, link="https://evil.example"),
        Case("See https://harbour.example", {}),
    ],
    "language": [
        Case(GERMAN, {"languages": ("en",)}, points_at=(GERMAN,)),
        Case(
            MASTS + " And they are the ones that you will have on your boat.",
            {"languages": ("de",)},
        ),
        Case("Сегодня лодка вышла в море.", {"languages": ("en", "de")}),
        Case("今日の船はとても静かです。", {"languages": ("zh",)}),
    ],
    "hashtags": [
        Case(MASTS, {"hashtags_max": 1}, hashtags=("masts", "boats")),
        Case(MASTS, hashtags=("two words",)),
        Case(MASTS, hashtags=("masts", "Masts")),
        Case(MASTS, hashtags=("2026",)),
        Case(MASTS, {"hashtags_max": 0}, hashtags=("masts",)),
    ],
}

MUST_PASS |= trust_tables.MUST_PASS
MUST_FAIL |= trust_tables.MUST_FAIL
