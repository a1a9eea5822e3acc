from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from billing.models import Plan
from organizations.services.app_settings import forget_settings

from .fake_stripe import API_KEY, SECRET, FakeStripe, running_fake


@pytest.fixture
def stripe_away(settings: Any) -> None:
    settings.STRIPE_API_KEY = settings.STRIPE_WEBHOOK_SECRET = ""
    forget_settings()


@pytest.fixture
def provider(_django_db_helper: None, settings: Any) -> Iterator[FakeStripe]:
    """The fake with our prices in it, and this installation pointed at it."""
    with running_fake() as fake:
        settings.STRIPE_API_KEY = API_KEY
        settings.STRIPE_WEBHOOK_SECRET = SECRET
        settings.STRIPE_API_BASE = fake.base
        forget_settings()
        sold = Plan.objects.filter(price_cents__gt=0)
        for plan in sold:
            plan.stripe_price_id = f"price_{plan.slug}"
            plan.save(update_fields=["stripe_price_id"])
            fake.prices[plan.stripe_price_id] = plan.price_cents
        yield fake
        Plan.objects.update(stripe_price_id="")
    forget_settings()
