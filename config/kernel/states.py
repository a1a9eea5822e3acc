"""State graphs: which states a row has, which moves are legal, and the one way to make a move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from .clock import now


class IllegalMove(Exception):
    """A programming error: the graph has no such move."""


class Graph:
    """States of a row and the moves between them, checked when the module is imported.

    `moves` maps each state to the states that may follow it; a state with none is terminal.
    """

    def __init__(self, start: str, moves: Mapping[str, Iterable[str]]) -> None:
        self.start = str(start)
        self.moves: dict[str, frozenset[str]] = {
            str(state): frozenset(map(str, following)) for state, following in moves.items()
        }
        self._check()

    @property
    def states(self) -> frozenset[str]:
        return frozenset(self.moves)

    @property
    def terminal(self) -> frozenset[str]:
        return frozenset(state for state, following in self.moves.items() if not following)

    def allows(self, before: str, after: str) -> bool:
        return str(after) in self.moves.get(str(before), frozenset())

    def sources(self, after: str) -> frozenset[str]:
        """Every state from which `after` can be reached in one move."""
        return frozenset(state for state in self.moves if self.allows(state, after))

    def _check(self) -> None:
        unknown = {after for following in self.moves.values() for after in following} - self.states
        if unknown or self.start not in self.moves:
            raise IllegalMove(f"States named but not declared: {unknown or {self.start}}")
        reached, edge = {self.start}, {self.start}
        while edge:
            edge = {after for state in edge for after in self.moves[state]} - reached
            reached |= edge
        if stray := self.states - reached:
            raise IllegalMove(f"States that nothing leads to: {set(stray)}")


class HasGraph(models.Model):
    """A row whose state moves only along its graph.

    Subclasses set `graph` and, when the column is not called `state`, `state_field`.
    """

    graph: Graph
    state_field = "state"

    class Meta:
        abstract = True


def move(row: HasGraph, to: str, *, fence: int | None = None, **fields: Any) -> bool:
    """Move one row along its graph by a single conditional update.

    The update holds only if the row is still in the state (and, when given, still carries the
    fence) that the caller saw. False means that somebody else moved it first: a normal return.
    Raises IllegalMove when the graph has no such move, which no retry helps.
    """
    model, name = type(row), row.state_field
    before = getattr(row, name)
    if not row.graph.allows(before, to):
        raise IllegalMove(f"{model.__name__}: {before} -> {to}")
    matching: dict[str, Any] = {"pk": row.pk, name: before}
    if fence is not None:
        matching["fence"] = fence
    changes = {name: to, **fields}
    if any(field.name == "updated_at" for field in model._meta.fields):
        changes.setdefault("updated_at", now())
    if not model._default_manager.filter(**matching).update(**changes):
        return False
    for field, value in changes.items():
        setattr(row, field, value)
    # What the database worked out (a counter raised by F) is read back.
    if reckoned := [name for name, value in fields.items() if hasattr(value, "resolve_expression")]:
        row.refresh_from_db(fields=reckoned)
    return True
