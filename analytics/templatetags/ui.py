"""Tags of the design system: icons, times, states, numbers and the places of the rail."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache, lru_cache
from html import unescape
from pathlib import Path
from typing import Any

import lucide
from django import template
from django.contrib.staticfiles import finders
from django.http import QueryDict
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from config.kernel import clock
from publishing.channels.registry import platform_label
from publishing.selectors.stops import stop_words, stops_in_sight

from .places import FOOT, PLACES, SWITCH, Link, links_for
from .state_words import state_word

register = template.Library()

SPRITE = "img/icons.svg"
THEMES = frozenset({"light", "dark"})


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: int = 16, classes: str = "") -> SafeString:
    """A drawing of the set, hidden from screen readers: a word always stands beside it."""
    modifier = "" if size == 16 else f" icon--{size}"
    if name in _sprite():
        return format_html(
            '<svg class="icon{}{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
            modifier,
            f" {classes}" if classes else "",
            static(SPRITE),
            name,
        )
    return _drawn(name, f"icon{modifier} {classes}".strip())


@register.simple_tag
@lru_cache(maxsize=512)
def state(kind: str, value: str) -> SafeString:
    """A row's state as icon and word, as `<c-state>` but cheaper in a long list."""
    word = state_word(kind, str(value))
    return format_html(
        '<span class="badge badge--{}">{}{}</span>',
        word.tone,
        icon(word.icon),
        word.word,
    )


@register.filter
def state_name(value: str, kind: str) -> str:
    """The word alone: `{{ decision.kind|state_name:"decision" }}`."""
    return state_word(kind, str(value)).word


@register.filter
def state_icon(value: str, kind: str) -> str:
    return state_word(kind, str(value)).icon


@register.filter
def state_tone(value: str, kind: str) -> str:
    return state_word(kind, str(value)).tone


@register.simple_tag(takes_context=True)
def when(
    context: Context,
    moment: datetime | None,
    zone: str = "",
    *,
    brief: bool = False,
    wall: bool = False,
) -> SafeString:
    """A moment in the zone given, the page's `zone`, or UTC: absolute and relative together.

    `brief` says how long ago or until and keeps the rest in its title; `wall` says the time of day
    alone, beside a countdown that says the rest.
    """
    if moment is None:
        return mark_safe('<span class="muted">never</span>')
    place = zone or str(context.get("zone") or "UTC")
    words = clock.in_words(moment, place)
    absolute, _, relative = words.rpartition(" (")
    if wall:
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), absolute)
    if not brief:
        # A line may break between the two, and not inside of "(2 days ago)".
        return format_html(
            '<time class="when" datetime="{}">{} <span class="when__ago">({}</span></time>',
            moment.isoformat(),
            absolute,
            relative,
        )
    return format_html(
        '<time class="when" datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        words,
        clock.ago(moment),
    )


@register.simple_tag
def standing_stops() -> list[dict[str, str]]:
    """What stands still in the team of this page; asked at most every five seconds by a process."""
    return [{"name": stop_words(each), "sentence": each.sentence} for each in stops_in_sight()]


register.filter("channel_name", platform_label)


@register.filter
def iso(moment: datetime | str | None) -> str:
    return moment.isoformat() if isinstance(moment, datetime) else str(moment or "")


@register.filter
def from_now(moment: datetime | str | None) -> str:
    """`in 14 min`, `2 h ago`; text that is not a moment says nothing."""
    found = moment if isinstance(moment, datetime) else _parsed(moment)
    return clock.ago(found) if found else ""


@register.filter
def compact(number: float | None) -> str:
    """1,234 -> `1,234`; 12,345 -> `12.3 k`; 1,234,567 -> `1.2 M`."""
    if number is None:
        return "–"
    for size, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (10_000, "k")):
        if abs(number) >= size:
            scale = 1_000 if letter == "k" else size
            return f"{number / scale:.1f} {letter}"
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


@register.filter
def percent(ratio: float | None, digits: int = 1) -> str:
    """0.0312 -> `3.1 %`."""
    return "–" if ratio is None else f"{float(ratio) * 100:.{int(digits)}f} %"


@register.filter
def dollars(micros: int | None) -> str:
    """Millionths of a dollar, with as many places as the amount needs to be more than zero."""
    if micros is None:
        return "–"
    amount = micros / 1_000_000
    return f"${amount:,.2f}" if amount == 0 or amount >= 0.1 else f"${amount:.4f}"


@register.filter
def initials(name: str) -> str:
    # A component's attribute comes escaped: the "amp" of "&amp;" is nobody's initial.
    words = re.findall(r"\w+", unescape(str(name)))
    return "".join(word[0] for word in words[:2]) or "?"


@register.filter
def share(value: Any, digits: int = 2) -> str:
    """A ratio as an SVG length between 0 and 100 %: pages may not carry style attributes."""
    return f"{min(max(_number(value), 0.0), 1.0) * 100:.{digits}f}%"


@register.simple_tag
def band(low: Any, high: Any) -> str:
    """The width of a range as an SVG length; `low` is where it starts."""
    return share(max(_number(high) - _number(low), 0.0))


@register.simple_tag
def channel_icon(slug: str) -> SafeString:
    """A platform's own drawing; a platform without one gets the neutral mark."""
    path = f"img/channels/{slug}.svg"
    if not _exists(path):
        return icon("radio", 16, "channel__icon")
    return format_html('<img class="channel__icon" src="{}" alt="">', static(path))


@register.simple_tag(takes_context=True)
def query_with(context: Context, name: str, value: Any) -> str:
    """The page's own query with one parameter set: filters survive paging."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def places(context: Context, which: str = "all") -> list[Link]:
    chosen = {"all": PLACES, "foot": FOOT, "switch": (SWITCH,)}[which]
    return links_for(context, chosen)


@register.filter
def in_bar(links: Iterable[Link], wanted: bool = True) -> list[Link]:
    return [link for link in links if link.in_bar is bool(wanted)]


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The theme a person chose, read from their cookie so that no page flashes the other one."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in THEMES else ""


@cache
def _sprite() -> frozenset[str]:
    path = finders.find(SPRITE)
    if not path:
        return frozenset()
    return frozenset(re.findall(r'<symbol id="([^"]+)"', Path(path).read_text("utf-8")))


@cache
def _drawn(name: str, classes: str) -> SafeString:
    # An icon that the sprite lacks still shows; a house test asks for the sprite to be redrawn.
    attributes: dict[str, Any] = {"class": classes, "aria-hidden": "true"}
    return mark_safe(lucide._render_icon(name, None, **attributes))  # noqa: S308


@cache
def _exists(path: str) -> bool:
    return finders.find(path) is not None


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def _parsed(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
