"""Who must say yes before a post of a brand goes out: the brand's workflow, as steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from brands.models import BrandProfile
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from organizations.models import User
from organizations.services.audit import changed_fields, record
from publishing.models import PendingPost, Workflow, WorkflowStep


@dataclass(frozen=True, slots=True)
class Step:
    """One step as a post carries it. Nobody named: any member who may write."""

    name: str
    kind: str = WorkflowStep.Kind.INTERNAL
    rule: str = WorkflowStep.Rule.ANY
    approvers: tuple[UUID, ...] = ()
    lets_author: bool = True

    @property
    def is_client(self) -> bool:
        return self.kind == WorkflowStep.Kind.CLIENT

    @property
    def needs_all(self) -> bool:
        return self.rule == WorkflowStep.Rule.ALL

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": str(self.kind),
            "rule": str(self.rule),
            "approvers": [str(each) for each in self.approvers],
            "lets_author": self.lets_author,
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Step:
        return cls(
            name=str(kept.get("name", "")),
            kind=str(kept.get("kind", WorkflowStep.Kind.INTERNAL)),
            rule=str(kept.get("rule", WorkflowStep.Rule.ANY)),
            approvers=tuple(UUID(str(each)) for each in kept.get("approvers", ())),
            lets_author=bool(kept.get("lets_author", True)),
        )


ONE_STEP: Final = Step("Approval")


def workflow_of(brand: BrandProfile) -> Workflow:
    """The brand's workflow; one that is not saved, of one step, where it has none."""
    return Workflow.objects.filter(brand=brand).first() or Workflow(brand=brand)


def steps_of(brand: BrandProfile) -> list[Step]:
    """The steps that a post of the brand goes through when somebody has to decide; at least one.

    Also where the mode is `none`: what the agent writes without leave still waits for a person.
    """
    return steps_of_workflow(workflow_of(brand))


def steps_of_workflow(workflow: Workflow) -> list[Step]:
    lets_author = workflow.lets_author_approve
    rows: Sequence[WorkflowStep] = ()
    if workflow.mode == Workflow.Mode.STEPS:
        rows = list(WorkflowStep.objects.filter(workflow=workflow).order_by("number"))
    if not rows:
        return [Step(ONE_STEP.name, lets_author=lets_author or workflow.mode == Workflow.Mode.NONE)]
    return [
        Step(row.name, row.kind, row.rule, tuple(row.approvers), lets_author=lets_author)
        for row in rows
    ]


def steps_of_post(post: PendingPost) -> list[Step]:
    """The steps that the post was put forward under; one for any member where none are noted."""
    return [Step.of(each) for each in post.steps] or [ONE_STEP]


STEPS_MOST: Final = 6


def save_workflow(
    *,
    brand: BrandProfile,
    by: User,
    mode: str,
    steps: Sequence[Step] = (),
    lets_author_approve: bool = True,
    reminder_hours: int = 6,
    window_days: int = 7,
) -> Workflow:
    """Say who approves the posts of a brand from now on; posts on their way keep their steps.

    Raises Invalid for no step where there should be several, for more than six, for two steps of
    the client, and for a step without a name.
    """
    _refuse_impossible(mode, steps)
    with org_atomic():
        row, _ = Workflow.objects.select_for_update().get_or_create(brand=brand)
        before = _as_told(row)
        row.mode = mode
        row.lets_author_approve = lets_author_approve
        row.reminder_hours = reminder_hours
        row.window_days = window_days
        row.save(
            update_fields=[
                *("mode", "lets_author_approve", "reminder_hours", "window_days", "updated_at")
            ]
        )
        WorkflowStep.objects.filter(workflow=row).delete()
        for number, step in enumerate(steps if mode == Workflow.Mode.STEPS else ()):
            WorkflowStep.objects.create(
                workflow=row,
                number=number,
                name=step.name,
                kind=step.kind,
                rule=step.rule,
                approvers=[] if step.is_client else list(step.approvers),
            )
        old, new = changed_fields(before, _as_told(row))
        if new:
            record(action="workflow.changed", target=brand, by=by, before=old, after=new)
    return row


def sentence_of(steps: Sequence[Step], names: Mapping[UUID, str]) -> str:
    """Who is asked, one after the other: "Anna or Ben, then the client". Pure."""
    return ", then ".join(_asked(step, names) for step in steps)


def _asked(step: Step, names: Mapping[UUID, str]) -> str:
    if step.is_client:
        return "the client"
    people = [names.get(each, "somebody who left") for each in step.approvers]
    return f" {'and' if step.needs_all else 'or'} ".join(people) or "any member"


def _refuse_impossible(mode: str, steps: Sequence[Step]) -> None:
    if mode != Workflow.Mode.STEPS:
        return
    if not steps:
        raise Invalid("Add a step, or choose that one person approves.", field="steps")
    if len(steps) > STEPS_MOST:
        raise Invalid(f"At most {STEPS_MOST} steps. Take some out.", field="steps")
    if any(not step.name.strip() for step in steps):
        raise Invalid("Give every step a name, such as “Legal”.", field="steps")
    if sum(step.is_client for step in steps) > 1:
        raise Invalid("The client is asked once. Take the other client step out.", field="steps")


def _as_told(row: Workflow) -> dict[str, Any]:
    return {
        "mode": row.mode,
        "lets_author_approve": row.lets_author_approve,
        "reminder_hours": row.reminder_hours,
        "window_days": row.window_days,
        "steps": [step.as_json() for step in steps_of_workflow(row)] if row.pk else [],
    }
