"""Who must say yes before a post of a brand goes out: the brand's workflow, as steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from brands.models import BrandProfile
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
