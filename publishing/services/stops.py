"""The brake: who may pull it at which level, letting go, and what was missed meanwhile.

While a stop stands nothing leaves: not a new post, not a part of one that is being uploaded, no
text is asked of a model and no page is read. Letting go never makes up for anything. The
access of accounts is still renewed, and their numbers and messages are read: what leaves is posts
and answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.halting import Halted, Halting
from config.kernel.scoping import org_atomic, unscoped
from organizations.models import AuditCategory, Organization, Role, User
from organizations.services.audit import record
from publishing.channels.registry import channels, platform_label
from publishing.delivery import brake, lateness
from publishing.models import (
    Delivery,
    DeliveryState,
    InstallationStop,
    PendingPost,
    SocialAccount,
    Stop,
)

from .standing import (
    STOPPED,
    Standstill,
    first_of,
    forget,
    known_to_stand,
    standing,
)

__all__ = [
    "NEEDED",
    "Released",
    "Standstill",
    "may_stop",
    "name_of",
    "refuse_stopped",
    "release_everywhere",
    "resume",
    "standing",
    "stop",
    "stop_everywhere",
    "waiting_behind",
]

NEEDED: Final = {
    Stop.Level.ORGANIZATION: Role.ADMIN,
    Stop.Level.PLATFORM: Role.ADMIN,
    Stop.Level.BRAND: Role.MEMBER,
    Stop.Level.ACCOUNT: Role.MEMBER,
}
"""Who may stop what. Letting go takes an admin at every level."""
MOST_SETTLED: Final = 500
"""Posts that letting go puts aside at once; the sweep puts the others aside."""


@dataclass(frozen=True, slots=True)
class Released:
    """A stop that is over. `missed` posts had their time while it stood and now ask a person."""

    stop: Stop
    missed: int


def may_stop(role: Role, level: str) -> bool:
    return role.covers(NEEDED[Stop.Level(level)])


def stop(
    *,
    level: str,
    by: User,
    reason: str,
    brand: BrandProfile | None = None,
    account: SocialAccount | None = None,
    platform: str = "",
) -> Stop:
    """Let nothing leave any more at this level, until somebody lets go.

    What is claimed goes back to waiting; a request that is on its way ends, and none follows it.
    Raises Invalid without a reason or without what the level names, Conflict when it stands still
    already.
    """
    wanted = _named(Stop.Level(level), brand, account, platform)
    said = " ".join(reason.split())
    if not said:
        raise Invalid("Say why, so that whoever finds it stopped understands.", field="reason")
    with org_atomic():
        try:
            with transaction.atomic():
                row = Stop.objects.create(level=level, reason=said[:300], stopped_by=by, **wanted)
        except IntegrityError as error:
            raise Conflict("That is stopped already. Nothing leaves there.") from error
        record(
            action="stop.pulled",
            target=row,
            by=by,
            category=AuditCategory.SECURITY,
            reason=f"{name_of(row)}: {row.reason}",
            data={"level": level, "platform": platform},
        )
        _tell_everybody()
    return row


def resume(*, stop: Stop, by: User, note: str = "") -> Released:
    """Let go. What was due meanwhile is missed and asks a person; nothing is made up for.

    Raises Conflict when somebody else has let go already.
    """
    moment = now()
    with org_atomic():
        row = Stop.objects.select_for_update(of=("self",)).get(pk=stop.pk)
        if row.resumed_at is not None:
            raise Conflict("Somebody has let go of this already.")
        row.resumed_at, row.resumed_by, row.resume_note = moment, by, note.strip()[:300]
        row.save(update_fields=["resumed_at", "resumed_by", "resume_note", "updated_at"])
        missed = _settle(row)
        record(
            action="stop.released",
            target=row,
            by=by,
            category=AuditCategory.SECURITY,
            reason=f"{name_of(row)}: {row.resume_note or row.reason}",
            data={"missed": missed},
        )
        _tell_everybody()
    return Released(row, missed)


def waiting_behind(stop: Stop | InstallationStop) -> Q:
    """Deliveries whose time has come while this stop stands, so that letting go misses them."""
    held = Q(error_code=STOPPED) | Q(due_at__lte=now())
    return held & _within(stop) & Q(state=DeliveryState.SCHEDULED)


def refuse_stopped(*, account: SocialAccount, brand_id: UUID | None = None) -> None:
    """Raise Halted while a stop holds what would leave by this account, an answer for instance.

    Ask it in the transaction that lets something leave: it reads what stands at this moment.
    """
    found = first_of(
        standing(), brand_id=brand_id, account_id=account.pk, platform=account.platform
    )
    if found is not None:
        raise Halted(f"{found.sentence} Nothing leaves here until it is let go.")


def name_of(stop: Stop | InstallationStop) -> str:
    """What stands still: "The whole team", "All of Bluesky", "Harbour & Pine"."""
    if isinstance(stop, InstallationStop):
        return f"{platform_label(stop.platform)} everywhere" if stop.platform else "Everything"
    if stop.level == Stop.Level.BRAND and stop.brand:
        return str(stop.brand.name)
    if stop.level == Stop.Level.ACCOUNT and stop.account:
        return f"{stop.account.name} on {platform_label(stop.account.platform)}"
    if stop.level == Stop.Level.PLATFORM:
        return f"All of {platform_label(stop.platform)}"
    return "The whole team"


def stop_everywhere(*, by: str, reason: str, platform: str = "") -> InstallationStop:
    """The operator's brake: on everything, or on one network for everybody.

    Raises Invalid for an unknown network or without a reason, Conflict when it stands already.
    """
    said = " ".join(reason.split())
    if not said:
        raise Invalid("Say why: every team reads it.", field="reason")
    if platform and platform not in channels:
        raise Invalid(f"There is no network called “{platform}” here.", field="platform")
    try:
        with unscoped("stop everywhere"), transaction.atomic(using="operator"):
            row = InstallationStop.objects.using("operator").create(
                platform=platform, reason=said[:300], stopped_by=by[:200]
            )
    except IntegrityError as error:
        raise Conflict("That is stopped already.") from error
    forget()
    return row


def release_everywhere(*, stop: InstallationStop, by: str) -> int:
    """Let go of the installation's brake. Returns how many posts are put aside at once.

    What was due meanwhile is put aside team by team; whatever a worker finds before that was due
    while the stop stood is missed there too. Raises Conflict when it is over already.
    """
    with unscoped("let go everywhere"):
        rows = InstallationStop.objects.using("operator").filter(pk=stop.pk, resumed_at=None)
        if not rows.update(resumed_at=now(), resumed_by=by[:200], updated_at=now()):
            raise Conflict("Somebody has let go of this already.")
        stop.refresh_from_db(using="operator")
        teams = list(Organization.objects.using("operator").values_list("pk", flat=True))
    forget()
    missed = 0
    for organization_id in teams:
        with org_atomic(organization_id):
            missed += _settle(stop)
    return missed


class Brake(Halting):
    """What the layers below are told: a model's calls and the reading of pages stop as well."""

    def why(self, organization_id: UUID | None, brand_id: UUID | None) -> str:
        stops = [each for each in known_to_stand(organization_id) if not each.platform]
        found = first_of(stops, brand_id=brand_id)
        return found.sentence if found else ""

    def brands(self, organization_id: UUID) -> frozenset[UUID]:
        return frozenset(
            each.brand_id for each in known_to_stand(organization_id) if each.brand_id is not None
        )


