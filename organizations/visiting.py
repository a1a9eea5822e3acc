"""What an operator may open on a support visit, and in whose name what they do is written down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.http import HttpRequest

from config.kernel.errors import Forbidden
from organizations.models import ActorKind, User
from organizations.selectors import Belonging, visits_of_staff
from organizations.services.actors import Actor, acting

VISIT_END: Final = "organizations:visit-end"
# Of this app nearly everything is money, secrets, people or their rights: open is what is named.
_OPEN: Final = frozenset({"organizations:help", "organizations:audit-list", VISIT_END})
_CLOSED_APPS: Final = frozenset({"billing", "organizations"})
# Where keys to other services are typed in.
_CLOSED: Final = frozenset({"publishing:channel-connect"})
_LOOKING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def visit_to(request: HttpRequest, slug: str) -> Belonging | None:
    """The visit that an operator is on to this team now; asked only for who is not a member."""
    user = request.user
    if not isinstance(user, User) or not user.is_staff:
        return None
    return next((each for each in visits_of_staff(user.pk) if each.slug == slug), None)


def refuse_on_visit(request: HttpRequest, here: Belonging) -> None:
    """Keep visitors out of money, secrets, people and privacy; and from changing, unless allowed.

    Raises Forbidden.
    """
    match = request.resolver_match
    name, app = (match.view_name, match.app_name) if match else ("", "")
    if name in _CLOSED or (app in _CLOSED_APPS and name not in _OPEN):
        raise Forbidden(
            "A support visit does not open this page: money, secrets, members, privacy and "
            "security are the team's alone. Ask them, or end the visit.",
            code="visit_closed",
        )
    may_change = here.visit is not None and here.visit.may_change
    if request.method not in _LOOKING and not may_change and name != VISIT_END:
        raise Forbidden(
            "This support visit may look and change nothing. Nothing was changed. Start one that "
            "may change things if the team asked for it.",
            code="visit_looks_only",
        )


@contextmanager
def as_visitor(here: Belonging) -> Iterator[None]:
    """Mark what is done inside as an operator's; for members nothing changes."""
    if here.visit is None:
        yield
        return
    with acting(Actor(ActorKind.STAFF, visit_id=here.visit.id)):
        yield
