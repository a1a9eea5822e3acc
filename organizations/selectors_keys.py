"""The team's keys as its pages tell of them: which work, which ended and why, what uses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from config.kernel.clock import now
from organizations.models import (
    ApiKey,
    IntegrationConnection,
    Membership,
    ModelRoute,
    ProviderSecret,
    Role,
)
from organizations.services.api_scopes import PRESETS, Scope, role_for, scopes
from organizations.services.provider_secrets import service_of

ENDED_SHOWN: Final = 20
SOON_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class KeyLine:
    """`state` is working, soon (to expire), stopped (its person may no more), expired, revoked."""

    row: ApiKey
    state: str
    preset: str

    @property
    def works(self) -> bool:
        return self.state in ("working", "soon")

    @property
    def scopes(self) -> list[Scope]:
        return [scope for name in self.row.scopes if (scope := scopes.get(name))]


@dataclass(frozen=True, slots=True)
class KeyLists:
    living: Sequence[KeyLine]
    ended: Sequence[KeyLine]

    @property
    def working_count(self) -> int:
        return sum(line.works for line in self.living)


def key_lists() -> KeyLists:
    """Keys that are neither revoked nor expired, and the last 20 that are. Three statements."""
    moment = now()
    rows = ApiKey.objects.select_related("created_by").order_by("-created_at")
    living = rows.filter(revoked_at=None, expires_at__gt=moment)
    ended = rows.exclude(revoked_at=None, expires_at__gt=moment)[:ENDED_SHOWN]
    roles = dict(Membership.objects.values_list("user_id", "role"))
    return KeyLists(
        [_line(row, roles, moment) for row in living],
        [_line(row, roles, moment) for row in ended],
    )


def _line(row: ApiKey, roles: dict[UUID, str], moment: datetime) -> KeyLine:
    words = [each.word for each in PRESETS.values() if set(each.scopes) == set(row.scopes)]
    return KeyLine(row, _state(row, roles, moment), words[0] if words else "")


def _state(row: ApiKey, roles: dict[UUID, str], moment: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at <= moment:
        return "expired"
    role = roles.get(row.created_by_id) if row.created_by_id else None
    alive = row.created_by is not None and row.created_by.is_active
    if role is None or not alive or not Role(role).covers(role_for(row.scopes)):
        return "stopped"
    return "soon" if (row.expires_at - moment).days < SOON_DAYS else "working"


@dataclass(frozen=True, slots=True)
class SecretLine:
    """A stored key as its page tells of it: never the key, only its hint."""

    secret: ProviderSecret
    connection: IntegrationConnection | None
    label: str
    family: str
    address: str
    models: Sequence[str]


def secret_lines() -> list[SecretLine]:
    """Every stored key with its connection and the models that use it. Three statements."""
    rows = ProviderSecret.objects.select_related("created_by").defer("credential")
    links = {each.secret_id: each for each in IntegrationConnection.objects.all()}
    used: dict[object, list[str]] = {}
    for secret_id, model in ModelRoute.objects.values_list("secret_id", "model"):
        used.setdefault(secret_id, []).append(model)
    return [_secret_line(row, links.get(row.pk), used) for row in rows.order_by("service")]


def _secret_line(
    row: ProviderSecret, link: IntegrationConnection | None, used: dict[object, list[str]]
) -> SecretLine:
    service = service_of(row)
    return SecretLine(
        secret=row,
        connection=link,
        label=service.label if service else row.service,
        family=row.service.partition(":")[0],
        address=str(link.configuration.get("address", "")) if link else "",
        models=used.get(row.pk, ()),
    )
