"""The places a person can go: one list behind the rail, the phone's bar and the keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template import Context
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True, slots=True)
class Place:
    key: str
    word: str
    icon: str
    url_name: str
    letter: str
    in_bar: bool = False
    nouns: tuple[str, ...] = ()
    """What else is done here: pages about these of its app belong to this place."""


@dataclass(frozen=True, slots=True)
class Link:
    """A place as this page shows it: address, whether it is this one, how much waits there."""

    key: str
    word: str
    icon: str
    letter: str
    url: str
    in_bar: bool
    is_current: bool
    count: int


PLACES = (
    Place("home", "Home", "house", "analytics:home", "h", in_bar=True),
    Place(
        "calendar",
        "Calendar",
        "calendar",
        "publishing:calendar",
        "l",
        in_bar=True,
        nouns=("composition", "queue", "schedule", "recurrence", "evergreen", "mix", "import"),
    ),
    Place(
        "approvals",
        "Approvals",
        "circle-check-big",
        "publishing:approval-list",
        "a",
        in_bar=True,
    ),
    Place("inbox", "Inbox", "inbox", "publishing:inbox", "i", in_bar=True, nouns=("conversation",)),
    Place("posts", "Posts", "send", "publishing:post-list", "p", nouns=("delivery",)),
    Place("materials", "Materials", "file-text", "content:material-list", "m"),
    Place("brands", "Brands", "briefcase", "brands:brand-list", "b"),
    Place("channels", "Channels", "radio", "publishing:channel-list", "c"),
)
FOOT = (
    Place("help", "Help", "life-buoy", "organizations:help", "?"),
    Place("account", "Settings", "settings", "organizations:account", "u"),
)
SWITCH = Place("switch", "Switch", "chevrons-up-down", "organizations:organization-list", "o")


def links_for(context: Context, places: tuple[Place, ...]) -> list[Link]:
    """The places that exist in this installation, resolved for the organization of the page."""
    request: HttpRequest | None = context.get("request")
    slug = getattr(getattr(request, "organization", None), "slug", None)
    current = context.get("nav_place") or ""
    waiting = int(context.get("waiting_count") or 0)
    links = []
    for place in places:
        url = _url(place.url_name, slug)
        if url:
            links.append(_link(place, url, current or _noun_of(request), waiting))
    return links


def _link(place: Place, url: str, current: str, waiting: int) -> Link:
    return Link(
        key=place.key,
        word=place.word,
        icon=place.icon,
        letter=place.letter,
        url=url,
        in_bar=place.in_bar,
        is_current=current in {place.key, *_nouns(place)},
        count=waiting if place.key == "approvals" else 0,
    )


def _url(name: str, slug: str | None) -> str:
    # A page that is not part of this installation leaves the rail instead of breaking every page.
    attempts: tuple[dict[str, Any], ...] = ({"org": slug}, {}) if slug else ({},)
    for kwargs in attempts:
        try:
            return reverse(name, kwargs=kwargs)
        except NoReverseMatch:
            continue
    return ""


def _noun_of(request: HttpRequest | None) -> str:
    match = getattr(request, "resolver_match", None)
    return _noun(match.view_name) if match else ""


def _nouns(place: Place) -> set[str]:
    app = place.url_name.partition(":")[0]
    return {_noun(place.url_name), *(f"{app}:{noun}" for noun in place.nouns)}


def _noun(view_name: str) -> str:
    """`content:material-show` and `content:material-list` are both about `content:material`."""
    return view_name.rsplit("-", 1)[0] if "-" in view_name else view_name
