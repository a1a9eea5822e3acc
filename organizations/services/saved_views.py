"""Lists as one person likes to see them: filters and order under a name, one of them to begin with.

A view belongs to who made it; nobody else sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError

from config.kernel.errors import Conflict, Invalid, NotFound
from config.kernel.scoping import org_atomic
from organizations.models import SavedView, User

from .audit import record

MOST_VIEWS: Final = 30
LONGEST_QUERY: Final = 1_000


def views_of(*, user: User, place: str) -> list[SavedView]:
    """One person's views of one list, by name."""
    return list(SavedView.objects.filter(user=user, place=place).order_by("name"))


def save_view(
    *, user: User, place: str, name: str, query: Mapping[str, str], kept: Iterable[str]
) -> SavedView:
    """Keep what is chosen of `query` (only the names in `kept`); a name that exists is replaced.

    Raises Invalid for an empty or too long name, or more than thirty views.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60:
        raise Invalid("Give the view a name of at most 60 characters.", field="name")
    chosen = urlencode([(key, query[key]) for key in kept if query.get(key)])
    if len(chosen) > LONGEST_QUERY:
        raise Invalid("These filters are too long to be kept. Shorten the search.", field="name")
    with org_atomic():
        mine = SavedView.objects.filter(user=user, place=place)
        row = mine.filter(name=name).first()
        if row is None and mine.count() >= MOST_VIEWS:
            raise Invalid(f"You have {MOST_VIEWS} views here. Delete one first.", field="name")
        row = row or SavedView(user=user, place=place, name=name)
        row.query = chosen
        row.save()
        record(action="view.saved", target=row, by=user)
    return row


def rename_view(*, view: SavedView, name: str, by: User) -> SavedView:
    """Raises Invalid for a bad name, Conflict when another view has it."""
    _refuse_strangers(view, by)
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60:
        raise Invalid("Give the view a name of at most 60 characters.", field="name")
    try:
        with org_atomic():
            view.name = name
            view.save(update_fields=["name", "updated_at"])
            record(action="view.renamed", target=view, by=by)
    except IntegrityError as error:
        raise Conflict(f"Another of your views is called “{name}”.") from error
    return view


def delete_view(*, view: SavedView, by: User) -> None:
    _refuse_strangers(view, by)
    with org_atomic():
        record(action="view.deleted", target=view, by=by)
        view.delete()


def open_with(*, view: SavedView, by: User, is_default: bool) -> SavedView:
    """Let the list begin with this view, or with none any more."""
    _refuse_strangers(view, by)
    with org_atomic():
        others = SavedView.objects.filter(user=by, place=view.place, is_default=True)
        others.exclude(pk=view.pk).update(is_default=False)
        view.is_default = is_default
        view.save(update_fields=["is_default", "updated_at"])
        record(action="view.made_default", target=view, by=by, data={"is_default": is_default})
    return view


def chosen_by(view: SavedView) -> dict[str, str]:
    """The filters that a view stands for."""
    return dict(parse_qsl(view.query))


def _refuse_strangers(view: SavedView, by: User) -> None:
    if view.user_id != by.pk:
        raise NotFound("There is no such view among yours.")
