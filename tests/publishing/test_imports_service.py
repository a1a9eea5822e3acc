"""Posts from a file: what each row becomes, made once, undone as a whole; and out into files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from content.models import Asset
from publishing.models import (
    Composition,
    ImportStatus,
    PendingPost,
    PendingStatus,
    PostImport,
)
from publishing.services import imports_making, imports_undoing
from publishing.services.exports import Span, export_planned, template_file
from publishing.services.imports import (
    cancel_import,
    check_again,
    check_file,
    confirm_import,
    sweep_imports,
    wishes_of,
)
from publishing.services.imports_checking import DRAFT, IN_QUEUE, Wishes
from publishing.services.imports_making import make_import
from publishing.services.imports_undoing import undo_import
from tests import make_compositions, make_planning, make_repeating
from tests.world import World

pytestmark = pytest.mark.django_db


class Crash(Exception):
    """A worker that ends in the middle of a row."""


NOON = datetime(2027, 3, 3, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _wednesday() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def inside(world: World) -> Iterator[None]:
    with org_atomic(world.id):
        yield


def row(**cells: Any) -> dict[str, Any]:
    """A post for the brand's own page, unless the cells say otherwise."""
    return {"text": "Masts in twelve days.", "accounts": "feed", **cells}


def checked(world: World, *rows: dict[str, Any]) -> PostImport:
    data = make_repeating.json_file(list(rows))
    return check_file(brand=world.brand, name="march.json", data=data, by=world.editor)


def made(world: World, *rows: dict[str, Any]) -> PostImport:
    post_import = checked(world, *rows)
    confirm_import(post_import=post_import, by=world.editor, only_whole=False)
    assert sweep_imports() == 1
    post_import.refresh_from_db()
    return post_import


def undone(post_import: PostImport, world: World) -> PostImport:
    undo_import(post_import=post_import, by=world.editor)
    assert sweep_imports() == 1
    post_import.refresh_from_db()
    assert post_import.status == ImportStatus.UNDONE
    return post_import


def problems(post_import: PostImport, number: int = 0) -> list[tuple[str, str]]:
    found = post_import.rows[number]["problems"]
    return [(each["column"], each["sentence"]) for each in found]


def test_a_dry_run_makes_nothing_and_says_what_each_row_becomes(world: World, inside: None) -> None:
    found = checked(
        world, row(date="2027-03-31", time="09:00"), row(), row(date="2027-03-31", time="")
    )
    assert [each["becomes"] for each in found.rows] == ["time", "draft", "draft"]
    assert found.rows[0]["wall"] == "2027-03-31 09:00"
    assert found.rows[1]["notes"] == ["It has no time, so it stays a draft."]
    assert "no time" in problems(found, 2)[0][1]
    assert not Composition.objects.exists()


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"text": ""}, "text", "no text"),
        ({"accounts": "@nobody"}, "accounts", "no account called “@nobody”"),
        ({"accounts": ""}, "accounts", "names no account"),
        ({"date": "2027-03-31 9am"}, "", ""),
        ({"date": "3/4/2027 09:00"}, "date", "could be two days"),
        ({"date": "2027-03-01 09:00"}, "date", "has passed"),
        ({"date": "someday"}, "date", "is not a day"),
        ({"date": "", "time": "09:00"}, "time", "a time and no day"),
        ({"zone": "Mars/Base"}, "zone", "not a time zone"),
        ({"link": "www.example.com"}, "link", "starts with https://"),
        ({"media": "mast.jpg"}, "media", "nothing called “mast.jpg”"),
        ({"media": "https://example.com/a.jpg"}, "media", "come from the library"),
        ({"queue": "Evenings"}, "queue", "no queue called “Evenings”"),
        ({"title": "x" * 301}, "title", "at most 300"),
        ({"text": "A cheap mast."}, "text", "cheap"),
    ],
)
def test_a_row_says_what_is_wrong_and_in_which_column(
    world: World, inside: None, cells: dict[str, str], column: str, words: str
) -> None:
    found = checked(world, row(**{"date": "2027-03-31 09:00", **cells}))
    told = problems(found)
    if not column:
        assert told == []
        return
    assert any(where == column and words in sentence for where, sentence in told), told


