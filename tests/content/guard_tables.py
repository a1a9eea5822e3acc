"""For each guard, texts that must pass and texts that must fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from content.guards import CandidateText, GuardBrief, TextCount


def counted(characters: int = 300, size_bytes: int | None = None) -> Any:
    """A platform that counts code points of text, hashtags and link, and bytes if told."""

    def count(candidate: CandidateText) -> TextCount:
        tags = " ".join(f"#{tag}" for tag in candidate.hashtags)
        final = "\n\n".join(part for part in (candidate.text, tags, candidate.link) if part)
        return TextCount(len(final), characters, len(final.encode()), size_bytes)

    return count


@dataclass(frozen=True)
class Case:
    """One text under one brief, and where its fault lies when the guard can point at it."""

    text: str
    brief: dict[str, Any] = field(default_factory=dict)
    hashtags: tuple[str, ...] = ()
    link: str = ""
    points_at: tuple[str, ...] = ()

    @property
    def candidate(self) -> CandidateText:
        return CandidateText(self.text, self.hashtags, self.link)

    @property
    def guard_brief(self) -> GuardBrief:
        return GuardBrief(**{"count": counted(), **self.brief})


MASTS = "Our workshop rebuilds wooden masts in twelve days, planed by hand from Douglas fir."
GERMAN = "Unsere Werkstatt baut die Masten in zwölf Tagen neu und der Lack ist nicht aus dem Regal."
AVOID = {"words_to_avoid": ("cheap", "best price", "guarantee*", "größte", "C++")}
LINKS = {
    "links": ("https://harbour.example/masts?size=12",),
    "allowed_links": ("https://shop.example/boats", "harbour-partner.com"),
    "website": "https://www.harbour.example",
}
FACTS = {"known_text": "34 boats, 1,200 litres of varnish and 7.5 metres of fir since 1987."}

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
    "numbers": [
        Case(MASTS, FACTS),
        Case("34 boats, 1200 litres, 7.5 m, since 1987, in 3 steps.", FACTS),
        Case("1.200 litres.", FACTS),
        Case("See https://harbour.example/2026/11 #top100", FACTS),
        Case("Model X500 on the A8.", FACTS),
        Case("5,000 boats."),
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
    "numbers": [
        Case("35 boats went to sea.", FACTS, points_at=("35",)),
        Case("Save 20 % until 31.12.", FACTS, points_at=("20", "31.12")),
        Case("75 metres.", {"known_text": "7 metres"}, points_at=("75",)),
    ],
}
