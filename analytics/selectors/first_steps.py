"""What a new team does first, and how far it is: four steps, none of which needs an account
elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists

from brands.models import BrandProfile
from config.kernel.scoping import current_organization_id
from content.models import Material
from organizations.models import Organization
from organizations.services.onboarding import said_of
from publishing.models import BrandAccountLink, PendingPost


@dataclass(frozen=True, slots=True)
class FirstStep:
    """`state` is done, current, todo or skipped, as the component of steps calls them."""

    key: str
    title: str
    words: str
    verb: str
    url_name: str
    state: str


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """The list, how much of it is done, and whether it should stand on Home at all."""

    steps: Sequence[FirstStep]
    is_hidden: bool

    @property
    def done(self) -> int:
        return sum(step.state == "done" for step in self.steps)

    @property
    def is_open(self) -> bool:
        over = all(step.state in {"done", "skipped"} for step in self.steps)
        return not (over or self.is_hidden)


_STEPS: Final = (
    (
        "brand",
        "Brand",
        "Say who speaks: a name is enough to begin, its voice and rules can follow.",
        "Set up a brand",
        "brands:brand-create",
    ),
    (
        "channel",
        "Channel",
        "Open a page that Warren hosts for the brand, at once and without an account elsewhere. "
        "Networks can join it later.",
        "Open the hosted page",
        "publishing:channel-list",
    ),
    (
        "material",
        "Material",
        "Add a text, a web page or a file. The agent writes from it and invents nothing.",
        "Add material",
        "content:material-create",
    ),
    (
        "post",
        "Post",
        "Have three variations written, choose one and approve it. It is out within a minute.",
        "Write the first post",
        "publishing:writing-create",
    ),
)
STEP_KEYS: Final = frozenset(key for key, *_ in _STEPS)


def first_steps() -> FirstSteps:
    """The steps of the organization in scope, in one query; the first open one is current."""
    done, said = _standing()
    steps: list[FirstStep] = []
    for key, title, words, verb, url_name in _STEPS:
        state = "done" if done[key] else "skipped" if key in said.skipped else "todo"
        if state == "todo" and all(step.state in {"done", "skipped"} for step in steps):
            state = "current"
        steps.append(FirstStep(key, title, words, verb, url_name, state))
    return FirstSteps(steps, said.is_hidden)


def _standing() -> Any:
    row: Any = (
        Organization.objects.filter(pk=current_organization_id())
        .annotate(
            has_brand=Exists(BrandProfile.objects.all()),
            has_channel=Exists(BrandAccountLink.objects.all()),
            has_material=Exists(Material.objects.all()),
            has_post=Exists(PendingPost.objects.approved()),
        )
        .only("settings")
        .get()
    )
    done = {key: getattr(row, f"has_{key}") for key in STEP_KEYS}
    return done, said_of(row.settings)
