"""What billing tells the layers below it: the meter of model calls, plan limits, the trial."""

from __future__ import annotations

from config.kernel.checks import doctor_checks
from config.kernel.llm.meter import meter
from organizations.notices.kinds import register_kinds
from organizations.privacy.erasure import farewells
from organizations.services.app_settings import app_settings
from organizations.services.entitlements import entitlements
from organizations.services.organizations import on_founding

from . import audit_words, notices, privacy, webhook_events  # noqa: F401
from .keys import SETTINGS
from .services.ending import end_payments
from .services.ledger_check import ledger_findings
from .services.limits import PlanLimits
from .services.model_budget import BudgetMeter
from .services.subscriptions import start_trial

meter.fill(BudgetMeter())
entitlements.fill(PlanLimits())
on_founding.register("trial", start_trial)
for declared in SETTINGS:
    app_settings.register(declared.key, declared)
doctor_checks.register("ledger", ledger_findings)
register_kinds(notices.KINDS)
farewells.register("payments", end_payments)
