"""Pages by keyset, walked both ways over rows with ties and nulls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from functools import cmp_to_key
from typing import Any

import pytest
from django.core import signing
from django.db.models import F, QuerySet
from django.db.models.functions import Length
from pytest_django import DjangoAssertNumQueries

from config.kernel.errors import Invalid
from config.kernel.pagination import Page, paginate
from config.kernel.scoping import org_atomic
from publishing.models import SocialAccount
from tests.world import World

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, tzinfo=UTC)
ORDERS = [
    ("pk",),
    ("-pk",),
    ("name",),
    ("-created_at",),
    ("followers_count",),
    ("-followers_count",),
    ("-followers_count", "name"),
    ("followers_count", "-token_expires_at", "name"),
    ("-platform", "followers_count", "-created_at"),
    ("-token_expires_at", "pk"),
    ("platform", "-followers_count", "-id"),
]


@pytest.fixture
def accounts(world: World) -> QuerySet[SocialAccount]:
    with org_atomic(world.id):
        SocialAccount.objects.bulk_create(
            SocialAccount(
                platform=f"paging-{number % 2}",
                remote_id=str(number),
                name=f"name {number * 7 % 5}",
                followers_count=None if number % 4 == 0 else number % 3,
                token_expires_at=None if number % 5 == 0 else START + timedelta(days=number % 6),
                created_at=START + timedelta(microseconds=number // 3),
            )
            for number in range(37)
        )
        return SocialAccount.objects.filter(platform__startswith="paging-")


@pytest.fixture(autouse=True)
def _inside(world: World) -> Any:
    with org_atomic(world.id):
        yield


@pytest.mark.parametrize("size", [4, 36, 37, 38])
@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_pages_forward_give_every_row_once_in_order(
    order: tuple[str, ...], size: int, accounts: QuerySet[SocialAccount]
) -> None:
    walked = [row for page in forward(accounts, order, size) for row in page.items]
    assert walked == sorted_in_python(accounts, order)


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_pages_backward_are_the_pages_forward(
    order: tuple[str, ...], accounts: QuerySet[SocialAccount]
) -> None:
    pages = forward(accounts, order, 5)
    assert pages[0].previous_cursor is None
    cursor = pages[-1].previous_cursor
    for expected in reversed(pages[:-1]):
        page = paginate(accounts, order=order, cursor=cursor, size=5)
        assert page.items == expected.items
        assert page.next_cursor is not None
        cursor = page.previous_cursor
    assert cursor is None


def test_a_page_costs_one_query(
    accounts: QuerySet[SocialAccount], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cursor = paginate(accounts, order=("-followers_count", "name"), size=5).next_cursor
    with django_assert_num_queries(1):
        paginate(accounts, order=("-followers_count", "name"), cursor=cursor, size=5)


def test_rows_that_come_and_go_shift_nothing(accounts: QuerySet[SocialAccount]) -> None:
    first = paginate(accounts, order=("created_at",), size=5)
    accounts.filter(pk=first.items[2].pk).delete()
    SocialAccount.objects.create(
        platform="paging-0", remote_id="new", name="new", created_at=START - timedelta(days=1)
    )
    second = paginate(accounts, order=("created_at",), cursor=first.next_cursor, size=5)
    assert second.items[0].pk == list(accounts.order_by("created_at", "pk"))[5].pk


def test_a_cursor_whose_row_is_gone_still_knows_its_place(
    accounts: QuerySet[SocialAccount],
) -> None:
    everything = sorted_in_python(accounts, ("name",))
    first = paginate(accounts, order=("name",), size=5)
    first.items[-1].delete()
    second = paginate(accounts, order=("name",), cursor=first.next_cursor, size=5)
    assert list(second.items) == everything[5:10]


def test_annotations_and_joined_rows_can_be_sorted_by(accounts: QuerySet[SocialAccount]) -> None:
    named = accounts.annotate(length=Length("name"), half=F("followers_count") / 2.0)
    named = named.select_related("organization")
    order = ("-half", "organization__name", "-length")
    walked = [row for page in forward(named, order, 4) for row in page.items]
    assert walked == list(named.order_by(*order, "-pk"))


def test_rows_may_be_dictionaries(accounts: QuerySet[SocialAccount]) -> None:
    rows = accounts.values("pk", "name")
    walked = [row for page in forward(rows, ("name",), 6) for row in page.items]
    assert walked == list(rows.order_by("name", "pk"))


def test_an_empty_list_is_one_empty_page(world: World) -> None:
    page = paginate(SocialAccount.objects.none(), order=("name",))
    assert page == Page(items=(), next_cursor=None, previous_cursor=None)
    with pytest.raises(FrozenInstanceError):
        page.items = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    "change",
    [
        lambda cursor: cursor[:-1] + ("A" if cursor[-1] != "A" else "B"),
        lambda cursor: "B" + cursor[1:],
        lambda cursor: cursor[: len(cursor) // 2],
        lambda cursor: "nonsense",
        lambda cursor: signing.dumps(["other", 0, []], salt="elsewhere"),
        lambda cursor: "\x00\xff",
    ],
)
def test_a_changed_cursor_is_refused_with_a_sentence(
    change: Callable[[str], str], accounts: QuerySet[SocialAccount]
) -> None:
    cursor = paginate(accounts, order=("name",), size=5).next_cursor
    assert cursor is not None
    with pytest.raises(Invalid, match="from its start") as caught:
        paginate(accounts, order=("name",), cursor=change(cursor))
    assert caught.value.field == "cursor"


def test_a_cursor_of_another_order_or_list_is_refused(accounts: QuerySet[SocialAccount]) -> None:
    cursor = paginate(accounts, order=("name",), size=5).next_cursor
    with pytest.raises(Invalid):
        paginate(accounts, order=("-name",), cursor=cursor)


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (10_000, 37)])
def test_the_size_of_a_page_is_kept_in_bounds(
    asked: int, given: int, accounts: QuerySet[SocialAccount]
) -> None:
    assert len(paginate(accounts, order=("pk",), size=asked).items) == given


def test_a_value_without_an_order_is_a_programming_error(
    accounts: QuerySet[SocialAccount],
) -> None:
    with pytest.raises(TypeError, match="cannot be paged"):
        paginate(accounts, order=("scopes",), size=1)


def forward(rows: QuerySet[Any, Any], order: tuple[str, ...], size: int) -> list[Page[Any]]:
    pages = [paginate(rows, order=order, size=size)]
    while pages[-1].next_cursor:
        pages.append(paginate(rows, order=order, cursor=pages[-1].next_cursor, size=size))
        assert len(pages) < 100
    return pages


def sorted_in_python(rows: QuerySet[SocialAccount], order: tuple[str, ...]) -> list[Any]:
    if not {"pk", "id"} & {name.lstrip("-") for name in order}:
        order = (*order, "-pk" if order[-1].startswith("-") else "pk")

    def compare(one: Any, two: Any) -> int:
        for name in order:
            column = name.lstrip("-")
            # Nulls are the largest.
            a, b = ((getattr(row, column) is None, getattr(row, column)) for row in (one, two))
            if a == b:
                continue
            smaller = a[0] < b[0] if a[0] != b[0] else a[1] < b[1]
            return -1 if smaller != name.startswith("-") else 1
        return 0

    return sorted(rows, key=cmp_to_key(compare))
