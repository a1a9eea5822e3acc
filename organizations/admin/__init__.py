"""Every table of this app, as operators see it."""

from . import keys, notices, people, privacy, sign_in, support, trail, work

__all__ = ["keys", "notices", "people", "privacy", "sign_in", "support", "trail", "work"]
