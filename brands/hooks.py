"""What this app tells the layers below it."""

from . import privacy  # noqa: F401
