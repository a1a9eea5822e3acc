"""A configured model as a writer of the evaluation: the same agents, with no row of a material."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID, uuid4

from config.kernel.errors import Invalid
from config.kernel.llm import is_offline
from config.kernel.llm.options import AgentOptions, trying
from content.agents import Analysis, BrandBrief, MaterialBrief, Written, analyse, write
from content.agents.analyst import SPEC as ANALYST
from content.agents.copywriter import SPEC as COPYWRITER

from .writing import Ask


class ModelWriter:
    """The agents as the gateway routes them, for an organization or for the installation.

    Every run has step keys of its own, so that it is measured anew and paid anew.
    """

    def __init__(self, organization_id: UUID | None) -> None:
        self.organization_id = organization_id
        self.run = uuid4().hex[:12]

    def analyse(self, case: str, brand: BrandBrief, material: MaterialBrief) -> Analysis:
        key = f"evaluate:{self.run}:{case}"
        found = analyse(material, brand, organization_id=self.organization_id, step_key=key)
        return found.analysis

    def write(self, ask: Ask) -> Written:
        return write(
            ask.brand,
            ask.material,
            ask.analysis,
            ask.angle,
            ask.rules,
            organization_id=self.organization_id,
            step_key=f"evaluate:{self.run}:{ask.case}:{ask.label}:{ask.attempt}",
            attempt=ask.attempt,
            faults=ask.faults,
            shown=ask.shown,
            structure=ask.structure,
        )


@contextmanager
def model_writer(organization_id: UUID | None, model: str) -> Iterator[ModelWriter]:
    """A writer by "provider:name", or by whatever is configured when that is empty.

    Raises Invalid where no model is configured, before anything is asked.
    """
    with ExitStack() as stack:
        if model:
            for spec in (ANALYST, COPYWRITER):
                stack.enter_context(trying(spec.name, AgentOptions(model=model)))
        if is_offline(organization_id, COPYWRITER.purpose, COPYWRITER.name):
            raise Invalid(
                f"No key is configured for {model or 'any model'} here. Set one up, or evaluate "
                "the offline writer."
            )
        yield ModelWriter(organization_id)
