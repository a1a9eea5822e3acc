"""Every night: what each skill's candidates came to, day by day, and which tier that makes it.

A day can be counted again as often as one likes; the same rows give the same counts. What people
say of a candidate later counts for the day on which it was written, so the last 31 days are counted
anew each night.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Max, Sum

from analytics.models import SkillDay
from config.kernel.clock import now
from config.kernel.due import by_organization, due_rows
from config.kernel.scoping import current_organization_id, org_atomic, scope
from config.kernel.tasks import record_work
from content.models import Candidate, Skill, SkillStatus
from content.services.revisions import decide_unsure
from content.skills.record import WINDOW, Record, judged
from organizations.models import ActorKind
from organizations.services.audit import record

DAYS_COUNTED: Final = 31
SKILLS_A_SWEEP: Final = 1_000

# An approval stands unless the text was sent back after it; an edit before it does not undo it.
_COUNTS = """
SELECT (c.created_at AT TIME ZONE 'UTC')::date, c.skill_version_id,
       count(*),
       count(*) FILTER (WHERE c.is_valid),
       count(*) FILTER (WHERE said.is_defective),
       count(*) FILTER (WHERE c.is_selected),
       count(*) FILTER (WHERE said.last IS NOT NULL),
       count(*) FILTER (WHERE said.was_approved AND said.last NOT IN ('rejected', 'regenerated')),
       coalesce(sum(c.cost_micros), 0),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY c.generation_time_ms),
       percentile_disc(0.95) WITHIN GROUP (ORDER BY c.generation_time_ms)
FROM content_candidate c
LEFT JOIN LATERAL (
  SELECT bool_or(e.classification = 'defect') AS is_defective,
         bool_or(e.kind = 'approved') AS was_approved,
         (array_agg(e.kind ORDER BY e.created_at DESC, e.id DESC))[1] AS last
  FROM content_revisionevent e
  WHERE e.organization_id = c.organization_id AND e.candidate_id = c.id
) said ON true
WHERE c.organization_id = %s AND c.skill_version_id IS NOT NULL AND c.created_at >= %s
GROUP BY 1, 2
"""
_WRITTEN: Final = [
    *("uses_count", "decided_count", "approved_count", "pass_rate", "selection_rate"),
    *("defect_rate", "approval_rate", "cost_micros_mean", "last_used_at", "recount_at"),
    *("status", "failing_since", "retired_at", "retired_reason", "updated_at"),
]
_COUNTED: Final = (
    "day",
    "skill_version_id",
    "uses_count",
    "passed_count",
    "defect_count",
    "selected_count",
    "decided_count",
    "approved_count",
    "cost_micros",
    "latency_ms_p50",
    "latency_ms_p95",
)


def due_skills(moment: datetime | None = None) -> dict[UUID, list[UUID]]:
    """Skills whose record is to be counted, under their organizations."""
    return by_organization(due_rows(Skill, moment=moment or now(), most=SKILLS_A_SWEEP))


def count_skills(*, skill_ids: Sequence[UUID], moment: datetime | None = None) -> int:
    """Count the organization's skills, write their records down, and move them between tiers.

    Safe to run twice. Call it with no transaction open: a model may be asked about revisions that
    the signals left open. Returns how many skills were looked at.
    """
    decide_unsure()
    moment = moment or now()
    with org_atomic():
        count_days(moment=moment)
        rows = Skill.objects.filter(pk__in=skill_ids).exclude(status=SkillStatus.RETIRED)
        for skill in rows.select_for_update(of=("self",)).order_by("pk"):
            _write_record(skill, moment)
    record_work("skill_count")
    return len(skill_ids)


def sweep_skills(moment: datetime | None = None) -> int:
    """Count every skill that is due, in all organizations; for tests and commands."""
    counted = 0
    for organization_id, ids in due_skills(moment).items():
        with scope(organization_id):
            counted += count_skills(skill_ids=ids, moment=moment)
    return counted


def count_days(*, moment: datetime) -> int:
    """Write the last 31 days of the organization in scope; returns how many rows."""
    since = _midnight(moment) - timedelta(days=DAYS_COUNTED - 1)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [current_organization_id(), since])
        rows = [dict(zip(_COUNTED, row, strict=True)) for row in cursor.fetchall()]
    SkillDay.objects.bulk_create(
        [SkillDay(**row) for row in rows],
        update_conflicts=True,
        unique_fields=["organization", "day", "skill_version"],
        update_fields=list(_COUNTED[2:]),
    )
    return len(rows)


def record_between(skill: Skill, first: date, last: date) -> Mapping[str, int]:
    """Sums over all versions of a skill and the days of a span, both included."""
    days = SkillDay.objects.filter(skill_version__skill=skill, day__range=(first, last))
    sums: Mapping[str, Any] = days.aggregate(**{name: Sum(name) for name in _COUNTED[2:9]})
    return {name: int(value or 0) for name, value in sums.items()}


def _write_record(skill: Skill, moment: datetime) -> None:
    sums = record_between(skill, (moment - WINDOW).date() + timedelta(days=1), moment.date())
    uses = sums["uses_count"]
    counted = Record(
        uses=uses,
        decided=sums["decided_count"],
        approved=sums["approved_count"],
        defective=sums["defect_count"],
    )
    skill.uses_count = uses
    skill.decided_count, skill.approved_count = counted.decided, counted.approved
    skill.pass_rate = sums["passed_count"] / uses if uses else 0.0
    skill.selection_rate = sums["selected_count"] / uses if uses else 0.0
    skill.defect_rate, skill.approval_rate = counted.defect_rate, counted.approval_rate
    skill.cost_micros_mean = round(sums["cost_micros"] / uses) if uses else 0
    skill.last_used_at = _last_used(skill) or skill.last_used_at
    skill.recount_at = _midnight(moment) + timedelta(days=1)
    _move_tier(skill, counted, moment)
    skill.save(update_fields=_WRITTEN)


def _last_used(skill: Skill) -> datetime | None:
    uses = Candidate.objects.filter(skill_version__skill=skill)
    last: datetime | None = uses.aggregate(last=Max("created_at"))["last"]
    return last


def _move_tier(skill: Skill, counted: Record, moment: datetime) -> None:
    verdict = judged(counted, status=skill.status, moment=moment, failing_since=skill.failing_since)
    if verdict.status == skill.status:
        return
    before, skill.status = skill.status, SkillStatus(verdict.status)
    skill.failing_since = moment if skill.status == SkillStatus.FAILING else None
    if skill.status == SkillStatus.RETIRED:
        skill.retired_at, skill.retired_reason = moment, verdict.reason
    record(
        action="skill.retired" if skill.status == SkillStatus.RETIRED else "skill.tiered",
        target=skill,
        kind=ActorKind.AGENT,
        reason=verdict.reason
        or f"{counted.approved} of {counted.decided} approved in {counted.uses} uses of 30 days.",
        before={"status": before},
        after={"status": str(skill.status)},
    )


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