def _named(
    level: Stop.Level, brand: BrandProfile | None, account: SocialAccount | None, platform: str
) -> dict[str, Any]:
    if level is Stop.Level.BRAND:
        if brand is None:
            raise Invalid("Choose the brand that is to stand still.", field="brand")
        return {"brand": brand}
    if level is Stop.Level.ACCOUNT:
        if account is None:
            raise Invalid("Choose the channel that is to stand still.", field="account")
        return {"account": account}
    if level is Stop.Level.PLATFORM:
        if platform not in channels:
            raise Invalid("Choose the network that is to stand still.", field="platform")
        return {"platform": platform}
    return {}


def _within(stop: Stop | InstallationStop) -> Q:
    """Deliveries that a stop holds, as a condition."""
    if stop.platform:
        return Q(platform=stop.platform)
    if isinstance(stop, Stop) and stop.level == Stop.Level.BRAND:
        return Q(pending_post__brand_id=stop.brand_id)
    if isinstance(stop, Stop) and stop.level == Stop.Level.ACCOUNT:
        return Q(account_id=stop.account_id)
    return Q()


def _settle(stop: Stop | InstallationStop) -> int:
    """Put aside what was due while it stood, in the caller's transaction. Returns how many.

    Posts are locked before their deliveries, as everywhere. What another stop still holds waits for
    that one.
    """
    moment = now()
    waiting = Delivery.objects.filter(waiting_behind(stop))
    found = list(waiting.order_by("due_at", "pk").values_list("pk", "pending_post_id"))
    ids, posts = [pk for pk, _ in found[:MOST_SETTLED]], {post for _, post in found[:MOST_SETTLED]}
    # What is left is looked at again at once, and found to have been due while nothing left.
    Delivery.objects.filter(pk__in=[pk for pk, _ in found[MOST_SETTLED:]]).update(
        due_at=moment, error_code=STOPPED, updated_at=moment
    )
    locked = PendingPost.objects.filter(pk__in=posts).order_by("pk").select_for_update(no_key=True)
    list(locked.values_list("pk"))
    rows = list(
        Delivery.objects.filter(pk__in=ids, state=DeliveryState.SCHEDULED)
        .select_related("account", "pending_post", "parent")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    others = standing()
    rows = [row for row in rows if brake.stop_of(others, row) is None]
    for row in rows:
        if row.error_code != STOPPED:
            row.error_code, row.error_message = STOPPED, f"It was stopped: “{stop.reason}”."
    ahead = lateness.put_aside(rows, moment)
    for row in ahead:
        due_at = max(row.pending_post.scheduled_for, moment)
        Delivery.objects.filter(pk=row.pk).update(
            due_at=due_at, error_code="", error_message="", updated_at=moment
        )
    return len(rows) - len(ahead)


def _tell_everybody() -> None:
    """This process asks anew at once, and once more when others can see it."""
    forget()
    transaction.on_commit(partial(forget))
