"""Words, numbers and times as pages show them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db.models import TextChoices
from django.template import engines
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler

from analytics.templatetags.state_words import state_word
from analytics.templatetags.ui import compact, dollars, initials, percent, share
from content.models import GenerationStatus, MaterialStatus
from organizations.models import Role
from publishing.models import (
    AccountStatus,
    DeliveryState,
    PendingStatus,
    PostStatus,
    RunStatus,
    ScheduleStatus,
)

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def _rendered(source: str, **context: Any) -> str:
    compiled = CottonCompiler().process("{% load ui %}" + source)
    template = engines["django"].from_string(compiled)
    return str(template.render(context, RequestFactory().get("/?state=ready&cursor=old")))


@pytest.mark.parametrize(
    ("kind", "choices"),
    [
        ("material", MaterialStatus),
        ("generation", GenerationStatus),
        ("pending", PendingStatus),
        ("delivery", DeliveryState),
        ("schedule", ScheduleStatus),
        ("run", RunStatus),
        ("account", AccountStatus),
        ("post", PostStatus),
        ("member", Role),
    ],
)
def test_every_state_of_a_row_has_an_icon_and_a_word(kind: str, choices: type[TextChoices]) -> None:
    unknown = [value for value in choices.values if state_word(kind, value).icon == "circle"]
    assert unknown == []


def test_an_unknown_state_is_shown_as_it_is() -> None:
    assert "Half baked" in _rendered('{% state "material" "half_baked" %}')


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (999, "999"),
        (1234, "1,234"),
        (12_345, "12.3 k"),
        (1_250_000, "1.2 M"),
        (None, "–"),
    ],
)
def test_large_numbers_are_short(number: float | None, words: str) -> None:
    assert compact(number) == words


def test_ratios_money_names_and_lengths() -> None:
    assert percent(0.0312) == "3.1 %"
    assert (dollars(2_100), dollars(12_500_000), dollars(0)) == ("$0.0021", "$12.50", "$0.00")
    assert (initials("Harbour & Pine Co"), initials("")) == ("HP", "?")
    assert (share(0.425), share(1.7), share("no")) == ("42.50%", "100.00%", "0.00%")


@time_machine.travel(NOON, tick=False)
def test_a_moment_is_told_in_its_zone_absolute_and_relative() -> None:
    html = _rendered('{% when at "Europe/Berlin" %}', at=NOON.replace(hour=13, minute=5))
    assert 'today 14:05 CET <span class="when__ago">(in 1 h)</span>' in html
    assert 'datetime="2026-03-03T13:05:00+00:00"' in html


@time_machine.travel(NOON, tick=False)
def test_a_moment_takes_the_zone_of_its_page() -> None:
    assert "13:00 CET" in _rendered("{% when at %}", at=NOON, zone="Europe/Berlin")
    assert "never" in _rendered("{% when at %}", at=None)


def test_paging_keeps_the_filters_of_the_page() -> None:
    page = type("Page", (), {"next_cursor": "n&1", "previous_cursor": None})()
    html = _rendered('<c-pager :page="page" />', page=page)
    assert 'href="?state=ready&amp;cursor=n%261"' in html
    assert "Newer" not in html


def test_user_text_is_escaped_in_every_part_of_a_row() -> None:
    html = _rendered(
        '<c-row title="{{ x }}" :meta="x" href="{{ x }}" data-x="{{ x }}">{{ x }}</c-row>',
        x='"><script>alert(1)</script>',
    )
    assert "<script>" not in html
    assert '"><' not in html.replace('"><a', "").replace('"></', "")


def test_a_component_does_not_take_its_words_from_the_page_around_it() -> None:
    html = _rendered(
        '<c-card><c-row title="Post"></c-row></c-card>', meta="leak", actions="leak", footer="leak"
    )
    assert "leak" not in html
