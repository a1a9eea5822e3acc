"""Who approves a brand's posts, as a form whose steps are added and moved without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from publishing.forms.queries import uuid_or_none
from publishing.models import Workflow, WorkflowStep
from publishing.services.workflows import STEPS_MOST, Step

NAME_MOST = 80
MODES = [
    (Workflow.Mode.NONE, "Nobody. What a person schedules goes out; what the agent writes waits."),
    (Workflow.Mode.ONE, "One person. Any member approves, and the post goes out at its time."),
    (Workflow.Mode.STEPS, "Several steps. Such as Anna or Ben, then the client."),
]


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step as it stands in the form; places count from 0."""

    place: int
    step: Step
    people: Sequence[tuple[str, str, bool]]

    @property
    def number(self) -> int:
        return self.place + 1


class WorkflowForm(forms.Form):
    mode = forms.ChoiceField(
        label="Who has to say yes?", choices=MODES, widget=forms.RadioSelect, required=True
    )
    lets_author_approve = forms.BooleanField(
        label="Whoever wrote a post may approve it",
        required=False,
        help_text="If not, somebody else has to, even where the author is named in a step.",
    )
    reminder_hours = forms.IntegerField(
        label="Remind before a post expires, in hours",
        min_value=0,
        max_value=336,
        help_text="Once a step, whoever is asked there. 0 for never.",
    )
    window_days = forms.IntegerField(
        label="An approval holds after the planned time, in days",
        min_value=1,
        max_value=90,
        help_text="A post that is moved later than that waits for a decision again.",
    )

    def __init__(
        self, data: Any = None, *, steps: Sequence[Step], people: Mapping[UUID, str], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.steps = list(steps)
        self.steps_error = ""
        self.people = people

    @classmethod
    def of(
        cls, workflow: Workflow, steps: Sequence[Step], people: Mapping[UUID, str]
    ) -> WorkflowForm:
        names = ("mode", "lets_author_approve", "reminder_hours", "window_days")
        initial = {name: getattr(workflow, name) for name in names}
        return cls(None, steps=steps, people=people, initial=initial)

    @classmethod
    def sent(cls, data: QueryDict, people: Mapping[UUID, str]) -> WorkflowForm:
        return cls(data, steps=steps_in(data, people), people=people)

    def arrange(self, wish: str) -> None:
        """Add, move or take out a step: `add`, `client`, `up-1`, `drop-0`. Saves nothing. Who adds
        one means several steps."""
        verb, _, place = wish.partition("-")
        if verb in ("add", "client"):
            self.data = {**self.data.dict(), "mode": Workflow.Mode.STEPS}  # type: ignore[attr-defined]
        if verb == "add" and len(self.steps) < STEPS_MOST:
            self.steps.append(Step(""))
        elif verb == "client" and len(self.steps) < STEPS_MOST:
            self.steps.append(Step("Client", kind=WorkflowStep.Kind.CLIENT))
        elif place.isdecimal() and int(place) < len(self.steps):
            taken = self.steps.pop(int(place))
            if verb == "up":
                self.steps.insert(max(int(place) - 1, 0), taken)
            elif verb == "down":
                self.steps.insert(int(place) + 1, taken)

    @property
    def rows(self) -> list[StepRow]:
        return [StepRow(place, step, self._choices(step)) for place, step in enumerate(self.steps)]

    @property
    def has_client(self) -> bool:
        return any(step.is_client for step in self.steps)

    @property
    def is_full(self) -> bool:
        return len(self.steps) >= STEPS_MOST

    def _choices(self, step: Step) -> list[tuple[str, str, bool]]:
        gone = {each: "Somebody who can no longer sign" for each in step.approvers}
        return [
            (str(pk), name, pk in step.approvers) for pk, name in {**gone, **self.people}.items()
        ]


def steps_in(data: QueryDict, people: Mapping[UUID, str]) -> list[Step]:
    """The steps as they were sent; whom the brand has nothing to do with falls away."""
    names, kinds, rules = (data.getlist(f"step_{each}") for each in ("name", "kind", "rule"))
    found = []
    for place, name in enumerate(names[: STEPS_MOST + 1]):
        kind = kinds[place] if place < len(kinds) else ""
        rule = rules[place] if place < len(rules) else ""
        sent = [uuid_or_none(each) for each in data.getlist(f"step_approvers_{place}")]
        found.append(
            Step(
                name=name.strip()[:NAME_MOST],
                kind=kind if kind in WorkflowStep.Kind.values else WorkflowStep.Kind.INTERNAL,
                rule=rule if rule in WorkflowStep.Rule.values else WorkflowStep.Rule.ANY,
                approvers=tuple(each for each in sent if each is not None and each in people),
            )
        )
    return found
