"""Who hears of what, and how: by role, by the brands that somebody may see, and by own choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from organizations.models import Membership, NotificationChoice, NotificationSettings, Role
from organizations.services.brand_sight import sight

from .kinds import Notice, NoticeKind


@dataclass(frozen=True, slots=True)
class Ways:
    """How a person wants to hear of a kind."""

    in_page: bool
    by_mail: bool
    by_hook: bool = False


@dataclass(frozen=True, slots=True)
class _Member:
    id: UUID
    user_id: UUID
    role: Role
    sees_all_brands: bool


class Audience:
    """The people of the organization in scope, read once for all notices of one event."""

    def __init__(self, kinds: Iterable[NoticeKind]) -> None:
        people = Membership.objects.filter(user__is_active=True, user__deleted_at=None)
        fields = people.values_list("pk", "user_id", "role", "sees_all_brands")
        self._members = [_Member(pk, user, Role(role), all_) for pk, user, role, all_ in fields]
        self._choices = choices_of(kind.key for kind in kinds)
        self._settings: dict[UUID, NotificationSettings] | None = None

    def of(self, kind: NoticeKind, notice: Notice, *, actor_id: UUID | None) -> Iterator[UUID]:
        """Each person to tell. Nobody who wants to hear of it in no way."""
        for member in self._entitled(kind, notice):
            if member.user_id == actor_id and not kind.tells_actor:
                continue
            ways = self.ways(kind, member.user_id)
            if ways.in_page or ways.by_mail or ways.by_hook:
                yield member.user_id

    def ways(self, kind: NoticeKind, user_id: UUID) -> Ways:
        return ways_of(kind, self._choices.get((user_id, kind.key)))

    def settings_of(self, user_id: UUID) -> NotificationSettings | None:
        """When a person wants to be written to; read once, for everybody."""
        if self._settings is None:
            rows = NotificationSettings.objects.defer("hook_secret")
            self._settings = {row.user_id: row for row in rows}
        return self._settings.get(user_id)

    def _entitled(self, kind: NoticeKind, notice: Notice) -> list[_Member]:
        if notice.people is not None:
            return [each for each in self._members if each.user_id in notice.people]
        able = [each for each in self._members if each.role.covers(kind.role)]
        if notice.brand_ids is None or all(each.sees_all_brands for each in able):
            return able
        return [
            each
            for each in able
            if each.sees_all_brands or self._chosen.get(each.id, frozenset()) & notice.brand_ids
        ]

    @cached_property
    def _chosen(self) -> Mapping[UUID, frozenset[UUID]]:
        """The brands that each limited member may see."""
        limited = [each.id for each in self._members if not each.sees_all_brands]
        brands = sight().of_each(limited)
        return {member: frozenset(each.id for each in seen) for member, seen in brands.items()}


def choices_of(
    kinds: Iterable[str], *, user_id: UUID | None = None
) -> Mapping[tuple[UUID, str], NotificationChoice]:
    rows = NotificationChoice.objects.filter(kind__in=list(kinds))
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    return {(row.user_id, row.kind): row for row in rows}


def ways_of(kind: NoticeKind, choice: NotificationChoice | None) -> Ways:
    """Who has said nothing about a kind hears of it by webhook, if they have one, as by mail."""
    if choice is None:
        return Ways(kind.in_page, kind.by_mail, kind.by_mail)
    return Ways(choice.in_page or kind.is_binding, choice.by_mail, choice.by_hook)
