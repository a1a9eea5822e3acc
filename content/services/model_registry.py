"""Which models there are, and which is taken where nobody named one.

Source: specification 3b ai_model_configs, 3a monthly model discovery (selection cached 5 min, the
default by provider and kind).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Final

from django.db import router, transaction

from content.models import LanguageModel

from .known_models import KNOWN, Known, listed

CACHE_SECONDS: Final = 300.0
WRITING: Final = frozenset({"copy"})
"""Purposes whose words are published. Everything else is analysis, adaptation and repair, which a
fast model does as well for a tenth of the price."""

clock: Callable[[], float] = monotonic


def ensure_models() -> int:
    """Write down the known models in an installation that has none yet; returns how many."""
    using = router.db_for_write(LanguageModel)
    with transaction.atomic(using=using):
        if LanguageModel.objects.using(using).exists():
            return 0
        rows = [_row(known) for known in KNOWN]
        # Two processes may be the first at once.
        LanguageModel.objects.using(using).bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def default_model(provider: str, kind: str = LanguageModel.Kind.FLAGSHIP) -> LanguageModel | None:
    """The default of a provider and kind; None where there is none."""
    ensure_models()
    wanted = LanguageModel.objects.filter(provider=provider, kind=kind, is_active=True)
    return wanted.filter(is_default=True).first()


class RegistryDefaults:
    """The names that the gateway takes where the environment names a provider and no model."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[float, dict[tuple[str, str], str]] | None = None

    def model(self, provider: str, purpose: str) -> str:
        """The flagship for writing, if there is one; the fast model for everything else."""
        names = self._names()
        fast = names.get((provider, LanguageModel.Kind.FAST), "")
        flagship = names.get((provider, LanguageModel.Kind.FLAGSHIP), "")
        return (flagship or fast) if purpose in WRITING else (fast or flagship)

    def forget(self) -> None:
        with self._lock:
            self._kept = None

    def _names(self) -> dict[tuple[str, str], str]:
        moment = clock()
        with self._lock:
            kept = self._kept
        if kept is not None and moment - kept[0] < CACHE_SECONDS:
            return kept[1]
        ensure_models()
        rows = LanguageModel.objects.filter(is_active=True, is_default=True)
        found = {(row.provider, row.kind): row.name for row in rows}
        with self._lock:
            self._kept = (moment, found)
        return found


registry_defaults = RegistryDefaults()


def _row(known: Known) -> LanguageModel:
    row = LanguageModel(
        provider=known.provider,
        name=known.name,
        kind=known.kind,
        is_default=known.is_default,
        max_output_tokens=known.max_output_tokens,
        capabilities={"text": True, "pictures": known.sees},
    )
    fill_in_prices(row)
    return row


def fill_in_prices(row: LanguageModel) -> None:
    """What the price list says, where it says something."""
    found = listed(row.provider, row.name)
    if found is not None:
        row.input_micros_per_million = found.input_micros_per_million
        row.output_micros_per_million = found.output_micros_per_million
        row.context_tokens = row.context_tokens or found.context_tokens
