from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import models

from config.kernel.fields import encrypted_fields
from config.kernel.hooks import Registry
from config.kernel.scoping import current_organization_id
from organizations.models import ActorKind, AuditCategory, AuditRecord, User

from .actors import Actor, current_actor

# Who derives something from what was written down (webhooks, notifications): called with the
# records inside the transaction that wrote them, so that neither stands without the other.
on_record: Registry[Callable[[Sequence[AuditRecord]], object]] = Registry("on record", callable)


def record(
    *,
    action: str,
    target: models.Model | None,
    by: User | None = None,
    kind: ActorKind | None = None,
    category: AuditCategory | None = None,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    data: dict[str, Any] | None = None,
    succeeded: bool = True,
) -> AuditRecord:
    """Write down that something happened; the one door to the audit log.

    Call it inside the transaction of the write that it speaks of, so that neither stands alone.
    `kind` defaults to the current actor's (an API key, an operator on a visit), else to a person
    when `by` is given and to the agent otherwise; `category` to security for what operators do, to
    API for what a key does, and to general. `before` and `after` name the fields that changed; the
    value of one that is stored encrypted anywhere is hidden.
    """
    actor = current_actor()
    kind = kind or (actor.kind if actor else _kind_of(by))
    row = AuditRecord(
        organization_id=current_organization_id(),
        actor_kind=kind,
        actor=by,
        api_key_id=actor.api_key_id if actor else None,
        category=category or _CATEGORIES.get(kind, AuditCategory.GENERAL),
        action=action,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=target.pk if target is not None else None,
        reason=reason,
        before=_without_secrets(before),
        after=_without_secrets(after),
        data={**_without_secrets(data), **_said_of(actor)},
        succeeded=succeeded,
    )
    row.actor_digest = actor_digest(row, by.pk) if by else ""
    row.save(force_insert=True)
    _tell([row])
    return row


def record_all(
    *, action: str, targets: Iterable[models.Model], kind: ActorKind, reason: str = ""
) -> None:
    """Write down the same act on many rows, in one statement."""
    organization_id = current_organization_id()
    rows = AuditRecord.objects.bulk_create(
        AuditRecord(
            organization_id=organization_id,
            actor_kind=kind,
            action=action,
            target_type=target._meta.label_lower,
            target_id=target.pk,
            reason=reason,
        )
        for target in targets
    )
    if rows:
        _tell(rows)


def changed_fields(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs, as (`before`, `after`) of a record, in plain JSON. Give it no secrets."""
    old, new = _plain(before), _plain(after)
    names = [name for name in new if old.get(name) != new[name]]
    return {name: old.get(name) for name in names}, {name: new[name] for name in names}


def actor_digest(row: AuditRecord, user_id: object) -> str:
    """Binds a person to one record: says nothing about who it is once the person is erased."""
    return hashlib.sha256(f"{row.pk}:{user_id}".encode()).hexdigest()


_CATEGORIES = {ActorKind.STAFF: AuditCategory.SECURITY, ActorKind.API_KEY: AuditCategory.API}


def _kind_of(by: User | None) -> ActorKind:
    return ActorKind.PERSON if by else ActorKind.AGENT


def _without_secrets(values: dict[str, Any] | None) -> dict[str, Any]:
    """A slip of a caller must not put a secret where nobody can take it out again."""
    if not values:
        return {}
    secret = _secret_names()
    return {name: "hidden" if name in secret else value for name, value in values.items()}


@cache
def _secret_names() -> frozenset[str]:
    return frozenset(name for _, name in encrypted_fields())


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def _said_of(actor: Actor | None) -> dict[str, str]:
    """What the columns of a record do not say of its actor."""
    if actor is None:
        return {}
    said = {"visit": actor.visit_id, "link": actor.link_id, "client": actor.client_name}
    return {name: str(value) for name, value in said.items() if value}


def _tell(rows: Sequence[AuditRecord]) -> None:
    for listener in on_record.values():
        listener(rows)
