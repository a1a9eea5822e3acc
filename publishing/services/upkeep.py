"""Connected accounts, looked after: access renewed ahead of its end, and the doctor once a day.

An account is due again (`due_at`) whenever one of the two is. It is claimed in a short transaction,
the network is asked with none open, and what came of it is written under the claim's fence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import F

from config.kernel.clock import now
from config.kernel.due import Due, due_rows
from config.kernel.errors import Conflict
from config.kernel.models import claim
from config.kernel.scoping import org_atomic
from config.kernel.tasks import record_work
from organizations.models import ActorKind, User
from organizations.services.audit import record
from publishing.channels.base import Channel, ChannelError, Finding, Outcome, Probes, Renews
from publishing.channels.registry import channels
from publishing.delivery.failure import needs_reconnect
from publishing.delivery.health import keep_readings, reading_row
from publishing.delivery.ledger import wake_deliveries
from publishing.delivery.session import AccountSession
from publishing.models import AccountStatus, SocialAccount

ACCOUNTS_A_SWEEP: Final = 200
LEASE_SECONDS: Final = 120.0
PROBE_EVERY: Final = timedelta(days=1)
LONG_LIFE: Final = timedelta(hours=48)
"""Access that lasts longer is renewed at the latest a day before its end."""
BEFORE_END: Final = timedelta(hours=24)
WARN_BEFORE: Final = timedelta(days=7)
"""How early a person hears of an access that ends and that nothing can renew."""
FIRST_WAIT: Final = timedelta(minutes=5)
LONGEST_WAIT: Final = timedelta(hours=6)
WORK: Final = "account_upkeep"


@dataclass(frozen=True, slots=True)
class Access:
    """From when to when an account's access lasts, and whether it can be renewed."""

    issued: datetime
    ends: datetime | None
    is_renewable: bool

    @property
    def renew_at(self) -> datetime | None:
        """When two thirds of its life are over; of a long one at the latest a day before its end.

        Source: reliability 1.3.
        """
        if self.ends is None or not self.is_renewable:
            return None
        life = self.ends - self.issued
        latest = self.ends - BEFORE_END if life > LONG_LIFE else self.ends
        return min(self.issued + life * 2 / 3, latest)

    def is_ending(self, moment: datetime) -> bool:
        """Whether a person has to do something about it soon, since nothing else can."""
        return not self.is_renewable and self.ends is not None and moment >= self.ends - WARN_BEFORE


def due_accounts(*, most: int = ACCOUNTS_A_SWEEP) -> list[Due]:
    """Accounts that are due, one of each organization after another."""
    return due_rows(SocialAccount, moment=now(), most=most)


def look_after(*, account_id: UUID) -> bool:
    """Renew or check one account of the organization in scope, if it is due and nobody's.

    A failure that says nothing of the access only puts it off, for longer each time, so that a
    network that is away costs one call a step; a recognised refusal is told to people, once.
    """
    rows = claim(SocialAccount.objects.filter(pk=account_id), lease_seconds=LEASE_SECONDS)
    for account in rows:
        if account.is_active and account.status == AccountStatus.ACTIVE:
            _look(account, checks=_probe_is_due(account))
        else:
            # Only a person can bring it back, and connecting makes it due.
            _write(account, due_at=None, attempts=0)
        record_work(WORK)
    return bool(rows)


def check_account(*, account: SocialAccount, by: User) -> SocialAccount:
    """Have the doctor look now, because a person asks. Call it with no transaction open.

    An account that had been given up comes back when everything is well. Raises Conflict while a
    look is under way already.
    """
    moment = now()
    with org_atomic():
        free = SocialAccount.objects.filter(pk=account.pk).exclude(claimed_until__gt=moment)
        until = moment + timedelta(seconds=LEASE_SECONDS)
        if not free.update(claimed_until=until, fence=F("fence") + 1):
            raise Conflict("This channel is being looked at this moment. Look again in a minute.")
        account.refresh_from_db()
        record(action="account.checked", target=account, by=by)
    _look(account, checks=True)
    with org_atomic():
        account.refresh_from_db()
    return account


def access_of(account: SocialAccount, channel: Channel | None) -> Access:
    """As the credentials say it, which know of renewals in mid-publish; else as the row does."""
    kept = AccountSession(account).credentials
    able: Any = getattr(channel, "can_renew", lambda kept: True)
    return Access(
        issued=_moment(kept, "issued_at") or account.last_refresh_at or account.created_at,
        ends=_moment(kept, "expires_at") or account.token_expires_at,
        is_renewable=_renews(channel) and able(kept),
    )


def _renews(channel: Channel | None) -> bool:
    return isinstance(channel, Renews)


def can_be_checked(channel: Channel | None) -> bool:
    return isinstance(channel, Probes | Renews)


def findings_of(account: SocialAccount) -> list[Finding]:
    """The doctor's last report."""
    return [Finding(**each) for each in account.report]


def _look(account: SocialAccount, *, checks: bool) -> None:
    channel, moment = channels.get(account.platform), now()
    if channel is None:
        _write(account, due_at=None, attempts=0)
        return
    try:
        found = _ask(channel, account, moment, checks=checks)
    except ChannelError as error:
        _put_off(account, channel, error, moment)
    else:
        _settle(account, channel, found, moment)


