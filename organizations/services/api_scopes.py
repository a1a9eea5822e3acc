"""What a key of the API may do: one scope a kind of thing, read or written, in a sentence each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from config.kernel.errors import Invalid
from config.kernel.hooks import Registry
from organizations.models import Role


@dataclass(frozen=True, slots=True)
class Scope:
    """`role` is the least that the key's person must be, at the time of each request."""

    name: str
    sentence: str
    role: Role = Role.VIEWER

    @property
    def is_read_only(self) -> bool:
        return self.name.startswith("read:")


scopes: Registry[Scope] = Registry("API scopes", Scope)

for _scope in (
    Scope("read:brands", "Read brands and how they speak."),
    Scope("read:content", "Read materials and what was understood of them."),
    Scope("write:content", "Add materials for the agent to write from.", Role.MEMBER),
    Scope("read:posts", "Read posts that wait for approval and posts that are out."),
    Scope("write:posts", "Approve, reject and move posts in time.", Role.MEMBER),
    Scope("read:channels", "Read which channels are connected and whether they work."),
    Scope("read:analytics", "Read the numbers of posts at each age."),
    Scope("read:credits", "Read how many credits are left and what they were spent on."),
    Scope("read:audit", "Read the team's audit log.", Role.ADMIN),
):
    scopes.register(_scope.name, _scope)


@dataclass(frozen=True, slots=True)
class Preset:
    """A usual set of scopes under one word."""

    name: str
    word: str
    sentence: str

    @property
    def scopes(self) -> tuple[str, ...]:
        return tuple(name for name, scope in scopes.items() if _PRESET_RULES[self.name](scope))


_PRESET_RULES: Final[Mapping[str, Callable[[Scope], bool]]] = {
    "admin": lambda scope: True,
    "user": lambda scope: Role.MEMBER.covers(scope.role),
    "read_only": lambda scope: scope.is_read_only and Role.VIEWER.covers(scope.role),
}

PRESETS: Final = {
    preset.name: preset
    for preset in (
        Preset("read_only", "Read only", "Everything that a viewer sees, and no change."),
        Preset("user", "User", "What a member does: add materials, approve and move posts."),
        Preset("admin", "Admin", "Every scope, the audit log among them."),
    )
}


def checked_scopes(names: Iterable[str]) -> list[str]:
    """In the registry's order, each once. Raises Invalid for none and for unknown ones."""
    wanted = set(names)
    if unknown := sorted(wanted - set(scopes)):
        raise Invalid(f"There is no scope {unknown[0]}. Choose from the list.", field="scopes")
    if not wanted:
        raise Invalid("Choose at least one thing that the key may do.", field="scopes")
    return [name for name in scopes if name in wanted]


def role_for(names: Iterable[str]) -> Role:
    """The least role that covers all of these scopes. A scope that is no more asks for nothing."""
    roles = [scope.role for name in names if (scope := scopes.get(name))]
    return next((each for each in _HIGHEST_FIRST if each in roles), Role.VIEWER)


_HIGHEST_FIRST: Final = (Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER)
