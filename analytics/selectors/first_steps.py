"""What a new team does first, and how far it is: four steps, none of which needs an account
elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from brands.models import BrandProfile
from content.models import Material
from publishing.models import BrandAccountLink, PendingPost


@dataclass(frozen=True, slots=True)
class FirstStep:
    """`state` is done, current or todo, as the component of steps calls them."""

    title: str
    words: str
    verb: str
    url_name: str
    state: str


def first_steps() -> list[FirstStep]:
    """The steps of the organization in scope, in four queries; the first open one is current."""
    steps: list[FirstStep] = []
    for title, words, verb, url_name, is_done in _steps():
        is_next = not is_done and all(step.state == "done" for step in steps)
        state = "done" if is_done else "current" if is_next else "todo"
        steps.append(FirstStep(title, words, verb, url_name, state))
    return steps


def _steps() -> Iterator[tuple[str, str, str, str, bool]]:
    yield (
        "Brand",
        "Say who speaks: its name, its voice and its rules.",
        "Set up a brand",
        "brands:brand-create",
        BrandProfile.objects.exists(),
    )
    yield (
        "Channel",
        "Open a page that Warren hosts for it, or connect a network.",
        "Choose a channel",
        "publishing:channel-list",
        BrandAccountLink.objects.exists(),
    )
    yield (
        "Material",
        "Add a text, a web page or a file. The agent writes from it and invents nothing.",
        "Add material",
        "content:material-create",
        Material.objects.exists(),
    )
    yield (
        "Post",
        "Have three variations written, choose one and publish it. A schedule does it by itself.",
        "Write now",
        "publishing:writing-create",
        PendingPost.objects.approved().exists(),
    )
