"""From many organizations' structures to the shared library: only what five of them use.

One statement as the operator finds what may be shared. It counts only organizations that agreed,
each once, and returns no structure that fewer than five of them use: what is below never leaves the
database, only the number of such structures does. What is written is the structure in words of the
closed list, and numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import connections, transaction

from brands.platforms import platforms
from config.kernel.clock import now
from config.kernel.embeddings import Embedded, embed
from config.kernel.errors import DomainError, Invalid
from config.kernel.scoping import org_atomic, unscoped
from config.kernel.tasks import record_work
from content.models import (
    SharedSkill,
    SharingEvent,
    Skill,
    SkillSharingConsent,
    SkillStatus,
    SkillVersion,
)
from content.skills.structure import Structure, describe
from organizations.models import ActorKind, WorkDone
from organizations.services.audit import record

log = structlog.get_logger(__name__)

LEAST_ORGANIZATIONS: Final = 5
LEAST_USES: Final = 100
MOST_DEFECTIVE: Final = 0.05
LEAST_AGE: Final = timedelta(days=30)
SHARED: Final = "skill_sharing"
EVERY: Final = timedelta(hours=23)

# Days of every active organization with a consent in force, of skills that take part.
_USES = """
FROM analytics_skillday d
JOIN content_skillversion v ON v.organization_id = d.organization_id AND v.id = d.skill_version_id
JOIN content_skill s ON s.organization_id = v.organization_id AND s.id = v.skill_id
JOIN organizations_organization o ON o.id = d.organization_id
WHERE s.shares_structure AND d.uses_count > 0
  AND o.status = 'active' AND o.deleted_at IS NULL
  AND EXISTS (SELECT FROM content_skillsharingconsent c
              WHERE c.organization_id = d.organization_id AND c.withdrawn_at IS NULL)
