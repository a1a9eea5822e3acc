"""What billing tells the layers below it: the meter of model calls, and the trial at founding."""

from __future__ import annotations

from config.kernel.llm.meter import meter
from organizations.services.organizations import on_founding

from . import privacy  # noqa: F401
from .services.credits import start_trial
from .services.model_budget import BudgetMeter

meter.fill(BudgetMeter())
on_founding.register("trial", start_trial)
