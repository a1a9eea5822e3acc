"""What content asks of the apps above it; they answer in their `hooks.py`. Loads nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from config.kernel.hooks import Registry

TextsOf = Callable[[Sequence[UUID]], Mapping[UUID, str]]

texts_of: Registry[TextsOf] = Registry("embedded texts", callable)
"""By content type: the texts of some rows, by id, as `remember` was given them. Each app brings
its own; moving to another embedding model needs them."""

FileUse = Callable[[str], bool]

file_users: Registry[FileUse] = Registry("users of stored files", callable)
"""By app: whether a row in sight of the member names a stored file, which may then be seen."""

FileEnd = Callable[[str], None]

file_ends: Registry[FileEnd] = Registry("what ends with a stored file", callable)
"""By app: takes away what was made of a stored file that is being erased."""
