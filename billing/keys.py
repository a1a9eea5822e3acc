"""The payment provider's keys: an operator's setting first, then the environment's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from config.kernel.secret import Secret
from organizations.services.app_settings import Declared, setting

if TYPE_CHECKING:
    from billing.gateways.payments import Payments

API_KEY, WEBHOOK_SECRET = "stripe_api_key", "stripe_webhook_secret"  # noqa: S105 - names of settings

SETTINGS = (
    Declared(
        API_KEY,
        "text",
        "",
        "Stripe's secret or restricted key. Without it payments are off; operators assign plans.",
        is_secret=True,
        environment=lambda: settings.STRIPE_API_KEY,
    ),
    Declared(
        WEBHOOK_SECRET,
        "text",
        "",
        "Signing secret of Stripe's messages to /hooks/stripe/; two with a comma while one is "
        "being replaced.",
        is_secret=True,
        environment=lambda: settings.STRIPE_WEBHOOK_SECRET,
    ),
    Declared(
        "topup_cents", "number", 1_000, "Price of one pack of credits, in US cents.", least=50
    ),
    Declared("topup_credits", "number", 100, "Credits in one pack.", least=1),
)


@dataclass(frozen=True, slots=True)
class PaymentKeys:
    api_key: Secret[str]
    secrets: tuple[Secret[str], ...]
    api_base: str


def payment_keys() -> PaymentKeys | None:
    """None while payments are off."""
    api_key, secret = setting(API_KEY), setting(WEBHOOK_SECRET)
    if api_key is None or not api_key.reveal():
        return None
    given = secret.reveal() if secret is not None else ""
    secrets = tuple(Secret(each.strip()) for each in given.split(",") if each.strip())
    return PaymentKeys(api_key, secrets, settings.STRIPE_API_BASE)


def payments_are_on() -> bool:
    return payment_keys() is not None


def payments() -> Payments | None:
    """The provider, ready to be asked; None while payments are off."""
    keys = payment_keys()
    if keys is None:
        return None
    # Only here: the provider's library is large, and most processes never ask it anything.
    from billing.gateways.payments import Payments

    return Payments(keys)
