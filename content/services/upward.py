"""What content asks of the apps above it; they answer in their `hooks.py`. Loads nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from config.kernel.hooks import Registry

TextsOf = Callable[[Sequence[UUID]], Mapping[UUID, str]]

texts_of: Registry[TextsOf] = Registry("embedded texts", callable)
"""By content type: the texts of some rows, by id, as `remember` was given them. Each app brings
its own; moving to another embedding model needs them."""
