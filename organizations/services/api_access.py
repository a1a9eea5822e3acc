"""Who asks through the API: the key looked up and judged anew at every request.

Nothing is kept between two requests, so a key that was revoked, or whose person left, is refused
from the next one on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db import connection
from django.db.models import F, Q
from redis.exceptions import RedisError

from config.kernel.clock import now
from config.kernel.errors import DomainError, Forbidden
from config.kernel.peers import network_of
from config.kernel.scoping import org_atomic
from config.kernel.throttle import throttle
from organizations.models import ApiKey, Membership, Role, User

from .api_keys import digest_of, is_allowed_from, is_well_formed
from .api_scopes import role_for
from .api_usage import add_requests, refuse_beyond_plan

log = structlog.get_logger(__name__)

USE_WRITTEN_EVERY: Final = timedelta(minutes=1)
REFUSED_PER_MINUTE: Final = 120


class Unauthorized(DomainError):
    """The key is missing, unknown, expired or revoked. No retry helps with the same one."""

    status = 401
    default_code = "key_unknown"


@dataclass(frozen=True, slots=True)
class Caller:
    """A key that may ask, the organization that it is bound to, and the person it acts for.

    `id` is the organization's, as with a `Belonging`.
    """

    id: UUID
    name: str
    slug: str
    timezone: str
    key: ApiKey
    user: User
    membership: Membership
    is_closing: bool

    @property
    def role(self) -> Role:
        return Role(self.membership.role)

    @property
    def membership_id(self) -> UUID:
        return self.membership.pk

    @property
    def sees_all_brands(self) -> bool:
        return self.membership.sees_all_brands


@dataclass(frozen=True, slots=True)
class _Found:
    organization_id: UUID
    name: str
    slug: str
    timezone: str
    status: str
    key_id: UUID


def caller_of(text: str, *, scope: str, address: str) -> Caller:
    """The caller behind a key, if it may do what `scope` names from this address, now.

    Counts the use. Raises Unauthorized (key_missing, key_unknown, key_revoked, key_expired),
    Forbidden (key_owner_left, scope_missing, address_not_allowed, organization_suspended,
    organization_closing), TooMany beyond the key's requests a minute, and PaymentRequired beyond
    the plan's a month.
    """
    found = _find(text, address)
    with org_atomic(found.organization_id):
        key = ApiKey.objects.select_related("created_by").get(pk=found.key_id)
        try:
            membership = _judged(key, found, scope, address)
        except DomainError as error:
            log.warning("api_key_refused", key_id=str(key.pk), code=error.code)
            raise
        throttle("api", str(key.pk), limit=key.requests_per_minute, per_seconds=60, fail_open=True)
        _count_use(key)
    assert key.created_by is not None
    return Caller(
        id=found.organization_id,
        name=found.name,
        slug=found.slug,
        timezone=found.timezone,
        key=key,
        user=key.created_by,
        membership=membership,
        is_closing=found.status == "closing",
    )


def _find(text: str, address: str) -> _Found:
    if not text:
        raise Unauthorized(
            "This needs a key. Send it as `Authorization: Bearer wrn_…`; an admin of the team "
            "makes one under API keys.",
            code="key_missing",
        )
    row = _row_of(text) if is_well_formed(text) else None
    if row is None:
        # Guessing is hopeless; this keeps somebody who tries from costing a look-up each time.
        whose = network_of(address)
        throttle("api-unknown", whose, limit=REFUSED_PER_MINUTE, per_seconds=60, fail_open=True)
        raise Unauthorized(
            "Nobody knows this key. Look whether it was copied whole, or make a new one.",
            code="key_unknown",
        )
    return row


def _row_of(text: str) -> _Found | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT organization_id, name, slug, timezone, status, id FROM api_key_by_digest(%s)",
            [digest_of(text)],
        )
        row = cursor.fetchone()
    return _Found(*row) if row else None


def _judged(key: ApiKey, found: _Found, scope: str, address: str) -> Membership:
    if key.revoked_at is not None:
        raise Unauthorized("This key was revoked. Ask for a new one.", code="key_revoked")
    if key.expires_at <= now():
        raise Unauthorized("This key has expired. Ask for a new one.", code="key_expired")
    membership = _living_membership(key)
    if not is_allowed_from(key, address):
        raise Forbidden(
            "This key does not work from this address. Its team can allow the address.",
            code="address_not_allowed",
        )
    if scope and scope not in key.scopes:
        raise Forbidden(
            f"This key lacks the scope {scope}. Make one that has it.",
            code="scope_missing",
            scope=scope,
        )
    _refuse_resting(found.status, scope)
    return membership


def _living_membership(key: ApiKey) -> Membership:
    person = key.created_by
    alive = person is not None and person.is_active and not person.is_deleted
    membership = Membership.objects.filter(user=person).first() if alive else None
    if membership is None or not Role(membership.role).covers(role_for(key.scopes)):
        raise Forbidden(
            "The person whom this key acts for has left the team, or no longer has the role that "
            "its scopes need. Ask an admin for a key of their own.",
            code="key_owner_left",
        )
    return membership


def _refuse_resting(status: str, scope: str) -> None:
    if status == "closing" and not scope.startswith("write:"):
        return
    if status == "closing":
        raise Forbidden(
            "This team is being closed, so nothing is changed any more. Its owner can take that "
            "back.",
            code="organization_closing",
        )
    if status != "active":
        raise Forbidden(
            "This team is suspended. Ask whoever runs this installation.",
            code="organization_suspended",
        )


def _count_use(key: ApiKey) -> None:
    """Uses are counted in Redis and written once a minute, so that a busy key is no hot row.

    The plan's limit is looked at then, too: a team may go beyond it by a minute of one key.
    """
    moment, counter = now(), f"api-uses:{key.organization_id}:{key.pk}"
    last = key.last_used_at
    if last is not None and last > moment - USE_WRITTEN_EVERY:
        _add_to(counter, 1)
        return
    waiting = _add_to(counter, 0)
    refuse_beyond_plan(waiting)
    due = Q(last_used_at=None) | Q(last_used_at__lte=moment - USE_WRITTEN_EVERY)
    written = ApiKey.objects.filter(due, pk=key.pk).update(
        last_used_at=moment, use_count=F("use_count") + 1 + waiting
    )
    _add_to(counter, -waiting if written else 1)
    if written:
        add_requests(1 + waiting)


def _add_to(counter: str, uses: int) -> int:
    """Uses that are not written yet, after adding these. A Redis that is away loses them."""
    try:
        cache.add(counter, 0, timeout=86_400)
        return int(cache.incr(counter, uses))
    except (RedisError, OSError, ValueError):
        return 0