GROUP BY v.fingerprint
"""
_COUNTS = f"""
SELECT v.fingerprint, count(DISTINCT d.organization_id), sum(d.uses_count),
       sum(d.passed_count)::float / sum(d.uses_count),
       coalesce(sum(d.defect_count)::float / nullif(sum(d.decided_count), 0), 1),
       coalesce(sum(d.approved_count)::float / nullif(sum(d.decided_count), 0), 0),
       min(v.created_at)
{_USES}
HAVING count(DISTINCT d.organization_id) >= %s
ORDER BY v.fingerprint
"""  # noqa: S608
_HIDDEN = f"""
SELECT count(*) FROM (
  SELECT v.fingerprint {_USES}
  HAVING count(DISTINCT d.organization_id) < %s AND sum(d.uses_count) >= %s
) few
"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """One structure over at least five organizations. `defect_rate` is 1 where nobody judged."""

    fingerprint: str
    organizations: int
    uses: int
    pass_rate: float
    defect_rate: float
    approval_rate: float
    since: datetime

    def missing(self, moment: datetime) -> list[str]:
        """Conditions of promotion that are not met, in words; empty when all four are."""
        checks = (
            (self.uses >= LEAST_USES, f"{self.uses} of {LEAST_USES} uses"),
            (
                self.defect_rate < MOST_DEFECTIVE,
                f"{self.defect_rate:.1%} defective, to be below {MOST_DEFECTIVE:.0%}",
            ),
            (
                self.organizations >= LEAST_ORGANIZATIONS,
                f"{self.organizations} of {LEAST_ORGANIZATIONS} organizations",
            ),
            (
                moment - self.since >= LEAST_AGE,
                f"{(moment - self.since).days} of {LEAST_AGE.days} days old",
            ),
        )
        return [reason for is_met, reason in checks if not is_met]


@dataclass(frozen=True, slots=True)
class Shared:
    """What one night did: fingerprints that came and went, and how many stayed hidden."""

    promoted: tuple[str, ...]
    retired: tuple[str, ...]
    suppressed: int


def aggregates() -> list[Aggregate]:
    """Structures that at least five consenting organizations use; nothing of any other."""
    with unscoped("count what five use"), connections["operator"].cursor() as cursor:
        cursor.execute(_COUNTS, [LEAST_ORGANIZATIONS])
        rows = cursor.fetchall()
    return [
        Aggregate(
            fingerprint=row[0],
            organizations=int(row[1]),
            uses=int(row[2]),
            pass_rate=float(row[3]),
            defect_rate=float(row[4]),
            approval_rate=float(row[5]),
            since=row[6],
        )
        for row in rows
    ]


def hidden_count() -> int:
    """How many structures are used often enough, by too few organizations: the number alone."""
    with unscoped("count what fewer use"), connections["operator"].cursor() as cursor:
        cursor.execute(_HIDDEN, [LEAST_ORGANIZATIONS, LEAST_USES])
        return int(cursor.fetchone()[0])


def share_skills(*, moment: datetime | None = None) -> Shared:
    """Promote what meets all four conditions, count anew what is shared, and take back what is not
    used by five consenting organizations any more.

    Every act is an event; so is that something was held back, as a number without names. Call it
    with no transaction open, since descriptions become vectors. Source: specification 2c global
    promotion and k-anonymity, 6.6.
    """
    moment = moment or now()
    found = {one.fingerprint: one for one in aggregates()}
    known = _known()
    able = [one for one in found.values() if not one.missing(moment)]
    promoted = [one for one in able if one.fingerprint not in known and _promote(one, moment)]
    for one in found.values():
        if one.fingerprint in known:
            _recount(one, moment)
    retired = [fingerprint for fingerprint in known if fingerprint not in found]
    for fingerprint in retired:
        _take_back(fingerprint, moment)
    suppressed = hidden_count()
    if suppressed:
        _note_suppressed(suppressed)
    record_work(SHARED, at_once=True)
    return Shared(tuple(one.fingerprint for one in promoted), tuple(retired), suppressed)


def share_skills_daily() -> int:
    """Share if nobody did within the last 23 hours; returns how many were promoted."""
    if WorkDone.objects.filter(kind=SHARED, finished_at__gt=now() - EVERY).exists():
        return 0
    return len(share_skills().promoted)


def _known() -> set[str]:
    with unscoped("what is shared already"):
        rows = SharedSkill.objects.filter(retired_at=None)
        return set(rows.values_list("fingerprint", flat=True))


def _promote(one: Aggregate, moment: datetime) -> bool:
    """Write the shared row from the closed words alone. False where the rows disagree with their
    fingerprint: then somebody wrote past the services, and nothing of it is shared."""
    with unscoped("read a structure that five organizations use"):
        row = SkillVersion.objects.filter(fingerprint=one.fingerprint).order_by("pk").first()
    if row is None:
        return False
    try:
        structure = Structure.from_json(row.structure)
        is_whole = one.fingerprint == structure.fingerprint(task=row.task, platform=row.platform)
    except Invalid:
        is_whole = False
    if not is_whole or (row.platform and platforms.get(row.platform) is None):
        log.error("shared_skill_refused", fingerprint=one.fingerprint)
        return False
    embedded = _embedded(structure)
    with unscoped("share a structure"), transaction.atomic(using="operator"):
        shared, _ = SharedSkill.objects.update_or_create(
            fingerprint=one.fingerprint,
            defaults={
                "task": row.task,
                "platform": row.platform,
                "structure": structure.as_json(),
                "status": SkillStatus.ACTIVE,
                "retired_at": None,
                **_numbers(one, moment),
                **({} if embedded is None else _vector(embedded)),
            },
        )
        _event(SharingEvent.Kind.PROMOTED, shared, one)
    _tell(one.fingerprint, "skill.promoted")
    return True


def _recount(one: Aggregate, moment: datetime) -> None:
    with unscoped("count a shared structure anew"):
        rows = SharedSkill.objects.filter(fingerprint=one.fingerprint)
        rows.update(**_numbers(one, moment), updated_at=moment)


def _take_back(fingerprint: str, moment: datetime) -> None:
    """Its last counts stay as they were: fresh ones would be of fewer than five."""
    with unscoped("take a shared structure back"), transaction.atomic(using="operator"):
        shared = SharedSkill.objects.get(fingerprint=fingerprint)
        shared.status, shared.retired_at = SkillStatus.RETIRED, moment
        shared.save(update_fields=["status", "retired_at", "updated_at"])
        SharingEvent.objects.create(kind=SharingEvent.Kind.RETIRED, skill=shared)
    _tell(fingerprint, "skill.unshared")


def _numbers(one: Aggregate, moment: datetime) -> dict[str, object]:
    return {
        "organizations_count": one.organizations,
        "uses_count": one.uses,
        "mean_pass_rate": one.pass_rate,
        "defect_rate": one.defect_rate,
        "approval_rate": one.approval_rate,
        "counted_at": moment,
    }


def _event(kind: SharingEvent.Kind, shared: SharedSkill, one: Aggregate) -> None:
    SharingEvent.objects.create(
        kind=kind,
        skill=shared,
        organizations_count=one.organizations,
        uses_count=one.uses,
        mean_pass_rate=one.pass_rate,
        defect_rate=one.defect_rate,
    )


def _note_suppressed(number: int) -> None:
    log.info("skill_sharing_suppressed", structures=number, least=LEAST_ORGANIZATIONS)
    with unscoped("note what was held back"):
        SharingEvent.objects.create(kind=SharingEvent.Kind.SUPPRESSED, suppressed_count=number)


def _tell(fingerprint: str, action: str) -> None:
    """Write it into the log of each organization that takes part with it."""
    with unscoped("whose skills have a structure"):
        agreed = SkillSharingConsent.objects.filter(withdrawn_at=None).values("organization_id")
        rows = Skill.objects.filter(
            versions__fingerprint=fingerprint, shares_structure=True, organization_id__in=agreed
        )
        found = list(rows.order_by().distinct().values_list("organization_id", "pk"))
    for organization_id, skill_id in found:
        with org_atomic(organization_id):
            record(
                action=action,
                target=Skill.objects.get(pk=skill_id),
                kind=ActorKind.AGENT,
                reason=f"Used by at least {LEAST_ORGANIZATIONS} organizations."
                if action == "skill.promoted"
                else f"Used by fewer than {LEAST_ORGANIZATIONS} organizations now.",
            )


def _embedded(structure: Structure) -> Embedded | None:
    try:
        return embed([describe(structure)])
    except DomainError as error:
        log.warning("shared_skill_without_vector", code=error.code)
        return None


def _vector(embedded: Embedded) -> dict[str, object]:
    return {"embedding": embedded.vectors[0], "model": embedded.model}
