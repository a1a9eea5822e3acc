"""Pages of posts that repeat."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from config.kernel.clock import today_in
from config.kernel.scoping import org_atomic
from publishing.models import Recurrence, RecurrenceStatus
from tests import make_compositions, make_repeating
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


@pytest.fixture
def row(world: World) -> Recurrence:
    with org_atomic(world.id):
        composition = make_compositions.composition(world.brand, world.account)
        return make_repeating.recurrence(composition, rule="FREQ=WEEKLY;BYDAY=MO")


def form(**fields: Any) -> dict[str, Any]:
    return {
        "way": "weekly",
        "weekdays": ["1"],
        "interval": "1",
        "number": "1",
        "weekday": "1",
        "month_day": "1",
        "starts_on": today_in("Europe/Berlin").isoformat(),
        "wall_time": "09:00",
        "timezone": "Europe/Berlin",
        **fields,
    }


def test_the_list_says_when_and_asks_few_queries(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    with org_atomic(world.id):
        for number in range(12):
            made = make_compositions.composition(world.brand, world.account, text=f"No {number}.")
            make_repeating.recurrence(made)
    with django_assert_max_num_queries(12):
        answer = page.get(f"{world.path}/repeating/")
    body = answer.content.decode()
    assert "Every day at 09:00, Europe/Berlin" in body and "No 11." in body
    assert "The same words come again every day" in body
    assert len(answer.content) < 100_000


def test_an_empty_list_says_what_to_do(world: World, page: Client) -> None:
    assert "Nothing repeats yet" in page.get(f"{world.path}/repeating/").content.decode()


def test_a_composition_is_chosen_first(world: World, page: Client) -> None:
    with org_atomic(world.id):
        made = make_compositions.composition(world.brand, world.account)
    body = page.get(f"{world.path}/repeating/new/").content.decode()
    assert f"?composition={made.pk}" in body


def test_it_is_started_with_its_next_times_seen(world: World, page: Client) -> None:
    with org_atomic(world.id):
        made = make_compositions.composition(world.brand, world.account)
    address = f"{world.path}/repeating/new/?composition={made.pk}"
    assert "When it goes out" in page.get(address).content.decode()
    answer = page.post(address, form(way="monthly", number="-1", weekday="5"))
    with org_atomic(world.id):
        row = Recurrence.objects.get()
    assert answer.status_code == 302 and str(row.pk) in answer["Location"]
    assert row.rule == "FREQ=MONTHLY;BYDAY=-1FR" and row.created_by == world.editor


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"weekdays": []}, "Choose at least one day."),
        ({"way": "rule", "rule": "FREQ=HOURLY"}, "once a day at the most"),
        ({"way": "rule", "rule": ""}, "Write the rule"),
        ({"ends_on": "2020-01-01"}, "end before it starts"),
        ({"wall_time": "25:00"}, "valid time"),
        ({"most": "0"}, "greater than or equal to 1"),
        ({"timezone": "Mars/Base"}, "Select a valid choice"),
    ],
)
def test_bad_times_are_told_at_the_field(
    world: World, page: Client, fields: dict[str, Any], words: str
) -> None:
    with org_atomic(world.id):
        made = make_compositions.composition(world.brand, world.account)
    answer = page.post(f"{world.path}/repeating/new/?composition={made.pk}", form(**fields))
    assert answer.status_code == 422 and words in answer.content.decode()
    with org_atomic(world.id):
        assert not Recurrence.objects.exists()


def test_the_preview_follows_what_is_typed(world: World, page: Client) -> None:
    answer = page.get(f"{world.path}/repeating/next-times/", form(way="daily", interval="3"))
    body = answer.content.decode()
    assert "Every 3 days" in body and body.count("<li>") == 6
    refused = page.get(f"{world.path}/repeating/next-times/", form(way="rule", rule="nonsense"))
    assert "cannot be used" in refused.content.decode()


@pytest.mark.parametrize(
    ("rule", "way"),
    [
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "weekly"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "monthly"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "monthly_day"),
        ("FREQ=DAILY;INTERVAL=9", "daily"),
        ("FREQ=YEARLY;BYDAY=MO;BYMONTH=5;BYSETPOS=1", "rule"),
    ],
)
def test_the_edit_page_shows_the_way_that_it_was_set_up(
    world: World, page: Client, rule: str, way: str
) -> None:
    with org_atomic(world.id):
        made = make_compositions.composition(world.brand, world.account)
        row = make_repeating.recurrence(made, rule=rule)
    answer = page.get(f"{world.path}/repeating/{row.pk}/edit/")
    form = answer.context["form"]
    assert form.initial["way"] == way
    typed = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {name: value for name, value in typed.items() if value is not None}
    assert page.post(f"{world.path}/repeating/{row.pk}/edit/", sent).status_code == 302
    with org_atomic(world.id):
        row.refresh_from_db()
    assert row.rule == rule


def test_it_is_paused_resumed_and_ended(world: World, page: Client, row: Recurrence) -> None:
    address = f"{world.path}/repeating/{row.pk}/"
    for verb, status in (
        ("pause", RecurrenceStatus.PAUSED),
        ("resumption", RecurrenceStatus.ACTIVE),
        ("end", RecurrenceStatus.ENDED),
    ):
        assert page.post(f"{address}{verb}/").status_code == 302
        with org_atomic(world.id):
            row.refresh_from_db()
        assert row.status == status
        assert page.get(address).status_code == 200


def test_a_viewer_looks_and_does_not_change(world: World, client: Client, row: Recurrence) -> None:
    client.force_login(world.viewer)
    assert client.get(f"{world.path}/repeating/{row.pk}/").status_code == 200
    assert client.post(f"{world.path}/repeating/{row.pk}/pause/").status_code == 403
    assert client.get(f"{world.path}/repeating/{row.pk}/edit/").status_code == 403


def test_the_list_pages_on(world: World, page: Client) -> None:
    with org_atomic(world.id):
        made = make_compositions.composition(world.brand, world.account)
        for _ in range(27):
            make_repeating.recurrence(made)
    first = page.get(f"{world.path}/repeating/").context["page"]
    rest = page.get(f"{world.path}/repeating/?cursor={first.next_cursor}").context["page"]
    assert (len(first.items), len(rest.items)) == (25, 2)
