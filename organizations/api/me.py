from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Router, Schema

from organizations.services.api_access import Caller

from .door import ApiRequest, scoped

router = Router(tags=["You"])


class Team(Schema):
    id: UUID
    name: str
    slug: str
    timezone: str


class Key(Schema):
    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    requests_per_minute: int
    expires_at: datetime


class Person(Schema):
    id: UUID
    name: str
    role: str


class Me(Schema):
    team: Team
    key: Key
    acts_for: Person


@router.get("/me/", response=Me, url_name="me", summary="Who asks")
@scoped("")
def me(request: ApiRequest) -> dict[str, object]:
    """The key, the team that it is bound to, and the person it acts for."""
    caller: Caller = request.organization
    person = {"id": caller.user.pk, "name": caller.user.name, "role": caller.role}
    return {"team": caller, "key": caller.key, "acts_for": person}
