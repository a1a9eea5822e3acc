"""The monthly look at the providers' lists: new models in, missing ones off, one default each.

Source: specification 3a, monthly model discovery (day 1, 03:00 UTC).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from smtplib import SMTPException
from time import monotonic
from typing import Final

import structlog
from django.db import connections, router, transaction

from config.kernel.clock import now
from config.kernel.llm.routes import installation_key
from config.kernel.tasks import record_work
from content.models import LanguageModel, ModelDiscovery
from organizations.services.app_settings import setting
from organizations.services.letters import letter

from .model_lists import ADDRESSES, ListUnread, Offered, read_list
from .model_registry import ensure_models, fill_in_prices, registry_defaults

log = structlog.get_logger(__name__)

HOUR: Final = 3  # UTC, of the first day of a month
TRY_AGAIN: Final = timedelta(hours=6)  # after a look that brought nothing
_LOCK: Final = 7_340_125  # any number that nobody else locks
_UNFINISHED: Final = "The look did not come to its end."
_DATED: Final = re.compile(r"-(?:\d{8}|\d{4}-\d{2}-\d{2}|\d{3})$")
_FAST: Final = re.compile(
    r"mini|nano|lite|flash|haiku|small|luna|terra|ministral|nemo|tiny|[0-9]b\b"
)


@dataclass(slots=True)
class _Found:
    added: list[str] = field(default_factory=list)
    deactivated: list[str] = field(default_factory=list)


def sweep_models(moment: datetime | None = None) -> ModelDiscovery | None:
    """Look at the lists if this month's look is due; None when it is not or there is no key.

    Of two processes that come at once, one looks. Call it with no transaction open.
    """
    keys = {provider: key for provider in ADDRESSES if (key := installation_key(provider))}
    if not keys:
        return None
    row = _begun(moment or now())
    return discover_models(keys, row) if row is not None else None


def discover_models(keys: Mapping[str, str], row: ModelDiscovery) -> ModelDiscovery:
    """Read the list of every provider that there is a key for, and set the registry to it.

    A list that cannot be read changes nothing of its provider. Operators are told by mail of what
    changed or failed.
    """
    started = monotonic()
    ensure_models()
    offered: dict[str, Sequence[Offered]] = {}
    errors: list[str] = []
    for provider, key in keys.items():
        try:
            offered[provider] = _read(provider, key)
        except ListUnread as error:
            errors.append(error.message)
    using = router.db_for_write(LanguageModel)
    found = _Found()
    with transaction.atomic(using=using):
        came_back = _deactivated_before(row)
        for provider, models in offered.items():
            _set_to(provider, models, came_back, found)
        row.providers, row.errors = list(keys), errors
        row.added, row.deactivated = found.added, found.deactivated
        row.found_count = sum(len(models) for models in offered.values())
        row.status = _status(offered, errors)
        row.duration_ms = round((monotonic() - started) * 1000)
        row.save()
    registry_defaults.forget()
    record_work("model_discovery")
    log.info("models_discovered", status=row.status, added=len(row.added), errors=len(errors))
    _tell(row)
    return row


def due_since(moment: datetime) -> datetime:
    """The last first of a month, 03:00 UTC."""
    moment = moment.astimezone(UTC)
    this = moment.replace(day=1, hour=HOUR, minute=0, second=0, microsecond=0)
    if this <= moment:
        return this
    return (this - timedelta(days=2)).replace(day=1, hour=HOUR)


def _begun(moment: datetime) -> ModelDiscovery | None:
    """The row of the look that begins now, or None when none is due. It stands before the look, so
    that one that dies is seen as failed, and tried again."""
    using = router.db_for_write(ModelDiscovery) or "default"
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = ModelDiscovery.objects.using(using).order_by("-created_at").first()
        if last is not None and last.created_at >= due_since(moment):
            failed = last.status == ModelDiscovery.Status.FAILED
            if not failed or last.created_at > moment - TRY_AGAIN:
                return None
        return ModelDiscovery.objects.using(using).create(
            status=ModelDiscovery.Status.FAILED, errors=[_UNFINISHED]
        )


def _read(provider: str, key: str) -> list[Offered]:
    offered = read_list(provider, key)
    if not offered:
        raise ListUnread(f"{provider}: the list holds no text model. Nothing was changed.")
    return offered


def _deactivated_before(row: ModelDiscovery) -> set[str]:
    """What the looks before took out and nobody else: it may come back by itself."""
    last = ModelDiscovery.objects.exclude(pk=row.pk).exclude(deactivated=[]).first()
    return set(last.deactivated) if last is not None else set()


def _set_to(provider: str, offered: Sequence[Offered], came_back: set[str], found: _Found) -> None:
    rows = {row.name: row for row in LanguageModel.objects.filter(provider=provider)}
    plain = {_DATED.sub("", each.name) for each in offered}
    names = {each.name for each in offered} | plain
    for each in offered:
        if each.name not in rows and _DATED.sub("", each.name) not in rows:
            row = _new(provider, each)
            rows[row.name] = row
            found.added.append(str(row))
    for name, row in rows.items():
        if name in names:
            row.validated_at = now()
            row.is_active = row.is_active or str(row) in came_back
        elif row.is_active:
            row.is_active = row.is_default = False
            found.deactivated.append(str(row))
        row.save()
    for kind in LanguageModel.Kind:
        _keep_one_default([row for row in rows.values() if row.kind == kind and row.is_active])


def _new(provider: str, offered: Offered) -> LanguageModel:
    row = LanguageModel(
        provider=provider,
        name=offered.name,
        kind=_kind(offered.name),
        context_tokens=offered.context_tokens,
        max_output_tokens=offered.max_output_tokens,
        capabilities=dict(offered.capabilities),
        discovered_at=now(),
    )
    fill_in_prices(row)
    return row


def _kind(name: str) -> str:
    """By the name, which operators may correct: providers do not say which of theirs is small."""
    return LanguageModel.Kind.FAST if _FAST.search(name) else LanguageModel.Kind.FLAGSHIP


def _keep_one_default(rows: Sequence[LanguageModel]) -> None:
    """A kind whose default went gets the newest model that has a price; budgets need one."""
    if not rows or any(row.is_default for row in rows):
        return
    priced = [row for row in rows if row.input_micros_per_million is not None]
    if priced:
        chosen = max(priced, key=lambda row: (row.created_at, row.name))
        chosen.is_default = True
        chosen.save(update_fields=["is_default", "updated_at"])


def _status(offered: Mapping[str, Sequence[Offered]], errors: Sequence[str]) -> str:
    if not offered:
        return ModelDiscovery.Status.FAILED
    return ModelDiscovery.Status.PARTIAL if errors else ModelDiscovery.Status.SUCCESS


def _tell(row: ModelDiscovery) -> None:
    """Mail to the operators, unless nothing changed. The admin has the row in any case."""
    address = setting("support_email")
    if not address or not (row.added or row.deactivated or row.errors):
        return
    mail = letter("model_discovery", to=address, context={"look": row})
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        log.warning("model_mail_failed", error=str(error))
