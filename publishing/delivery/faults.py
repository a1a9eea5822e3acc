"""Crash points, so that a test can kill a worker exactly there. In production they do nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_hook: Callable[[str], None] | None = None


def fault(point: str) -> None:
    """Name a place (see `CrashPoint`) at which everything must still come right after a kill -9."""
    if _hook is not None:
        _hook(point)


def install(hook: Callable[[str], None] | None) -> None:
    """Let a test act at crash points; None takes it out again. Refused outside tests."""
    if hook is not None and not getattr(settings, "WARREN_FAULTS", False):
        raise ImproperlyConfigured("Crash points are for tests: WARREN_FAULTS is not set.")
    global _hook
    _hook = hook
