"""What billing asks of the apps above it; they answer in their `hooks.py`. Loads nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from config.kernel.hooks import Registry

# Name of a limit of the plan -> how many of it the organization in scope has.
counts: Registry[Callable[[], int]] = Registry("counted things", callable)

BrandsOf = Callable[[Collection[UUID]], Mapping[UUID, str]]

# `related_type` of a ledger line -> the brands' names of some related rows, by their id.
brands_of: Registry[BrandsOf] = Registry("brands of what was paid", callable)
