"""The three connections to one database: the application's, the owner's and the operator's."""

from __future__ import annotations

from typing import Any, Final

import environ
from django.core.exceptions import ImproperlyConfigured

from . import env
from .embedded import DATABASE, Services
from .variables import Setting

# Which role stands behind which alias, on the embedded server.
ROLES: Final = {
    "default": "warren_app",
    "owner": "warren_owner",
    "operator": "warren_operator",
}
URLS: Final = {
    "default": env.DATABASE_URL,
    "owner": env.DATABASE_OWNER_URL,
    "operator": env.DATABASE_OPERATOR_URL,
}
# The role that owns the narrow functions; nobody logs in as it.
DISPATCH_ROLE: Final = "warren_dispatch"


def connections(services: Services) -> dict[str, dict[str, Any]]:
    """Django's DATABASES, from the environment or for the embedded server."""
    if services.postgres is not None:
        host = str(services.postgres.socket_folder)
        return {
            alias: _connection(ENGINE=_ENGINE, NAME=DATABASE, USER=role, HOST=host, PORT="5432")
            for alias, role in ROLES.items()
        }
    missing = [setting.name for setting in URLS.values() if not setting.is_given]
    if missing:
        raise ImproperlyConfigured(
            f"DATABASE_URL is set, so {' and '.join(missing)} must be too: Warren migrates, serves "
            "and administers as three roles. config/roles.sql makes them and says how."
        )
    found = {alias: _connection(**_parsed(setting)) for alias, setting in URLS.items()}
    if len({connection["USER"] for connection in found.values()}) < len(found):
        raise ImproperlyConfigured(
            "DATABASE_URL, DATABASE_OWNER_URL and DATABASE_OPERATOR_URL must log in as three "
            "different roles, or one organization could read another's rows."
        )
    return found


_ENGINE: Final = "django.db.backends.postgresql"


def _parsed(setting: Setting[str]) -> dict[str, Any]:
    parsed = dict(environ.Env.db_url_config(setting.get()))
    if parsed.get("ENGINE") != _ENGINE:
        raise ImproperlyConfigured(f"{setting.name} must be a postgres:// address.")
    return parsed


def _connection(**given: Any) -> dict[str, Any]:
    pool = env.DATABASE_POOL.get()
    options: dict[str, Any] = {**given.pop("OPTIONS", {}), "application_name": "warren"}
    if pool:
        # min_size 1: an idle process should not hold connections that a busy one needs.
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
    return {
        **given,
        "OPTIONS": options,
        # Opening a connection costs as much as eight of our requests; they stay open, checked.
        "CONN_MAX_AGE": 0 if pool else None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
