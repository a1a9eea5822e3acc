"""What answers say of networks and accounts, beside what they say of their posts.

Failures that speak of the network count against it, answers of any other kind speak for it. Nothing
is written while all is well; otherwise one short transaction for each network and organization.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from time import monotonic
from uuid import UUID

import structlog
from django.db import DatabaseError, transaction

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.channels.base import ChannelError, Reading
from publishing.models import AccountQuota, NetworkState, SocialAccount

from .breaker import ACCOUNT, NETWORK, Breaker, Rule
from .calls import Answer
from .gate import breaker_of, breaker_of_account, network_of

log = structlog.get_logger(__name__)

NO_ANSWER = frozenset({"no_answer", "no_connection"})
READINGS_EVERY_SECONDS = 10.0
CHANGED_MUCH = 0.1
"""Share of a limit by which what is left of it must have changed to be written down sooner."""

OPENED_LATELY_SECONDS = 60.0

_opened_at = float("-inf")
"""Monotonic, of this process."""
_written: dict[tuple[UUID, str], tuple[float, int, int]] = {}
"""Account and quota -> when (monotonic), what was left, the limit; of this process."""


def note(answers: Sequence[Answer]) -> None:
    """Write down what a batch of answers says of its networks and accounts, if it says anything.

    What is lost when the database is away is told again by the next answers.
    """
    try:
        _networks(answers)
        _accounts(answers)
    except DatabaseError:
        log.exception("health_not_noted")


def speaks_of_network(error: ChannelError) -> bool:
    """No connection, no answer, or an answer that the network itself is broken."""
    return error.code in NO_ANSWER or (error.extra.get("http_status") or 0) >= 500


def verdict(answer: Answer) -> bool | None:
    """True speaks for the network, False against it, None of neither: a mistake of ours."""
    if answer.error is None:
        return True
    if speaks_of_network(answer.error):
        return False
    return True if answer.error.extra.get("http_status") else None


def judged(breaker: Breaker, verdicts: Sequence[bool], rule: Rule, moment: datetime) -> Breaker:
    for is_well in verdicts:
        step = breaker.after_success if is_well else breaker.after_failure
        breaker = step(rule, moment)
    return breaker


def _networks(answers: Sequence[Answer]) -> None:
    for key, given in _grouped(answers, "network").items():
        assert isinstance(key, str)
        _network(key, [is_well for _, is_well in given])


def _network(key: str, verdicts: Sequence[bool]) -> None:
    moment = now()
    with transaction.atomic():
        states = NetworkState.objects.select_for_update()
        row, _ = states.get_or_create(key=key)
        before = breaker_of(row)
        after = judged(before, verdicts, NETWORK, moment)
        if after != before:
            row.failures, row.successes = after.failures, after.successes
            row.opened_until = after.opened_until
            row.save(update_fields=["failures", "successes", "opened_until", "updated_at"])
    _tell(before, after, network=key)


def _accounts(answers: Sequence[Answer]) -> None:
    """Breakers of accounts and readings of their quotas, one transaction an organization."""
    groups = _grouped(answers, "account")
    readings = _fresh_readings(answers)
    work: dict[UUID, dict[UUID, list[bool]]] = {}
    for key, given in groups.items():
        assert isinstance(key, UUID)
        owner = given[0][0].parcel.organization_id
        work.setdefault(owner, {})[key] = [is_well for _, is_well in given]
    for owner in {*work, *readings}:
        with org_atomic(owner):
            _judge_accounts(work.get(owner, {}))
            _keep_readings(readings.get(owner, {}))


def _judge_accounts(verdicts: Mapping[UUID, Sequence[bool]]) -> None:
    if not verdicts:
        return
    moment = now()
    rows = SocialAccount.with_deleted.filter(pk__in=verdicts).order_by("pk")
    for row in rows.select_for_update(no_key=True):
        before = breaker_of_account(row)
        after = judged(before, verdicts[row.pk], ACCOUNT, moment)
        if after != before:
            SocialAccount.with_deleted.filter(pk=row.pk).update(
                error_count=after.failures,
                successes=after.successes,
                opened_until=after.opened_until,
                updated_at=moment,
            )
            _tell(before, after, account=str(row.pk))


def _grouped(answers: Sequence[Answer], what: str) -> dict[str | UUID, list[tuple[Answer, bool]]]:
    """Verdicts by network or account; only of those where one has to be written down."""
    found: dict[str | UUID, list[tuple[Answer, bool]]] = {}
    for answer in answers:
        network = network_of(answer.parcel.delivery)
        is_well = verdict(answer)
        if network is not None and is_well is not None:
            key = network if what == "network" else answer.parcel.delivery.account_id
            found.setdefault(key, []).append((answer, is_well))
    return {
        key: given
        for key, given in found.items()
        if any(not is_well or answer.parcel.is_watched for answer, is_well in given)
    }


def opened_lately() -> bool:
    """Whether this process has opened a breaker a moment ago, so that what it holds is asked
    about anew."""
    return monotonic() - _opened_at < OPENED_LATELY_SECONDS


def _tell(before: Breaker, after: Breaker, **what: str) -> None:
    global _opened_at
    if before.opened_until is None and after.opened_until is not None:
        _opened_at = monotonic()
        log.warning("breaker_opened", until=after.opened_until.isoformat(), **what)
    elif before.opened_until is not None and after.opened_until is None:
        log.info("breaker_closed", **what)


# -- Quotas ---------------------------------------------------------------------------------------


def _fresh_readings(answers: Sequence[Answer]) -> dict[UUID, dict[UUID, dict[str, Reading]]]:
    """Organization -> account -> readings that are worth a write now."""
    found: dict[UUID, dict[UUID, dict[str, Reading]]] = {}
    for answer in answers:
        account_id = answer.parcel.delivery.account_id
        for name, reading in answer.parcel.readings.items():
            if _is_worth_it(account_id, reading):
                of_owner = found.setdefault(answer.parcel.organization_id, {})
                of_owner.setdefault(account_id, {})[name] = reading
        answer.parcel.readings.clear()
    return found


def _is_worth_it(account_id: UUID, reading: Reading) -> bool:
    left = reading.limit - reading.used
    at, left_before, limit_before = _written.get((account_id, reading.name), (0.0, 0, -1))
    return (
        limit_before != reading.limit
        or (left <= 0) != (left_before <= 0)
        or abs(left - left_before) > CHANGED_MUCH * reading.limit
        or monotonic() - at >= READINGS_EVERY_SECONDS
    )


def _keep_readings(readings: Mapping[UUID, Mapping[str, Reading]]) -> None:
    rows = [
        reading_row(account_id, reading)
        for account_id, named in sorted(readings.items())
        for reading in named.values()
    ]
    if not rows:
        return
    keep_readings(rows)
    for row in rows:
        key = (row.account_id, row.name)
        _written[key] = (monotonic(), row.limit - row.used, row.limit)


def reading_row(account_id: UUID, reading: Reading) -> AccountQuota:
    return AccountQuota(
        account_id=account_id,
        name=reading.name[:60],
        limit=max(reading.limit, 0),
        used=max(reading.used, 0),
        resets_at=reading.resets_at,
        read_at=now(),
        source=reading.source,
    )


def keep_readings(rows: Sequence[AccountQuota]) -> None:
    """Write down what networks told of their quotas, in the caller's transaction."""
    AccountQuota.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organization", "account", "name"],
        update_fields=["limit", "used", "resets_at", "read_at", "source", "updated_at"],
    )
