"""Charts are read as text, by tests as by people who do not see them."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.template import engines

from analytics.templatetags.charts import Point, Scale, Series, line_chart, scale_for

WEEK = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def _rendered(tag: str, **context: Any) -> str:
    return str(engines["django"].from_string("{% load charts %}" + tag).render(context))


def _tree(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<page>{html}</page>")


def _line(series: list[Series], **more: str) -> str:
    extra = " ".join(f"{key}={value}" for key, value in more.items())
    tag = (
        '{% line_chart title="Clicks" series=series x_label="Day" y_label="Clicks" ' + extra + " %}"
    )
    return _rendered(tag, series=series)


def _points(values: list[float | None]) -> list[Point]:
    return [Point(day, value) for day, value in zip(WEEK, values, strict=False)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([31, 96], Scale(0, 100, 50)),
        ([0.8, 3.4], Scale(0, 4, 1)),
        ([0.012, 0.041], Scale(0, 0.06, 0.02)),
        ([-3, 7], Scale(-5, 10, 5)),
        ([], Scale(0, 1, 0.5)),
        ([None, 0], Scale(0, 1, 0.5)),
    ],
)
def test_a_scale_is_round_and_holds_zero(values: list[float | None], expected: Scale) -> None:
    scale = scale_for(values)
    assert (scale.low, scale.high, scale.step) == pytest.approx(
        (expected.low, expected.high, expected.step)
    )


def test_a_line_has_a_title_axes_and_a_table_behind_it() -> None:
    html = _line([Series("This week", _points([3, 5, 4]))])
    page = _tree(html)
    assert [title.text for title in page.iter("title")][0] == "Clicks"
    assert {"Day", "Clicks", "0", "Mon"} <= {text.text for text in page.iter("text")}
    table = page.find(".//table")
    assert table is not None
    assert [cell.text for cell in table.iter("td")] == ["3", "5", "4"]


def test_a_missing_value_leaves_a_gap_and_is_named_in_the_table() -> None:
    html = _line([Series("Clicks", _points([3, None, 4, 6]))])
    path = re.search(r'class="series__line"[^>]* d="([^"]+)"', html)
    assert path is not None
    assert path[1].count("M") == 2
    assert "no value" in html


def test_a_range_is_drawn_as_a_band_and_said_in_words() -> None:
    html = _line([Series("Clicks", [Point("Mon", 4, 3, 5), Point("Tue", 6, 4, 9)])])
    assert html.count("series__band") == 1
    assert "4 (3 to 5)" in html


def test_an_area_is_filled_under_a_single_line_only() -> None:
    one = Series("This week", _points([3, 5]))
    assert "series__band" in _line([one], area="True")
    assert "series__band" not in _line([one, Series("Before", _points([1, 2]))], area="True")


def test_more_than_five_series_are_refused() -> None:
    series = [Series(str(number), _points([1, 2])) for number in range(6)]
    with pytest.raises(ValueError, match="at most 5"):
        line_chart(title="t", series=series, x_label="x", y_label="y")


def test_nothing_to_draw_says_so() -> None:
    assert "Not enough data yet" in _line([])
    assert "Not enough data yet" in _line([Series("Clicks", _points([None, None]))])


def test_names_are_escaped() -> None:
    html = _line([Series("<b>", [Point("<i>", 1), Point("b", 2)]), Series("c", _points([1, 2]))])
    assert "<b>" not in html
    assert "<i>" not in html


def test_bars_stand_on_zero_and_carry_their_range() -> None:
    bars = [Point("8:00", 2, 1, 4), Point("9:00", -1)]
    tag = '{% bar_chart title="By hour" bars=bars x_label="Hour" y_label="Rate" unit="%" %}'
    page = _tree(_rendered(tag, bars=bars))
    first, second = page.iter("rect")
    bottom = float(first.attrib["y"].rstrip("%")) + float(first.attrib["height"].rstrip("%"))
    assert bottom == pytest.approx(float(second.attrib["y"].rstrip("%")), abs=0.02)
    assert len([line for line in page.iter("line") if "series__range" in line.attrib["class"]]) == 1
    assert "2 % (1 % to 4 %)" in {cell.text for cell in page.iter("td")}


def test_ranges_say_their_counts_and_admit_too_little_data() -> None:
    ranges = [Point("Storytelling", 4.2, 3.1, 5.4, 48), Point("Promotional", None, count=3)]
    html = _rendered('{% range_chart title="By angle" ranges=ranges unit="%" %}', ranges=ranges)
    assert "4.2 %, between 3.1 % and 5.4 %; 48 posts" in html
    assert "Not enough data yet; 3 posts" in html


def test_a_spark_reads_its_numbers_aloud() -> None:
    html = _rendered('{% spark values title="Clicks, last 7 days" %}', values=[3, None, 1234])
    assert "<title>Clicks, last 7 days: 3, none, 1,234</title>" in html


def test_a_spark_of_one_number_is_nothing() -> None:
    assert _rendered('{% spark values title="Clicks" %}', values=[3]) == ""


def test_a_chart_carries_no_style_attribute() -> None:
    html = _line([Series("Clicks", _points([3, 5]))])
    assert "style=" not in html
