"""The policy that a brand's owner signs: what the agent may do without asking.

A signed policy never changes; another one takes its place. Withdrawn or at its end, nothing goes
out under it any more, not even what it had let go already.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from brands.models import BrandProfile
from config.kernel.clock import is_zone, now
from config.kernel.errors import Conflict, DomainError, Forbidden, Invalid
from config.kernel.scoping import org_atomic
from config.kernel.states import move
from organizations.models import AuditCategory, Membership, Role, User
from organizations.services.audit import changed_fields, record
from publishing.autopilot.policy import Terms
from publishing.autopilot.policy.facts import SUPERLATIVE
from publishing.channels.base import fingerprint
from publishing.models import (
    Approval,
    ContractStatus,
    PendingPost,
    PendingStatus,
    PolicyContract,
    Schedule,
    ScheduleStatus,
)

from .post_moves import back_to_pending, locked

TERMS: Final = (
    *("topics", "topics_excluded", "claims", "hours", "timezone", "posts_per_day"),
    *("credits_per_day", "account_ids", "first_posts_reviewed", "ends_at"),
)
"""What is signed, and all of it."""
FIRST_POSTS: Final = 20
MOST_POSTS_A_DAY: Final = 100
NOBODY_SIGNED: Final = "Nobody has signed a policy for {brand} yet. Sign it under Brands."


def signed_contract(
    brand_id: UUID, *, moment: datetime | None = None, lock: bool = False
) -> PolicyContract | None:
    """The policy in force for a brand; None when nobody signed one, or it is over.

    With `lock` two runs that count what it allows a day take turns, until the transaction ends.
    """
    rows = PolicyContract.objects.filter(brand_id=brand_id, status=ContractStatus.SIGNED)
    if lock:
        rows = rows.select_for_update(no_key=True, of=("self",))
    found = rows.filter(Q(ends_at=None) | Q(ends_at__gt=moment or now()))
    return found.first()


def brands_without_policy() -> QuerySet[BrandProfile]:
    """Brands that an active schedule writes for without asking, and that nobody signed one for."""
    signed = PolicyContract.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now()), status=ContractStatus.SIGNED
    )
    running = Schedule.objects.filter(
        Q(auto_approve=True) | Q(auto_approve=None, brand__auto_approve=True),
        status=ScheduleStatus.ACTIVE,
    )
    asking = BrandProfile.objects.filter(pk__in=running.values("brand_id"))
    return asking.exclude(pk__in=signed.values("brand_id")).order_by("name")


def draft_contract(*, brand: BrandProfile, by: User | None) -> PolicyContract:
    """The brand's draft: the one that stands, else one made from what is in force, or the standard.

    The standard: any topic, no superlatives, any hour that a schedule names, three posts a day, and
    a person looks at the first 20 posts of every channel but our own page.
    """
    with org_atomic():
        list(BrandProfile.objects.filter(pk=brand.pk).select_for_update(no_key=True))
        rows = PolicyContract.objects.filter(brand=brand)
        if standing := rows.filter(status=ContractStatus.DRAFT).first():
            return standing
        former = rows.filter(status=ContractStatus.SIGNED).first()
        terms = {name: getattr(former, name) for name in TERMS} if former else {}
        highest = rows.aggregate(most=Max("number"))["most"] or 0
        draft = PolicyContract.objects.create(
            brand=brand, number=highest + 1, **{"timezone": brand.timezone, **terms}
        )
        record(action="contract.drafted", target=draft, by=by, data={"number": draft.number})
    return draft


def change_draft(*, contract: PolicyContract, by: User | None, **words: Any) -> PolicyContract:
    """Change what a draft says. Raises Conflict once it is signed, Invalid for what makes no sense
    with the field named."""
    if strange := set(words) - set(TERMS):
        raise TypeError(f"A policy has no {sorted(strange)}.")
    with org_atomic():
        row = _locked(contract)
        if row.status != ContractStatus.DRAFT:
            raise Conflict("A signed policy is never changed. Draft another one and sign that.")
        _refuse_senseless({**{name: getattr(row, name) for name in TERMS}, **words})
        before, after = changed_fields({name: getattr(row, name) for name in words}, words)
        if not after:
            return row
        for name, value in words.items():
            setattr(row, name, value)
        row.save(update_fields=[*words, "updated_at"])
        record(action="contract.changed", target=row, by=by, before=before, after=after)
    return row


def sign(*, contract: PolicyContract, by: User, name: str) -> PolicyContract:
    """Put a draft into force under a name that the signer typed; the former one is superseded.

    Raises Forbidden unless an owner or admin signs, Invalid without a name, Conflict when it is no
    draft.
    """
    typed = " ".join(name.split())
    if not typed:
        raise Invalid("Type your name: it stands under the policy.", field="name")
    _refuse_others(by)
    moment = now()
    with org_atomic():
        row = _locked(contract)
        if row.status != ContractStatus.DRAFT:
            raise Conflict("This policy is no draft any more. Look again.")
        if row.ends_at is not None and row.ends_at <= moment:
            raise Invalid("Its last day is over already. Choose a later one.", field="ends_at")
        formers = PolicyContract.objects.filter(brand_id=row.brand_id, status=ContractStatus.SIGNED)
        for former in formers.select_for_update(no_key=True, of=("self",)):
            move(
                former,
                ContractStatus.SUPERSEDED,
                ended_at=moment,
                ended_by=by,
                end_reason=f"Policy {row.number} took its place.",
            )
        move(
            row,
            ContractStatus.SIGNED,
            signed_by=by,
            signed_name=typed[:120],
            signed_at=moment,
            terms_hash=terms_hash(row),
        )
        record(
            action="contract.signed",
            target=row,
            by=by,
            category=AuditCategory.SECURITY,
            reason=f"Policy {row.number}, signed as {typed[:120]}",
            data={"number": row.number, "terms_hash": row.terms_hash},
        )
    return row


def sign_standard(*, brand: BrandProfile, by: User, name: str, **words: Any) -> PolicyContract:
    """Draft and sign in one step: the standard policy, with what `words` say differently."""
    with org_atomic():
        draft = draft_contract(brand=brand, by=by)
        if words:
            draft = change_draft(contract=draft, by=by, **words)
        return sign(contract=draft, by=by, name=name)


def withdraw(*, contract: PolicyContract, by: User, reason: str = "") -> int:
    """End a policy now. What it let go and what has not left waits for a person again.

    Returns how many posts that are; what is leaving this moment cannot be called back. Raises
    Forbidden unless an owner or admin withdraws it, Conflict when it is over already.
    """
    _refuse_others(by)
    with org_atomic():
        row = _locked(contract)
        if row.status not in (ContractStatus.SIGNED, ContractStatus.DRAFT):
            raise Conflict("This policy is over already.")
        was_signed = row.status == ContractStatus.SIGNED
        move(
            row,
            ContractStatus.WITHDRAWN,
            ended_at=now(),
            ended_by=by,
            end_reason=reason.strip()[:300] or "Withdrawn.",
        )
        back = _call_back(row) if was_signed else 0
        record(
            action="contract.withdrawn",
            target=row,
            by=by,
            category=AuditCategory.SECURITY,
            reason=row.end_reason,
            data={"number": row.number, "posts": back},
        )
    return back


def terms_of(contract: PolicyContract) -> Terms:
    """A policy's row as the values that its clauses are held against."""
    hours: Mapping[str, Any] = contract.hours or {}
    return Terms(
        number=contract.number,
        signed_by=contract.signed_name,
        topics=tuple(contract.topics),
        topics_excluded=tuple(contract.topics_excluded),
        claims=tuple(contract.claims),
        days=frozenset(hours.get("days") or ()),
        opens=_wall(hours.get("from")),
        closes=_wall(hours.get("until")),
        zone=contract.timezone,
        posts_per_day=contract.posts_per_day,
        credits_per_day=contract.credits_per_day,
        account_ids=frozenset(contract.account_ids),
        first_posts_reviewed=contract.first_posts_reviewed,
        ends_at=contract.ends_at,
    )