def _ask(
    channel: Channel, account: SocialAccount, moment: datetime, *, checks: bool
) -> Sequence[Finding] | None:
    """Renew if it is time to, and probe if it is; the findings, None when nobody looked."""
    with _session(account) as session:
        return _asked(channel, account, session, moment, checks=checks)


@contextmanager
def _session(account: SocialAccount) -> Iterator[AccountSession]:
    """A session whose readings of quotas are kept, also when the answer was a refusal."""
    session = AccountSession(account)
    try:
        yield session
    finally:
        if session.readings:
            rows = [reading_row(account.pk, each) for each in session.readings.values()]
            with org_atomic():
                keep_readings(rows)


def _asked(
    channel: Channel,
    account: SocialAccount,
    session: AccountSession,
    moment: datetime,
    *,
    checks: bool,
) -> Sequence[Finding] | None:
    access = access_of(account, channel)
    if access.ends is not None and access.ends <= moment and not access.is_renewable:
        raise ChannelError(
            f"The access to {channel.label} has ended and cannot be renewed. Connect the account "
            "again.",
            reconnect=True,
            code="access_ended",
        )
    if isinstance(channel, Renews) and access.renew_at is not None and access.renew_at <= moment:
        account.token_expires_at = channel.renew(session) or account.token_expires_at
    if not checks:
        return None
    found = channel.probe(session) if isinstance(channel, Probes) else ()
    return (*found, *_ending(channel, access_of(account, channel), moment))


def _ending(channel: Channel, access: Access, moment: datetime) -> Sequence[Finding]:
    if access.ends is None or not access.is_ending(moment):
        return ()
    says = f"{channel.label} lets Warren in until {access.ends:%d %B %Y} and no longer."
    return (Finding("access", False, says, "Connect it again before that day."),)


def _settle(
    account: SocialAccount, channel: Channel, found: Sequence[Finding] | None, moment: datetime
) -> None:
    access = access_of(account, channel)
    was_warned = any(each["check"] == "access" for each in account.report)
    fields: dict[str, Any] = {
        "token_expires_at": access.ends,
        "due_at": _next(channel, access, account, found is not None, moment),
        "attempts": 0,
    }
    if found is not None:
        fields |= {"report": [asdict(each) for each in found], "checked_at": moment}
    if all(each.ok is not False for each in found or ()):
        fields["last_error"] = ""
    is_back = (
        found is not None
        and account.status != AccountStatus.ACTIVE
        and all(each.ok is not False for each in found)
    )
    if is_back:
        fields["status"] = AccountStatus.ACTIVE
    with org_atomic():
        if not _write(account, **fields):
            return
        if is_back:
            record(action="account.recovered", target=account, kind=ActorKind.SYSTEM)
        for each in found or ():
            if each.check == "access" and not was_warned:
                record(
                    action="account.access_ending",
                    target=account,
                    kind=ActorKind.SYSTEM,
                    reason=f"{each.says} {each.mend}",
                )
    if is_back:
        wake_deliveries(account=account)


def _put_off(
    account: SocialAccount, channel: Channel, error: ChannelError, moment: datetime
) -> None:
    if error.outcome is Outcome.RECONNECT:
        finding = Finding("token", False, error.message, "Connect it again.")
        with org_atomic():
            report = [asdict(finding)]
            if _write(account, due_at=None, attempts=0, report=report, checked_at=moment):
                needs_reconnect(account, error.message, moment)
        return
    wait = min(FIRST_WAIT * 2 ** min(max(account.attempts, 1) - 1, 10), LONGEST_WAIT)
    if error.outcome is Outcome.REFUSED:
        # The app is at fault, not the account; its operator takes a while.
        wait = LONGEST_WAIT
    if error.retry_after is not None:
        wait = max(wait, timedelta(seconds=error.retry_after))
    _write(
        account,
        due_at=moment + wait if account.status == AccountStatus.ACTIVE else None,
        attempts=max(account.attempts, 1),
        last_error=error.message,
    )


def _write(account: SocialAccount, **fields: Any) -> bool:
    """Give the claim back with these changes; False when somebody else has it by now."""
    with org_atomic():
        ours = SocialAccount.objects.filter(pk=account.pk, fence=account.fence)
        return bool(ours.update(claimed_until=None, updated_at=now(), **fields))


def _next(
    channel: Channel, access: Access, account: SocialAccount, is_checked: bool, moment: datetime
) -> datetime | None:
    """When it is to be looked after next; None where there is nothing to look after."""
    times = []
    if isinstance(channel, Probes):
        last = moment if is_checked else account.checked_at or moment
        times.append(last + PROBE_EVERY)
    if access.renew_at is not None:
        times.append(access.renew_at)
    elif access.ends is not None:
        warn = access.ends - WARN_BEFORE
        times.append(warn if warn > moment else access.ends)
    # A network that renews without giving more time is not asked in every sweep.
    return max(min(times), moment + FIRST_WAIT) if times else None


def _probe_is_due(account: SocialAccount) -> bool:
    return account.checked_at is None or now() >= account.checked_at + PROBE_EVERY


def _moment(kept: Mapping[str, Any], name: str) -> datetime | None:
    told = kept.get(name)
    return datetime.fromisoformat(told) if isinstance(told, str) and told else None
