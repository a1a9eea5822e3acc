"""What billing tells the layers below it: the meter of model calls, plan limits, the trial."""

from __future__ import annotations

from config.kernel.llm.meter import meter
from organizations.services.entitlements import entitlements
from organizations.services.organizations import on_founding

from . import privacy  # noqa: F401
from .services.limits import PlanLimits
from .services.model_budget import BudgetMeter
from .services.subscriptions import start_trial

meter.fill(BudgetMeter())
entitlements.fill(PlanLimits())
on_founding.register("trial", start_trial)