def test_rows_are_made_as_they_were_shown(world: World, inside: None) -> None:
    done = made(
        world,
        row(date="2027-03-31", time="09:00", hashtags="#mast, wood", link="https://a.example/x"),
        row(text="A draft."),
        row(accounts="@nobody"),
    )
    assert done.status == ImportStatus.DONE and done.made_count == 2
    post = PendingPost.objects.get()
    assert (post.wall_time, post.zone) == ("2027-03-31 09:00", "Europe/Berlin")
    assert post.hashtags == ["mast", "wood"] and post.author == world.editor
    draft = Composition.objects.get(text="A draft.")
    assert draft.import_batch == done and draft.variants.count() == 1


def test_nine_in_the_file_is_nine_on_the_brands_clock_in_summer_too(
    world: World, inside: None
) -> None:
    made(world, row(date="2027-03-27 09:00"), row(text="After it.", date="2027-03-29 09:00"))
    moments = PendingPost.objects.order_by("scheduled_for").values_list("scheduled_for", flat=True)
    assert [each.hour for each in moments] == [8, 7]


def test_a_queue_gives_times_and_a_medium_comes_from_the_library(
    world: World, inside: None
) -> None:
    make_planning.queue(world.brand)
    Asset.objects.create(
        brand=world.brand,
        name="Mast.jpg",
        reference="o/x.jpg",
        content_type="image/jpeg",
        checksum="0" * 64,
    )
    done = made(world, row(queue="mornings"), row(text="A draft.", media="mast.JPG"))
    assert [each["error"] for each in done.rows] == ["", ""], done.rows
    post = PendingPost.objects.get()
    assert post.queue is not None and post.wall_time.endswith("09:00")
    draft = Composition.objects.get(text="A draft.")
    assert draft.media[0]["reference"] == "o/x.jpg"


def test_accounts_are_found_by_handle_name_and_network(world: World, inside: None) -> None:
    one = make_compositions.network_account(world.brand, "mastodon", "Harbour")
    two = make_compositions.network_account(world.brand, "mastodon", "Kiel")
    found = checked(
        world,
        row(accounts="@harbour"),
        row(accounts="Mastodon:@kiel; feed"),
        row(accounts="mastodon"),
    )
    assert found.rows[0]["accounts"] == [str(one.pk)]
    assert found.rows[1]["accounts"] == [str(two.pk), str(world.account.pk)]
    assert "could be mastodon:harbour, mastodon:kiel" in problems(found, 2)[0][1]


def test_other_columns_and_wishes_read_the_same_file_again(world: World, inside: None) -> None:
    post_import = checked(world, {"Foo": "Hello.", "Day": "3/4/2027 10:00"})
    assert problems(post_import)
    queue = make_planning.queue(world.brand)
    columns = {"text": "Foo", "date": "Day", "title": "not in the file"}
    accounts = (str(world.account.pk),)
    again = check_again(
        post_import=post_import,
        wishes=Wishes(columns, "time", "day", accounts),
        by=world.editor,
    )
    assert again.rows[0]["wall"] == "2027-04-03 10:00" and not problems(again)
    again = check_again(
        post_import=post_import,
        wishes=Wishes(columns, IN_QUEUE, "day", accounts, str(queue.pk)),
        by=world.editor,
    )
    assert again.rows[0]["becomes"] == IN_QUEUE and again.queue == queue
    drafts = Wishes(columns, DRAFT, "day", accounts)
    again = check_again(post_import=post_import, wishes=drafts, by=world.editor)
    assert again.rows[0]["becomes"] == DRAFT
    assert wishes_of(again).columns == {"text": "Foo", "date": "Day"}


def test_all_or_nothing_makes_nothing_while_a_row_is_wrong(world: World, inside: None) -> None:
    post_import = checked(world, row(), row(text=""))
    with pytest.raises(Conflict, match="all or nothing"):
        confirm_import(post_import=post_import, by=world.editor, only_whole=True)
    with pytest.raises(Conflict, match="No row"):
        wrong = checked(world, row(text=""))
        confirm_import(post_import=wrong, by=world.editor, only_whole=False)
    assert not Composition.objects.exists()


