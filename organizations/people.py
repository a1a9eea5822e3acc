"""The people of a team, as its pages list them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from organizations.models import Invitation, Membership, Role
from organizations.selectors import Belonging
from organizations.services.brand_sight import BrandName, sight


@dataclass(frozen=True, slots=True)
class Person:
    """A member as another one sees them; `brands` counts only if `sees_all_brands` is False."""

    membership: Membership
    brands: list[BrandName]
    is_me: bool
    may_be_managed: bool

    @property
    def role(self) -> Role:
        return Role(self.membership.role)


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    row: Invitation
    brands: list[str]

    @property
    def state(self) -> str:
        if self.row.sent_at is None:
            return "not_sent"
        return "expired" if self.row.is_expired else "sent"


def people_seen_by(me: Belonging) -> list[Person]:
    """The team by role and name, in two queries.

    Somebody who is restricted to brands sees their colleagues there, those who see all brands and
    nobody else: another client's people are no more their business than that client.
    """
    members = list(Membership.objects.select_related("user").order_by("created_at"))
    limited = [each.pk for each in members if not each.sees_all_brands]
    brands = sight().of_each(limited) if limited else {}
    seen = [each for each in members if _is_seen(each, me, brands)]
    order = list(Role)
    seen.sort(key=lambda each: (order.index(Role(each.role)), str(each.user).lower()))
    return [
        Person(
            membership=each,
            brands=list(brands.get(each.pk, [])),
            is_me=each.pk == me.membership_id,
            may_be_managed=me.role.covers(Role.ADMIN) and each.role != Role.OWNER,
        )
        for each in seen
    ]


def open_invitations() -> list[OpenInvitation]:
    """Those that wait, the newest first, expired ones among them."""
    rows = list(Invitation.objects.open().select_related("invited_by").order_by("-created_at"))
    names = _names({brand for row in rows for brand in row.brand_ids})
    return [
        OpenInvitation(row, [names.get(brand, "a deleted brand") for brand in row.brand_ids])
        for row in rows
    ]


def possible_owners(me: Belonging) -> Sequence[Membership]:
    rows = Membership.objects.select_related("user").exclude(pk=me.membership_id)
    fit = rows.filter(sees_all_brands=True, user__is_active=True, user__deleted_at=None)
    return list(fit.order_by("user__name", "user__email"))


def _is_seen(member: Membership, me: Belonging, shared: Collection[UUID]) -> bool:
    if me.sees_all_brands or member.sees_all_brands or member.pk == me.membership_id:
        return True
    # Under a limit of brands only the shared ones were found.
    return member.pk in shared


def _names(wanted: Iterable[UUID]) -> dict[UUID, str]:
    return {brand.id: brand.name for brand in sight().choices()} if set(wanted) else {}
