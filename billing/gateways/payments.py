"""Stripe, by its own library: every call that we make, each with its idempotency key.

Loaded by services when they need it, since the library is large. Every function talks to the
network (call it with no transaction open) and raises Unavailable when a retry may help,
PaymentRequired when a card was refused, NotFound for an object that is not there, and Invalid for
what the provider refuses. Source: docs.stripe.com/api, version 2026-10-28, read 2026-11-21.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import stripe

from billing.keys import PaymentKeys
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid, NotFound, PaymentRequired, Unavailable

from .remote import (
    Message,
    RemoteInvoice,
    RemoteSession,
    RemoteSubscription,
    invoice_from,
    message_from,
    session_from,
    subscription_from,
)
from .transport import OneDoor

# Seconds that a message may be old, or ahead of our clock.
TOLERANCE = 300
RETRIES = 2


class Payments:
    """The provider under one installation's keys."""

    def __init__(self, keys: PaymentKeys) -> None:
        self._keys = keys
        self._api = stripe.StripeClient(
            keys.api_key.reveal(),
            base_addresses={"api": keys.api_base},
            http_client=OneDoor(keys.api_base),
            max_network_retries=RETRIES,
        ).v1

    def create_customer(self, *, name: str, email: str, organization_id: UUID) -> str:
        with _in_our_words():
            customer = self._api.customers.create(
                {"name": name, "email": email, "metadata": {"organization": str(organization_id)}},
                _once(f"customer:{organization_id}:{email}"),
            )
        return customer.id

    def open_plan_checkout(
        self, *, customer_id: str, price_id: str, back: str, done: str, key: str
    ) -> RemoteSession:
        """A payment page for a monthly plan."""
        return self._open(
            {
                "mode": "subscription",
                "customer": customer_id,
                "line_items": [{"price": price_id, "quantity": 1}],
                "success_url": done,
                "cancel_url": back,
            },
            key,
        )

    def open_topup_checkout(
        self,
        *,
        customer_id: str,
        packs: int,
        pack_cents: int,
        pack_credits: int,
        currency: str,
        back: str,
        done: str,
        key: str,
    ) -> RemoteSession:
        """A payment page for packs of credits; how many they come to stands on the session."""
        price = {
            "currency": currency.lower(),
            "unit_amount": pack_cents,
            "product_data": {"name": f"{pack_credits} credits"},
        }
        return self._open(
            {
                "mode": "payment",
                "customer": customer_id,
                "line_items": [{"price_data": price, "quantity": packs}],
                "metadata": {"credits": str(packs * pack_credits)},
                "invoice_creation": {"enabled": True},
                "success_url": done,
                "cancel_url": back,
            },
            key,
        )

    def open_portal(self, *, customer_id: str, back: str) -> str:
        """The provider's page where a customer keeps cards and addresses; returns its address."""
        with _in_our_words():
            session = self._api.billing_portal.sessions.create(
                {"customer": customer_id, "return_url": back}
            )
        return session.url

    def subscription(self, id: str) -> RemoteSubscription:
        with _in_our_words():
            found = self._api.subscriptions.retrieve(id, {"expand": ["latest_invoice"]})
        return subscription_from(_plain(found))

    def invoice(self, id: str) -> RemoteInvoice:
        with _in_our_words():
            return invoice_from(_plain(self._api.invoices.retrieve(id)))

    def session(self, id: str) -> RemoteSession:
        with _in_our_words():
            return session_from(_plain(self._api.checkout.sessions.retrieve(id)))

    def change_price(
        self, *, subscription: RemoteSubscription, price_id: str, is_upgrade: bool, key: str
    ) -> None:
        """Move to another price: a bigger one is billed in proportion at once, and only then valid;
        a smaller one is billed from the next period on."""
        params: dict[str, Any] = {"items": [{"id": subscription.item_id, "price": price_id}]}
        if is_upgrade:
            params |= {
                "proration_behavior": "always_invoice",
                "payment_behavior": "error_if_incomplete",
            }
        else:
            params["proration_behavior"] = "none"
        self._update(subscription.id, params, key)

    def cancel_at_end(self, *, subscription_id: str, cancels: bool, key: str) -> None:
        self._update(subscription_id, {"cancel_at_period_end": cancels}, key)

    def read(self, body: bytes, signature: str) -> Message:
        """A message, after its signature over the raw bytes was found right and fresh.

        Several secrets count while one is replaced. Raises Invalid for everything else.
        """
        refusal = Invalid("This message does not carry a valid signature.", code="bad_signature")
        try:
            text = body.decode()
            if not any(
                _is_signed(text, signature, secret.reveal()) for secret in self._keys.secrets
            ):
                raise refusal
            return message_from(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise refusal from error

    def _open(self, params: dict[str, Any], key: str) -> RemoteSession:
        with _in_our_words():
            session = self._api.checkout.sessions.create(params, _once(key))  # type: ignore[arg-type]
        return session_from(_plain(session))

    def _update(self, id: str, params: dict[str, Any], key: str) -> None:
        with _in_our_words():
            self._api.subscriptions.update(id, params, _once(key))  # type: ignore[arg-type]


def _is_signed(text: str, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(text, signature, secret, TOLERANCE)
        sent = int(dict(part.split("=", 1) for part in signature.split(","))["t"])
    except (stripe.SignatureVerificationError, ValueError, KeyError):
        return False
    # The library refuses old messages, and takes those from the future.
    return sent <= now().timestamp() + TOLERANCE


def _once(key: str) -> Any:
    return {"idempotency_key": key[:255]}


def _plain(thing: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = thing.to_dict()
    return found


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except stripe.CardError as error:
        raise PaymentRequired(
            f"The payment was refused: {error.user_message or 'the card was declined'} Nothing was "
            "changed. Choose another card under “Cards and addresses” and try again.",
            code="card_refused",
        ) from error
    except stripe.IdempotencyError as error:
        raise Conflict("The same request is still on its way. Reload the page and look.") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise Unavailable(
            "The payment provider does not accept this installation's key. Nothing was charged; "
            "whoever runs it must set the key anew.",
            code="payment_key",
        ) from error
    except stripe.InvalidRequestError as error:
        if error.http_status == 404:
            raise NotFound("The payment provider does not know this object any more.") from error
        raise Invalid(
            f"The payment provider refuses this: {error.user_message or 'it does not say why'}. "
            "Nothing was charged.",
            code="payment_refused",
        ) from error
    except stripe.StripeError as error:
        raise Unavailable(
            "The payment provider cannot be reached right now. Nothing was changed here. Try again "
            "in a minute.",
            code="payment_provider_away",
            retry_after=60,
        ) from error