def test_a_crash_between_rows_makes_each_row_once(
    world: World, inside: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_import = checked(world, *[row(text=f"Post {number}.") for number in range(25)])
    confirm_import(post_import=post_import, by=world.editor, only_whole=False)
    make, count = imports_making._make, iter(range(100))

    def crash_once(*args: Any) -> None:
        make(*args)
        if next(count) == 13:
            raise Crash

    monkeypatch.setattr(imports_making, "_make", crash_once)
    with pytest.raises(Crash), org_atomic():
        while True:
            # The claim and the first ten stand, as they would have been committed.
            make_import(world.id, post_import.pk)
    PostImport.objects.filter(pk=post_import.pk).update(claimed_until=None, due_at=NOON)
    make_import(world.id, post_import.pk)
    texts = list(Composition.objects.values_list("text", flat=True))
    assert len(texts) == len(set(texts)) == 25


def test_a_row_that_is_refused_while_it_is_made_stops_no_other(world: World, inside: None) -> None:
    queue = make_planning.queue(world.brand)
    post_import = checked(world, row(queue="Mornings"), row(text="A draft."))
    confirm_import(post_import=post_import, by=world.editor, only_whole=False)
    queue.delete()
    sweep_imports()
    post_import.refresh_from_db()
    assert post_import.rows[0]["error"] and post_import.rows[1]["made"]
    assert Composition.objects.count() == 1


def test_undone_nothing_is_left_of_it(world: World, inside: None) -> None:
    done = made(world, row(date="2027-03-31 09:00"), row(text="A draft."))
    assert undone(done, world).made_count == 0
    assert [bool(each.get("is_taken_back")) for each in done.rows] == [True, True]
    assert not Composition.objects.exists()
    assert PendingPost.objects.get().status == PendingStatus.REJECTED
    with pytest.raises(Conflict):
        undo_import(post_import=done, by=world.editor)


def test_many_are_taken_back_in_steps_and_a_crash_loses_none(
    world: World, inside: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = made(world, *[row(text=f"Draft {number}.") for number in range(25)])
    undo_import(post_import=done, by=world.editor)
    real, asked = imports_undoing._take_back, []

    def crash_once(post_import: PostImport, each: dict[str, Any]) -> None:
        asked.append(each)
        if len(asked) == 14:
            raise Crash
        real(post_import, each)

    monkeypatch.setattr(imports_undoing, "_take_back", crash_once)
    with pytest.raises(Crash), org_atomic():
        imports_undoing.take_back_import(world.id, done.pk)
    PostImport.objects.filter(pk=done.pk).update(claimed_until=None)
    assert sweep_imports() == 1
    done.refresh_from_db()
    assert (done.status, done.made_count) == (ImportStatus.UNDONE, 0)
    assert not Composition.objects.exists()


@pytest.mark.parametrize("act", ["made", "taken back"])
def test_a_row_that_ends_the_worker_again_and_again_is_set_aside_and_says_so(
    world: World, inside: None, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    rows = [row(text=f"Row {number}.") for number in range(1, 15)]
    module: Any
    if act == "made":
        found, module, name, work = checked(world, *rows), imports_making, "_make", make_import
        confirm_import(post_import=found, by=world.editor, only_whole=False)
    else:
        found, module, name = made(world, *rows), imports_undoing, "_take_back"
        undo_import(post_import=found, by=world.editor)
        work = imports_undoing.take_back_import
    real = getattr(module, name)

    def crash_at_the_third(post_import: PostImport, each: dict[str, Any]) -> None:
        if each["number"] == found.rows[2]["number"] and not each["error"]:
            raise Crash
        real(post_import, each)

    monkeypatch.setattr(module, name, crash_at_the_third)
    for _ in range(imports_making.MOST_ATTEMPTS):
        with pytest.raises(Crash):
            work(world.id, found.pk)
        PostImport.objects.filter(pk=found.pk).update(claimed_until=None)
    assert work(world.id, found.pk)
    found.refresh_from_db()
    assert "ended again and again" in found.rows[2]["error"]
    others = [each for each in found.rows if each is not found.rows[2]]
    if act == "made":
        assert (found.status, found.made_count) == (ImportStatus.DONE, 13)
        assert all(each["made"] for each in others)
    else:
        assert (found.status, found.made_count) == (ImportStatus.UNDONE, 1)
        assert all(each["is_taken_back"] for each in others)
        assert Composition.objects.get().text == "Row 3."


def test_what_leaves_while_the_others_are_taken_back_stays_and_says_so(
    world: World, inside: None
) -> None:
    done = made(world, row(date="2027-03-31 09:00"), row(text="A draft."))
    undo_import(post_import=done, by=world.editor)
    PendingPost.objects.update(status=PendingStatus.PUBLISHED)
    sweep_imports()
    done.refresh_from_db()
    assert (done.status, done.made_count) == (ImportStatus.UNDONE, 1)
    assert (
        done.rows[0]["error"].startswith("It stays: A post of it was out")
        and done.rows[1]["is_taken_back"]
    )
    assert Composition.objects.count() == 1


def test_what_is_out_keeps_the_whole_from_being_undone(world: World, inside: None) -> None:
    done = made(world, row(date="2027-03-31 09:00"), row(text="A draft."))
    PendingPost.objects.update(status=PendingStatus.PUBLISHED)
    with pytest.raises(Conflict, match="is out already"):
        undo_import(post_import=done, by=world.editor)
    assert Composition.objects.count() == 2


def test_a_file_that_was_not_confirmed_is_forgotten(world: World, inside: None) -> None:
    post_import = cancel_import(post_import=checked(world, row()), by=world.editor)
    assert post_import.status == ImportStatus.CANCELLED
    with pytest.raises(Conflict):
        confirm_import(post_import=post_import, by=world.editor, only_whole=False)
    with pytest.raises(Conflict):
        check_again(post_import=post_import, wishes=Wishes({}), by=world.editor)


def test_a_formula_stays_the_text_that_it_is(world: World, inside: None) -> None:
    made(world, row(text="=HYPERLINK(1)"))
    assert Composition.objects.get().text == "=HYPERLINK(1)"


def test_the_file_to_fill_in_can_be_imported(world: World, inside: None) -> None:
    found = check_file(
        brand=world.brand, name="posts.csv", data=template_file().encode(), by=world.editor
    )
    assert found.rows[0]["wall"] == "2027-03-31 09:00"
    assert found.rows[1]["becomes"] == "draft"


def span() -> Span:
    return Span(NOON, NOON + timedelta(days=60))


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_what_is_exported_can_be_imported_again(world: World, inside: None, kind: str) -> None:
    make_planning.queue(world.brand)
    made(
        world,
        row(
            text="=Masts, “planed” by hand;\n\n- and varnished",
            date="2027-03-28 02:30",
            hashtags="mast wood",
            link="https://a.example/x?y=1&z=2",
            pillar="Craft",
            campaign="Spring",
        ),
        row(text="@harbour says hello.", date="2027-03-31 09:00", zone="America/New_York"),
    )
    first = list(PendingPost.objects.order_by("scheduled_for"))
    pieces = export_planned(organization_id=world.id, span=span(), kind=kind, by=world.owner)
    data = "".join(pieces).encode()
    PendingPost.objects.all().delete()
    again = check_file(brand=world.brand, name=f"again.{kind}", data=data, by=world.editor)
    assert [each["problems"] for each in again.rows] == [[], []]
    confirm_import(post_import=again, by=world.editor, only_whole=True)
    sweep_imports()
    names = ("content", "hashtags", "link", "wall_time", "zone", "scheduled_for", "account_id")
    second = list(PendingPost.objects.order_by("scheduled_for"))
    for name in (*names, "pillar", "campaign"):
        assert [getattr(each, name) for each in second] == [getattr(each, name) for each in first]


def test_a_calendar_file_has_every_post_at_its_moment(world: World, inside: None) -> None:
    from icalendar import Calendar

    made(world, row(date="2027-03-31 09:00"))
    pieces = export_planned(organization_id=world.id, span=span(), kind="ics", by=world.owner)
    events = Calendar.from_ical("".join(pieces)).walk("VEVENT")
    assert [each.decoded("dtstart") for each in events] == [datetime(2027, 3, 31, 7, tzinfo=UTC)]


def test_a_span_without_sense_is_refused(world: World, inside: None) -> None:
    for end in (NOON, NOON + timedelta(days=1_200)):
        with pytest.raises(Invalid):
            list(
                export_planned(
                    organization_id=world.id, span=Span(NOON, end), kind="csv", by=world.owner
                )
            )