def terms_hash(contract: PolicyContract) -> str:
    """SHA-256, 64 hex digits, of everything that is signed and of what it is signed for."""
    said = {name: _plain(getattr(contract, name)) for name in TERMS}
    return fingerprint({"brand": str(contract.brand_id), "number": contract.number, **said})


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _wall(text: Any) -> time | None:
    return time.fromisoformat(text) if text else None


def _locked(contract: PolicyContract) -> PolicyContract:
    return PolicyContract.objects.select_for_update(no_key=True, of=("self",)).get(pk=contract.pk)


def _refuse_others(by: User) -> None:
    mine = Membership.objects.filter(user=by).first()
    if mine is None or not Role(mine.role).covers(Role.ADMIN):
        raise Forbidden("An owner or admin of the team signs and withdraws policies. Ask one.")


def _refuse_senseless(words: Mapping[str, Any]) -> None:
    if not 1 <= words["posts_per_day"] <= MOST_POSTS_A_DAY:
        raise Invalid(f"Between 1 and {MOST_POSTS_A_DAY} posts a day.", field="posts_per_day")
    if not is_zone(words["timezone"]):
        raise Invalid("Choose a time zone such as Europe/Berlin.", field="timezone")
    if strange := set(words["claims"]) - {SUPERLATIVE}:
        raise Invalid(f"No policy can allow {', '.join(sorted(strange))} claims.", field="claims")
    hours = words["hours"] or {}
    if bool(hours.get("from")) != bool(hours.get("until")):
        raise Invalid("Give both: from when and until when.", field="until")
    if hours.get("from") and hours["from"] == hours["until"]:
        raise Invalid("From and until are the same, so nothing could go out.", field="until")
    if set(hours.get("days") or ()) - set(range(7)):
        raise Invalid("Choose days of the week.", field="days")


def _call_back(contract: PolicyContract) -> int:
    """Its posts that have not left wait for a person, each under its own lock."""
    under = Approval.objects.filter(voided_at=None, contract__brand_id=contract.brand_id)
    waiting = PendingPost.objects.filter(
        pk__in=under.values("pending_post_id"), status=PendingStatus.AUTO_APPROVED
    )
    back = 0
    for post in waiting.order_by("pk"):
        try:
            with org_atomic():
                row = locked(post)
                if row.status == PendingStatus.AUTO_APPROVED:
                    back_to_pending(row, f"Policy {contract.number} was withdrawn.")
                    back += 1
        except DomainError:
            # It is leaving this moment; the sending reads the policy too, and stops if it can.
            continue
    return back
