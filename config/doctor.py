"""What must be well for Warren to work at all. The apps add their own checks to the registry."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError
from kombu.exceptions import OperationalError

from .kernel.catalogue import gaps
from .kernel.checks import Finding, doctor_checks
from .kernel.errors import DomainError
from .kernel.master_keys import master_key
from .liveness import SILENT_SECONDS, age_seconds

ALIASES = {
    "default": ("application", "DATABASE_URL"),
    "owner": ("owner", "DATABASE_OWNER_URL"),
    "operator": ("operator", "DATABASE_OPERATOR_URL"),
}
START = "Run `make up`, which starts everything."


def findings() -> Iterator[Finding]:
    """Every line of the doctor's table; the apps' own checks only when the tables are there."""
    database = list(_database())
    yield from database
    cache = list(_redis())
    yield from cache
    # Worker and beat cannot be asked without the servers; then those are what is wrong.
    if _all_well(database) and _all_well(cache):
        yield from _signs_of_life()
    yield from _master_key()
    yield from _models()
    if _all_well(database):
        for _, check in doctor_checks.items():
            yield from check()


def _all_well(found: list[Finding]) -> bool:
    return all(finding.is_well is not False for finding in found)


def _database() -> Iterator[Finding]:
    for alias, (role, variable) in ALIASES.items():
        problem = _connect(alias)
        if problem:
            server = settings.SERVICES.postgres
            mend = f"Read {server.log}." if server else f"Start PostgreSQL, or correct {variable}."
            yield Finding(f"Database, as {role}", False, problem, mend)
            return
    yield Finding("Database", True, _version())
    migrated = _migrations()
    yield from (_extension(), *_roles(), migrated)
    if migrated.is_well:
        yield from _isolation()


def _connect(alias: str) -> str:
    try:
        connections[alias].ensure_connection()
    except (DatabaseError, ImproperlyConfigured) as error:
        return f"No connection: {str(error).strip().splitlines()[0]}"
    return ""


def _version() -> str:
    (version,) = _row("default", "SHOW server_version")
    where = "embedded" if settings.SERVICES.postgres else settings.DATABASES["default"]["HOST"]
    return f"PostgreSQL {str(version).split()[0]}, {where}"


def _extension() -> Finding:
    found = _row("default", "SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    if found:
        return Finding("Extension vector", True, f"version {found[0]}")
    mend = "As a superuser, in this database: CREATE EXTENSION vector;"
    return Finding("Extension vector", False, "It is not in the database.", mend)


def _roles() -> Iterator[Finding]:
    again = "Run config/roles.sql as a superuser; it sets every role right."
    is_super, bypasses = _role("default")
    owned = _row(
        "default",
        "SELECT count(*) FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner "
        "WHERE rolname = current_user",
    )
    name = settings.DATABASES["default"]["USER"]
    if is_super or bypasses:
        power = "is a superuser" if is_super else "bypasses row-level security"
        yield Finding("Role of the application", False, f"{name} {power}.", again)
    elif owned and owned[0]:
        mend = f"REASSIGN OWNED BY {name} TO {settings.DATABASES['owner']['USER']};"
        yield Finding("Role of the application", False, f"{name} owns {owned[0]} tables.", mend)
    else:
        yield Finding("Role of the application", True, f"{name} owns and bypasses nothing")
    operator = settings.DATABASES["operator"]["USER"]
    if _role("operator") == (False, True):
        yield Finding("Role of the operator", True, f"{operator} sees every organization")
    else:
        says = f"{operator} must bypass row-level security and be no superuser."
        yield Finding("Role of the operator", False, says, again)


def _role(alias: str) -> tuple[bool, bool]:
    found = _row(alias, "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    return bool(found[0]), bool(found[1])


def _isolation() -> Iterator[Finding]:
    """What keeps web and worker from starting, named: they refuse a database with a gap."""
    found = gaps()
    mend = "Run `python manage.py migrate`, or restore the database with its policies."
    for gap in found:
        yield Finding("Organizations kept apart", False, gap, mend)
    if not found:
        yield Finding("Organizations kept apart", True, "every table is locked")


def _migrations() -> Finding:
    executor = MigrationExecutor(connections["owner"])
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        says = f"{len(waiting)} migrations have not been run."
        return Finding("Tables", False, says, "python manage.py migrate")
    return Finding("Tables", True, "up to date")


def _redis() -> Iterator[Finding]:
    services = settings.SERVICES
    where = "embedded" if services.redis else "external"
    try:
        client = redis.Redis.from_url(settings.WARREN_CACHE_URL, socket_connect_timeout=3)
        about: Any = client.info()
    except (redis.RedisError, OSError) as error:
        mend = f"Read {services.redis.log}." if services.redis else "Start it; check REDIS_URL."
        yield Finding("Redis", False, f"No connection: {error}", mend)
        return
    yield Finding("Redis", True, f"Redis {about['redis_version']}, {where}")
    if not services.redis and about.get("maxmemory_policy") != "noeviction":
        yield Finding(
            "Redis",
            False,
            f"It may throw messages away (maxmemory-policy {about.get('maxmemory_policy')}).",
            "CONFIG SET maxmemory-policy noeviction",
        )


def _signs_of_life() -> Iterator[Finding]:
    from .celery import app

    try:
        answers = app.control.ping(timeout=1.5)
    except (OperationalError, redis.RedisError, OSError):
        answers = []
    age = age_seconds("beat")
    is_beat_silent = age is None or age > SILENT_SECONDS
    yield _worker(bool(answers), is_idle=is_beat_silent)
    if is_beat_silent:
        says = "It has never ticked." if age is None else f"Its last tick was {age:.0f} s ago."
        yield Finding("Beat", False, says, START)
    else:
        yield Finding("Beat", True, f"ticked {age:.0f} s ago")


def _worker(is_up: bool, *, is_idle: bool = False) -> Finding:
    """`is_idle`: nobody gives it work, so that its silence is not its fault."""
    if not is_up:
        return Finding("Worker", False, "No worker answers: nothing is published.", START)
    age = age_seconds("worker")
    if age is None or (is_idle and age > SILENT_SECONDS):
        return Finding("Worker", True, "answers")
    if age > SILENT_SECONDS:
        says = f"It answers, but has finished nothing for {age:.0f} s."
        return Finding("Worker", False, says, "Restart it, and read var/log/worker.log.")
    return Finding("Worker", True, f"finished work {age:.0f} s ago")


def _master_key() -> Iterator[Finding]:
    subject = "Master key"
    if settings.WARREN_MASTER_KEY_PROVIDER == "file":
        yield _master_key_file(subject, Path(settings.WARREN_MASTER_KEY_FILE))
    else:
        yield _master_key_service(subject)
    for name in settings.WARREN_MASTER_KEY_FORMER:
        mend = "Run manage.py rotate_keys master, then take it out of WARREN_MASTER_KEY_FORMER."
        yield Finding(subject, None, f"{name} may still unwrap data keys", mend)


def _master_key_service(subject: str) -> Finding:
    try:
        master_key().check()
    except DomainError as error:
        return Finding(subject, False, error.message, "No stored secret can be read until then.")
    return Finding(subject, True, f"{master_key().place()} wraps and unwraps")


def _master_key_file(subject: str, file: Path) -> Finding:
    try:
        mode, text = file.stat().st_mode & 0o777, file.read_text(encoding="utf-8")
    except OSError as error:
        mend = "Restore it from its backup: without it no stored secret can be read."
        return Finding(subject, False, f"{file}: {error.strerror}.", mend)
    if mode & 0o077:
        return Finding(subject, False, f"Others can read {file}.", f"chmod 0400 {file}")
    if not _is_key(text):
        mend = "It must hold 32 random bytes as URL-safe base64 in its first line."
        return Finding(subject, False, f"{file} holds no key.", mend)
    if file.is_relative_to(settings.WARREN_VAR):
        says = "made by Warren, beside the data; good for development"
        mend = "For real use keep it elsewhere and set WARREN_MASTER_KEY_FILE."
        return Finding(subject, None, says, mend)
    return Finding(subject, True, str(file))


def _is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode((text.strip().splitlines() or [""])[0])) == 32
    except ValueError:
        return False


def _models() -> Iterator[Finding]:
    yield _language_model()
    yield _embeddings()


def _language_model() -> Finding:
    provider, subject = settings.WARREN_LLM_PROVIDER, "Language model"
    if not provider:
        mend = "Set WARREN_LLM_PROVIDER, WARREN_LLM_MODEL and WARREN_LLM_API_KEY for a model."
        return Finding(subject, None, "none: the offline writer composes the texts", mend)
    if not settings.WARREN_LLM_MODEL:
        return Finding(subject, False, f"{provider}, but no model.", "Set WARREN_LLM_MODEL.")
    if provider in {"compatible", "ollama"} and not settings.WARREN_LLM_BASE_URL:
        return Finding(subject, False, "No address.", "Set WARREN_LLM_BASE_URL.")
    if provider not in {"compatible", "ollama"} and not settings.WARREN_LLM_API_KEY:
        return Finding(subject, False, f"No key for {provider}.", "Set WARREN_LLM_API_KEY.")
    return Finding(subject, True, f"{settings.WARREN_LLM_MODEL} of {provider}")


def _embeddings() -> Finding:
    from .kernel.embeddings import describe

    is_well, says = describe()
    says = says.removeprefix("Embeddings: ")
    if is_well:
        return Finding("Embeddings", True, says)
    mend = "pip install --no-deps --require-hashes -r requirements/base.lock"
    # Offline Warren falls back to a plainer model; a provider that cannot be asked stops it.
    falls_back = settings.WARREN_EMBEDDINGS_PROVIDER in ("", "offline")
    if not falls_back:
        mend = "Correct WARREN_EMBEDDINGS_PROVIDER, _MODEL and _API_KEY."
    return Finding("Embeddings", None if falls_back else False, says, mend)


def _row(alias: str, statement: str) -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()
